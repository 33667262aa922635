"""The join says for every impression what a plain look at the whole history says."""

from collections.abc import Iterable, Sequence

from hypothesis import given
from hypothesis import strategies as st

from state import interest_person
from state.interest_person import Person
from state.outcome_join import CODEC, JOINED_ACTIONS, Change, Deed, JoinConfig, JoinState, piece, settle, take
from tests.support.plain_join import final_labels

CFG = JoinConfig(window_ms=1_000, horizon_ms=10**9, due_step_ms=100, most_kept=10_000, long_dwell_ms=2_000)
END_MS = 10**7
deeds = st.lists(
    st.builds(
        Deed,
        user=st.just("u"),
        at_ms=st.integers(0, 3_000),
        event_id=st.integers(0, 60).map(lambda n: f"e{n:02}"),
        action=st.one_of(st.just("impression"), st.sampled_from(sorted(JOINED_ACTIONS))),
        item=st.sampled_from("abc"),
        decision=st.sampled_from(["", "d1", "d2"]),
        position=st.integers(-1, 4),
        value=st.sampled_from([0.0, 999.0, 1_500.0, 2_000.0]),
    ),
    max_size=40,
).map(lambda some: list({one.event_id: one for one in some}.values()))


def _ordered(some: Iterable[Deed]) -> list[Deed]:
    return sorted(some, key=lambda one: (one.at_ms, one.event_id))


def _nothing(_deed: Deed) -> bytes:
    return b""


def _run(cfg: JoinConfig, some: Sequence[Deed], stored: bool = False) -> list[Change]:
    state, out = JoinState(), []
    for deed in some:
        out += settle(cfg, state, deed.at_ms)
        out += take(cfg, state, deed, lambda one: one.event_id.encode())
        if stored:
            index = interest_person.index_of(Person(join=state))
            parts = [CODEC.loads(CODEC.dumps(piece(state, at))) for at in index.pieces()]
            older = [one for part in parts for one in part]
            index = interest_person.CODEC.loads(interest_person.CODEC.dumps(index))
            state = interest_person.person_of(index, older, None).join
    return out + list(settle(cfg, state, END_MS))


def _last(changes: Sequence[Change]) -> dict[str, int | None]:
    """Return the last label of each, and check that each change starts where the one before ended."""
    labels: dict[str, int | None] = {}
    for one in changes:
        assert labels.get(one.shown.event_id) == one.was != one.now
        labels[one.shown.event_id] = one.now
    return labels


@given(deeds)
def test_the_last_label_is_that_of_the_whole_history(some: list[Deed]) -> None:
    """Whatever was shown, done and undone; a label that never was is as one that was taken back."""
    told = {key: label for key, label in _last(_run(CFG, _ordered(some))).items() if label is not None}
    plain = {key: label for key, label in final_labels(CFG, some).items() if label is not None}
    assert told == plain


@given(deeds)
def test_storing_between_deeds_changes_nothing(some: list[Deed]) -> None:
    """A restart at any place goes on as if nothing had been."""
    ordered = _ordered(some)
    left, right = _run(CFG, ordered), _run(CFG, ordered, stored=True)
    assert [(c.shown.event_id, c.was, c.now) for c in left] == [
        (c.shown.event_id, c.was, c.now) for c in right
    ]


@given(deeds, st.data())
def test_events_that_come_twice_count_once(some: list[Deed], data: st.DataObject) -> None:
    """A duplicate stands beside the first one, because both have one event time and one id."""
    twice = data.draw(st.lists(st.sampled_from(some), max_size=5)) if some else []
    assert _last(_run(CFG, _ordered([*some, *twice]))) == _last(_run(CFG, _ordered(some)))


@given(deeds, st.integers(0, 4_000))
def test_an_early_look_at_the_clock_changes_nothing(some: list[Deed], moment_ms: int) -> None:
    """Windows end at their own time, whether somebody asks then or at the next deed."""
    state, out = JoinState(), []
    asked = False
    for deed in _ordered(some):
        if deed.at_ms >= moment_ms and not asked:
            out += settle(CFG, state, moment_ms)
            asked = True
        out += settle(CFG, state, deed.at_ms)
        out += take(CFG, state, deed, _nothing)
    assert _last(out + list(settle(CFG, state, END_MS))) == _last(_run(CFG, _ordered(some)))


@given(deeds, st.integers(1, 3))
def test_memory_is_bounded(some: list[Deed], most: int) -> None:
    """No more is kept than the cap, and nothing beyond the horizon; labels stay consistent."""
    cfg = JoinConfig(window_ms=500, horizon_ms=900, due_step_ms=100, most_kept=most)
    state, out = JoinState(), []
    for deed in _ordered(some):
        out += settle(cfg, state, deed.at_ms)
        out += take(cfg, state, deed, _nothing)
        assert len(state.shown) <= most
        assert all(one.at_ms >= deed.at_ms - 900 for one in state.shown[: state.settled])
    out += settle(cfg, state, END_MS)
    assert not state.shown
    _last(out)
