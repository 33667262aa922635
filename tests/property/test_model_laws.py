"""Laws of models: what the hash says, what a switch keeps, what a comparison does not depend on."""

import json
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.offline.model_compare import Pairs, Seen, compared
from schemas.served_models import ModelPointer, decode_pointer, encode_pointer
from state.interest_config import InterestConfig
from state.model_entry import ModelConfig, ModelEntry, ModelEntryError, canonical, dumps, loads, unrunnable
from state.model_switch import SwitchError, promoted, rolled_back

POSITIVE = st.floats(1e-3, 1e9, allow_nan=False)
CONFIGS = st.builds(
    ModelConfig,
    st.builds(
        InterestConfig,
        long_events=POSITIVE,
        short_half_life_ms=POSITIVE,
        prior_events=POSITIVE,
        max_topics=st.integers(1, 1024),
        head_variance=st.floats(1e-6, 1.0),
    ),
    st.booleans(),
    st.booleans(),
)
NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,39}", fullmatch=True)
ENTRIES = st.builds(ModelEntry, NAMES, CONFIGS, created_ms=st.integers(0, 1 << 50))
TAGS = st.text("0123456789abcdef", min_size=12, max_size=12) | st.just("")


@given(ENTRIES)
def test_an_entry_comes_back_as_it_was(entry: ModelEntry) -> None:
    """With the id that its content gives."""
    back = loads(dumps(entry))
    assert back == entry
    assert (back.id, canonical(back)) == (entry.id, canonical(entry))
    assert unrunnable(back) == ""


@given(ENTRIES, ENTRIES)
def test_the_id_is_of_the_content_alone(one: ModelEntry, other: ModelEntry) -> None:
    """Other settings, another id; another name or time, the same."""
    assert (one.id == other.id) == (one.config == other.config)
    assert replace(one, name=other.name, created_ms=other.created_ms).id == one.id


@given(ENTRIES)
def test_each_setting_is_part_of_the_id(entry: ModelEntry) -> None:
    """None can be changed unnoticed."""
    for one in fields(InterestConfig):
        value = getattr(entry.config.model, one.name)
        other = value / 2 if one.type is float else value + (1 if value < 255 else -1)
        if one.name == "recent_items" or one.type is float or one.name == "max_topics":
            changed = replace(entry.config, model=replace(entry.config.model, **{one.name: other}))
            assert replace(entry, config=changed).id != entry.id
    for name in ("learn_alone", "creators"):
        changed = replace(entry.config, **{name: not getattr(entry.config, name)})
        assert replace(entry, config=changed).id != entry.id
    assert replace(entry, layout="interest-v9").id != entry.id
    assert replace(entry, features=entry.features[::-1]).id != entry.id


@given(ENTRIES)
def test_a_changed_entry_is_refused(entry: ModelEntry) -> None:
    """Also one with a setting that nobody knows, and other bytes."""
    stored = json.loads(dumps(entry))
    stored["config"]["creators"] = not stored["config"]["creators"]
    with pytest.raises(ModelEntryError, match="its content gives"):
        loads(json.dumps(stored).encode())
    with pytest.raises(ModelEntryError, match="unknown field"):
        loads(json.dumps(stored | {"more": 1}).encode())
    with pytest.raises(ModelEntryError, match="not a model"):
        loads(dumps(entry)[:-1])


@pytest.mark.parametrize("name", ["", "A", "1a", "a b", "a" * 41, "a{b}", "ü"])
def test_names_that_cannot_be_are_refused(name: str) -> None:
    """They stand in keys of jobs and on command lines."""
    with pytest.raises(ModelEntryError, match="expected a small letter"):
        ModelEntry(name)


def test_what_this_build_cannot_score_is_told() -> None:
    """Other features, or the same ones with another meaning."""
    entry = ModelEntry("a")
    assert "interest-v9" in unrunnable(replace(entry, layout="interest-v9"))
    assert unrunnable(replace(entry, features=entry.features[1:]))


