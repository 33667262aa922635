"""Laws of the interest model: what is added can be taken back, late is as good as in time."""

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from river import linear_model, optim

from state import (
    interest_head,
    interest_model,
    interest_slate,
    interest_stats,
    interest_step,
    interest_user,
    interest_user_codec,
)
from state.burst_config import DAY_MS
from state.interest_config import InterestConfig
from state.interest_features import FEATURES, features, view
from state.interest_head import HeadState
from state.interest_lone import LoneLabels
from state.interest_model import About, Scored, predict
from state.interest_stats import ItemStats
from state.interest_user import POS, WIDTH, N, UserState, scales
from state.online_model import RiverStep

CFG = InterestConfig()
START_MS = 1_772_150_400_000
# Wide enough for float32 counts that are scaled by at most e^30, each rounded at 2^-24 of the largest.
REL, ABS = 1e-4, 1e-4
topics = st.lists(st.sampled_from(["tea", "cats", "go", "@ana", "東京"]), max_size=3, unique=True)
moments = st.integers(START_MS, START_MS + 200 * DAY_MS)
# user, topics, time, label, weight
events = st.lists(
    st.tuples(topics, moments, st.integers(0, 1), st.sampled_from([1.0, 2.0, 3.0])), min_size=1, max_size=12
)
Event = tuple[list[str], int, int, float]


def _observe(user: UserState, event: Event) -> interest_user.Receipt:
    names, at_ms, label, weight = event
    return interest_user.observe(
        CFG,
        user,
        names,
        at_ms,
        pos=weight * label,
        n=weight,
        residual=weight * (label - 0.3),
        item=str(names),
    )


def _counts(user: UserState, at_ms: int) -> dict[str, list[float]]:
    """Return all counts as of a moment, by topic; the total under an empty name."""
    slow, fast = scales(CFG, user, at_ms)
    factors = (slow, slow, fast, fast, slow)
    rows = {"": user.total} | {
        name: user.rows[at * WIDTH : (at + 1) * WIDTH] for at, name in enumerate(user.names)
    }
    return {
        name: [value * factor for value, factor in zip(row, factors, strict=True)]
        for name, row in rows.items()
    }


def _near(one: dict[str, list[float]], other: dict[str, list[float]]) -> bool:
    """Return whether counts are equal, rounding aside; a topic that is missing has none."""
    nothing = [0.0] * WIDTH
    return all(
        math.isclose(a, b, rel_tol=REL, abs_tol=ABS)
        for name in one.keys() | other.keys()
        for a, b in zip(one.get(name, nothing), other.get(name, nothing), strict=True)
    )


@given(events, st.data())
def test_taking_back_leaves_what_would_be_without(listed: list[Event], data: st.DataObject) -> None:
    """An undone event leaves only its passing, however much later it is undone."""
    undone = data.draw(st.integers(0, len(listed) - 1))
    user, without = UserState(), UserState()
    for at, event in enumerate(listed):
        receipt = _observe(user, event)
        if at == undone:
            taken = receipt
        names, at_ms, label, weight = event
        none = at == undone
        interest_user.observe(
            CFG,
            without,
            names,
            at_ms,
            pos=0.0 if none else weight * label,
            n=0.0 if none else weight,
            residual=0.0 if none else weight * (label - 0.3),
        )
    interest_user.unobserve(CFG, user, listed[undone][0], taken)
    assert _near(_counts(user, user.seen_ms), _counts(without, user.seen_ms))


@given(events, st.data())
def test_a_late_positive_is_as_if_it_had_been_known(listed: list[Event], data: st.DataObject) -> None:
    """Turning a negative gives the counts of a positive at its own time; the same receipt takes it back."""
    turned = data.draw(st.integers(0, len(listed) - 1))
    names, at_ms, _, weight = listed[turned]
    user, known = UserState(), UserState()
    for at, event in enumerate(listed):
        receipt = _observe(user, (names, at_ms, 0, weight) if at == turned else event)
        if at == turned:
            late = receipt
        other = _observe(known, (names, at_ms, 1, weight) if at == turned else event)
        if at == turned:
            in_time = other
    late = interest_user.turn(CFG, user, names, late)
    assert late == pytest.approx(in_time)
    assert _near(_counts(user, user.seen_ms), _counts(known, user.seen_ms))