@given(st.lists(TAGS | st.none()))
def test_a_rollback_undoes_what_was_done_last(moves: list[str | None]) -> None:
    """None is a rollback. Numbers grow by one, and the model before is always the one that was served."""
    now = ModelPointer()
    for at, tag in enumerate(moves):
        try:
            after = rolled_back(now, at) if tag is None else promoted(now, tag, at)
        except SwitchError:
            assert now.current == tag or (tag is None and now.previous is None)
            continue
        assert (after.number, after.previous) == (now.number + 1, now.current)
        assert after.current == (now.previous if tag is None else tag)
        assert rolled_back(after, at).current == now.current
        assert decode_pointer(encode_pointer(after)) == after
        now = after


SEEN = st.builds(
    Seen,
    model=st.sampled_from(["a", "b", "c"]),
    event_id=st.sampled_from("123456"),
    user=st.sampled_from(["ann", "bob"]),
    slate=st.just(""),
    kind=st.just("first"),
    label=st.integers(0, 1),
    p=st.floats(0.01, 0.99),
    at_ms=st.integers(0, 9),
)


@given(st.lists(SEEN, unique_by=lambda one: (one.model, one.event_id, one.at_ms)), st.randoms())
def test_a_comparison_does_not_depend_on_the_order_of_records(seen: list[Seen], rng: object) -> None:
    """To the last digit; nor on records of other models; the newest label of each counts."""
    # One prediction and one person an example, as in the topic.
    p = {(one.model, one.event_id): one.p for one in seen}
    seen = [one._replace(p=p[one.model, one.event_id], user=f"u{one.event_id}") for one in seen]
    turned = list(seen)
    rng.shuffle(turned)  # type: ignore[attr-defined]
    figures = []
    for records in (seen, turned, [one for one in turned if one.model != "c"]):
        pairs = Pairs(("a", "b"))
        pairs.take(records)
        found = compared(pairs)
        figures.append(found.as_json())
    assert figures[0] == figures[1] == figures[2]


def test_many_examples_in_another_order_give_the_same_digits() -> None:
    """Sums round by their order, and two jobs write in any."""
    rng = np.random.default_rng(5)
    seen = [
        Seen(model, str(n), f"u{n % 7}", f"s{n // 5}", "first", int(n % 5 == 2), p, n)
        for n in range(300)
        for model, p in zip("ab", rng.uniform(0.1, 0.9, 2).tolist(), strict=True)
    ]
    one, other = Pairs(("a", "b")), Pairs(("a", "b"))
    one.take(seen)
    other.take(seen[at] for at in rng.permutation(len(seen)))
    assert compared(one).as_json() == compared(other).as_json()


@given(st.lists(SEEN, min_size=1))
def test_memory_is_bounded_and_the_newest_stay(seen: list[Seen]) -> None:
    """What is let go is counted."""
    pairs = Pairs(("a", "b"), most=2)
    pairs.take(seen)
    wanted = [one.event_id for one in seen if one.model != "c"]
    assert len(pairs._held) <= 2
    assert not wanted or wanted[-1] in pairs._held or wanted[-1] in wanted[:-1]


def test_flips_and_undos_change_the_label_that_is_compared() -> None:
    """A late like counts as one; what was taken back counts as nothing."""
    pairs = Pairs(("a", "b"))
    for model in ("a", "b"):
        pairs.take(
            Seen(model, name, "ann", "", kind, label, 0.5, at_ms)
            for name, kind, label, at_ms in (
                ("1", "first", 0, 5), ("1", "flip", 1, 9), ("2", "first", 1, 5), ("2", "undo", 1, 6),
                ("3", "first", 0, 5),
            )
        )  # fmt: skip
    assert [one.label for one in pairs.matched()] == [[1, 1], [0, 0]]
    assert compared(pairs).verdict == "no difference beyond chance"


def test_the_better_model_is_told_only_beyond_chance() -> None:
    """Many people with the same difference are evidence, one person is none."""

    def pairs_of(people: int) -> Pairs:
        pairs = Pairs(("a", "b"))
        for n in range(60):
            label, user = n % 2, f"u{n % people}"
            for model, right in (("a", 0.6), ("b", 0.8 - 0.001 * n)):
                p = right if label else 1 - right
                pairs.take([Seen(model, str(n), user, "", "first", label, p, 0)])
        return pairs

    assert compared(pairs_of(20)).verdict == "the second is better"
    assert compared(pairs_of(1)).verdict == "no difference beyond chance"