@given(events)
def test_counts_are_plain_decayed_sums(listed: list[Event]) -> None:
    """Against an obvious second version that keeps every event."""
    user = UserState()
    receipts = [_observe(user, event) for event in listed]
    now, age = user.seen_ms, user.events
    plain: dict[str, list[float]] = {"": [0.0] * WIDTH}
    for (names, at_ms, label, weight), receipt in zip(listed, receipts, strict=True):
        passed = age - receipt.events
        slow = math.exp(-passed / CFG.long_events) * 0.5 ** ((now - at_ms) / CFG.long_half_life_ms)
        fast = math.exp(-passed / CFG.short_events) * 0.5 ** ((now - at_ms) / CFG.short_half_life_ms)
        added = (
            weight * label * slow, weight * slow, weight * label * fast, weight * fast,
            weight * (label - 0.3) * slow,
        )  # fmt: skip
        for name in ("", *names):
            row = plain.setdefault(name, [0.0] * WIDTH)
            plain[name] = [have + more for have, more in zip(row, added, strict=True)]
    assert _near(_counts(user, now), plain)


@given(events, st.integers(0, 12))
def test_bytes_give_the_user_back_in_mid_stream(listed: list[Event], cut: int) -> None:
    """Stored after any event, nothing differs by a bit: results do not depend on batches."""
    user, stored = UserState(), UserState()
    for at, event in enumerate(listed):
        assert _observe(user, event) == _observe(stored, event)
        if at >= cut:
            stored = interest_user_codec.CODEC.loads(interest_user_codec.CODEC.dumps(stored))
    assert interest_user_codec.CODEC.dumps(user) == interest_user_codec.CODEC.dumps(stored)


@given(st.lists(st.tuples(st.text(max_size=5), st.integers(0, 1)), max_size=120), st.integers(1, 8))
def test_a_user_stays_small(listed: list[tuple[str, int]], cap: int) -> None:
    """Never more topics than allowed; names, places and rows tell the same."""
    cfg, user = InterestConfig(max_topics=cap, recent_items=cap), UserState()
    for at, (name, label) in enumerate(listed):
        interest_user.observe(cfg, user, [name], START_MS + at, pos=label, n=1.0, item=name)
        assert len(user.names) <= cap
        assert len(user.recent) <= cap
        assert len(user.rows) == WIDTH * len(user.names)
        assert user.places == {name: place for place, name in enumerate(user.names)}


@given(st.lists(topics, max_size=30))
def test_what_was_only_shown_pushes_nothing_out(shown: list[list[str]]) -> None:
    """Negatives never make room for themselves: a liked topic stays."""
    cfg, user = InterestConfig(max_topics=2), UserState()
    interest_user.observe(cfg, user, ["liked", "too"], START_MS, pos=1.0, n=1.0)
    for at, names in enumerate(shown):
        interest_user.observe(cfg, user, names, START_MS + at, pos=0.0, n=1.0)
    assert user.names == ["liked", "too"]


additions = st.lists(st.tuples(st.floats(0, 5), st.floats(0, 9), moments), max_size=8)


def _same(one: ItemStats, other: ItemStats) -> bool:
    assert one.seen_ms == other.seen_ms
    pairs = ((getattr(one, name), getattr(other, name)) for name in ("pos", "n", "short_pos", "short_n"))
    return all(math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9) for a, b in pairs)


def _added(listed: list[tuple[float, float, int]]) -> ItemStats:
    stats = ItemStats()
    for pos, n, at_ms in listed:
        interest_stats.add(CFG, stats, pos, n, at_ms)
    return stats


@given(additions, st.data())
def test_item_counts_may_come_in_any_order_and_in_parts(
    listed: list[tuple[float, float, int]], data: st.DataObject
) -> None:
    """A pane that is counted elsewhere and comes late gives what would have been counted at once."""
    mixed = data.draw(st.permutations(listed))
    cut = data.draw(st.integers(0, len(listed)))
    parts = _added(mixed[:cut])
    interest_stats.merge(CFG, parts, _added(mixed[cut:]))
    assert _same(_added(listed), _added(mixed))
    assert _same(_added(listed), parts)


@given(additions, st.tuples(st.floats(0, 5), st.floats(0, 9), moments))
def test_item_counts_can_be_taken_back(
    listed: list[tuple[float, float, int]], undone: tuple[float, float, int]
) -> None:
    """Subtracting at its own time restores what was there."""
    pos, n, at_ms = undone
    stats, plain = _added([undone, *listed]), _added([(0.0, 0.0, at_ms), *listed])
    interest_stats.add(CFG, stats, -pos, -n, at_ms)
    assert _same(stats, plain)


rows = st.lists(
    st.tuples(st.lists(st.floats(-3, 3), min_size=len(FEATURES), max_size=len(FEATURES)), st.integers(0, 1)),
    max_size=20,
)


@given(rows)
def test_what_is_known_adds_up(listed: list[tuple[list[float], int]]) -> None:
    """Without drift the inverse of the covariance is that of the start and p x (1 - p) x x' of each label."""
    cfg, head = replace(CFG, head_drift=0.0), HeadState()
    known = np.eye(len(FEATURES)) / cfg.head_variance
    for values, label in listed:
        p, x = interest_head.prob(head, tuple(values)), np.array(values)
        known += max(p * (1.0 - p), 1e-4) * np.outer(x, x)
        interest_step.learn(cfg, head, tuple(values), label)
    spread = np.frombuffer(head.spread).reshape(len(FEATURES), -1)
    assert np.linalg.inv(known) / cfg.head_variance == pytest.approx(spread, rel=1e-6, abs=1e-9)
    assert (spread == spread.T).all()


@given(rows)
def test_a_step_goes_towards_its_label_and_drift_has_a_limit(listed: list[tuple[list[float], int]]) -> None:
    """No label pushes its own prediction away; no weight becomes less sure than before any label."""
    cfg, head = replace(CFG, head_drift=0.01), HeadState()
    for values, label in listed:
        before = interest_head.prob(head, tuple(values))
        interest_step.learn(cfg, head, tuple(values), label)
        after = interest_head.prob(head, tuple(values))
        assert (after - before) * (1 if label else -1) >= -1e-12
        unsure = np.frombuffer(head.spread).reshape(len(FEATURES), -1).diagonal()
        assert ((unsure > 0.0) & (unsure <= 1.0)).all()


@settings(max_examples=25)
@given(rows)
def test_a_head_by_river_predicts_what_river_predicts(listed: list[tuple[list[float], int]]) -> None:
    """Weights that River moves are a head's like any other."""
    head, step = HeadState(), RiverStep()
    model = linear_model.LogisticRegression(optim.AdaGrad(0.05, eps=1e-12), intercept_lr=0.0)
    start = dict(zip(FEATURES, head.weights, strict=True))
    model.learn_one(dict.fromkeys(FEATURES, 0.0), 0, w=0.0)
    for name in FEATURES:
        model._weights[name], model.optimizer.g2[name] = start[name], 1.0
    for values, label in listed:
        x = dict(zip(FEATURES, values, strict=True))
        told = model.predict_proba_one(x)[True]
        assert interest_head.prob(head, tuple(values)) == pytest.approx(told, abs=1e-9)
        model.learn_one(x, bool(label))
        interest_step.learn(CFG, head, tuple(values), label, step)


@given(rows, st.integers(1, 8))
def test_an_average_lies_between_and_equal_replicas_are_one(
    listed: list[tuple[list[float], int]], n: int
) -> None:
    """Merging never leaves the range of its parts; the order does not matter."""
    head, fresh = HeadState(), HeadState()
    for values, label in listed:
        interest_step.learn(CFG, head, tuple(values), label)
    same = interest_head.merged([head] * n)
    assert same.weights == pytest.approx(head.weights)
    between, back = interest_head.merged([head, fresh]), interest_head.merged([fresh, head])
    assert between.weights == pytest.approx(back.weights)
    for low, middle, high in zip(fresh.weights, between.weights, head.weights, strict=True):
        assert min(low, high) - 1e-9 <= middle <= max(low, high) + 1e-9


@given(st.lists(st.floats(-3, 3), min_size=len(FEATURES), max_size=len(FEATURES)))
def test_a_flip_is_a_gradient_of_minus_one(values: list[float]) -> None:
    """(p - 1) - (p - 0) = -1, whatever p was: a flip raises the prediction on the same features."""
    head = HeadState()
    before = interest_head.prob(head, tuple(values))
    interest_step.flip(CFG, head, tuple(values))
    assert interest_head.prob(head, tuple(values)) >= before


@given(events, topics, moments)
def test_a_prediction_changes_nothing_and_is_finite(
    listed: list[Event], names: list[str], at_ms: int
) -> None:
    """In (0, 1) for whatever is known, and packing keeps it bit for bit."""
    user, head, stats = UserState(), HeadState(), ItemStats(2.0, 5.0, 0.5, 1.0, START_MS)
    for event in listed:
        _observe(user, event)
    before = interest_user_codec.CODEC.dumps(user)
    for about in (About(), About(names, stats, stats, [stats, None], "item")):
        scored = predict(CFG, head, user, about, at_ms)
        assert 0.0 < scored.p < 1.0
        assert all(map(math.isfinite, scored.features))
        assert interest_model.unpack(interest_model.pack(scored)) == scored
    assert interest_user_codec.CODEC.dumps(user) == before


@given(st.lists(st.tuples(topics, st.integers(0, 1)), min_size=1, max_size=10), st.floats(0, 60))
def test_liking_a_topic_more_is_never_less(listed: list[tuple[list[str], int]], days: float) -> None:
    """One more like of a topic raises its taste features, at any later time, and makes it less strange."""
    user = UserState()
    for at, (names, label) in enumerate(listed):
        interest_user.observe(CFG, user, names, START_MS + at, pos=label, n=1.0)
    at_ms = START_MS + 100
    liked = interest_user_codec.CODEC.loads(interest_user_codec.CODEC.dumps(user))
    interest_user.observe(CFG, liked, ["tea"], at_ms, pos=1.0, n=1.0)
    interest_user.observe(CFG, user, ["tea"], at_ms, pos=0.0, n=1.0)
    later = at_ms + int(days * DAY_MS)
    tea = ItemStats(3.0, 9.0, 1.0, 2.0, START_MS)
    with_like, without = (
        dict(zip(FEATURES, features(view(CFG, 0.3, one, later), None, None, [tea], ["tea"]), strict=True))
        for one in (liked, user)
    )
    for name in ("taste_log_pos", "taste_log_pos_short", "taste_log_pos_faint"):
        assert with_like[name] >= without[name]
    assert 0.0 <= with_like["stranger_topic_log_n"] <= without["stranger_topic_log_n"] <= math.log(10.0)


@given(events)
def test_the_best_topics_come_first(listed: list[Event]) -> None:
    """Sorted, no more than asked for, shares of what was liked."""
    user = UserState()
    for event in listed:
        _observe(user, event)
    found = interest_model.top_topics(CFG, user, user.seen_ms, limit=3)
    assert len(found) <= 3
    assert all(one.slow + one.fast >= other.slow + other.fast for one, other in pairwise(found))
    assert all(one.slow >= 0 and one.fast >= 0 and one.events >= 0 for one in found)


def test_learning_is_head_and_user() -> None:
    """Learn, then flip, is as sure of the item as learning a positive; undo restores the user."""
    head, user = HeadState(), UserState()
    about = About(("tea",), item_id="42")
    scored = predict(CFG, head, user, about, START_MS)
    receipt = interest_model.learn(CFG, head, user, about.topics, scored, label=0, at_ms=START_MS, item="42")
    low = predict(CFG, head, user, about, START_MS).p
    receipt = interest_model.flip(CFG, head, user, about.topics, scored, receipt, "42")
    assert predict(CFG, head, user, about, START_MS).p > max(low, scored.p)
    interest_model.undo(CFG, user, about.topics, receipt, "42")
    assert list(user.total) == pytest.approx([0.0] * WIDTH, abs=1e-6)
    assert list(user.recent) == []
    assert [user.rows[POS], user.rows[N]] == pytest.approx([0.0, 0.0], abs=1e-6)
    assert isinstance(scored, Scored)


@given(
    st.lists(events.map(lambda some: some[0]), max_size=12),
    topics,
    st.sampled_from([None, ItemStats(), ItemStats(3.0, 9.0, 1.0, 2.0, START_MS)]),
    st.sampled_from([None, ItemStats(1.0, 4.0)]),
    st.sampled_from(["", "p1", "['tea']"]),
    moments,
    st.floats(0.01, 0.9),
)
def test_a_candidate_in_parts_is_the_candidate(
    listed: list[Event],
    names: list[str],
    item: ItemStats | None,
    creator: ItemStats | None,
    item_id: str,
    at_ms: int,
    base: float,
) -> None:
    """What serving puts together from parts equals the features of the job, bit for bit."""
    user = UserState()
    for event in listed:
        _observe(user, event)
    about = About(names, item, creator, [item, None], item_id)
    seen = view(CFG, base, user, at_ms)
    part = interest_slate.item_part(view(CFG, base, None, 0), about)
    in_parts = interest_slate.candidate(seen, interest_slate.tastes(seen), part)
    assert in_parts == features(seen, item, creator, [item, None], names, item_id)


@given(st.lists(st.integers(0, 1), max_size=300))
def test_lone_labels_teach_once_the_rarer_kind_is_one_in_a_hundred(labels: list[int]) -> None:
    """Of one kind alone never; what came before decides, in any order."""
    lone = LoneLabels()
    told = [lone.teaches(label) for label in labels]
    for at, taught in enumerate(told, 1):
        rarer = min(sum(labels[:at]), at - sum(labels[:at]))
        assert taught == (100 * rarer >= at)
    turned = LoneLabels()
    assert [turned.teaches(1 - label) for label in labels] == told
