"""Laws of the sketch of topics without state."""

import copy

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from state import tail_sketch
from state.burst_config import HOUR_MS
from state.tail_sketch import CODEC, TailSketch

PANE_MS = 300_000
HALF_LIFE_PANES = HOUR_MS / 2 / PANE_MS
panes = st.lists(
    st.tuples(st.integers(1, 40), st.dictionaries(st.integers(0, 30), st.integers(1, 50), max_size=10)),
    min_size=1,
    max_size=12,
)


def _where(topics: list[int]) -> tail_sketch.Cells:
    # Few distinct cells, so that topics collide.
    words = np.array([(t % 7) << 32 | t % 5 for t in topics], np.uint64)
    return tail_sketch.cells(words)


def _learn(sketch: TailSketch, seen: dict[int, int]) -> None:
    counts = np.array(list(seen.values()), np.int64)
    x = 2.0 * np.sqrt(counts + 0.375)
    tail_sketch.learn(sketch, _where(list(seen)), x, counts, PANE_MS)


def _filled(listed: list[tuple[int, dict[int, int]]]) -> TailSketch:
    sketch, pane = tail_sketch.empty(), 0
    for gap, seen in listed:
        pane += gap
        tail_sketch.advance(sketch, pane, PANE_MS)
        _learn(sketch, seen)
    return sketch


@settings(max_examples=25)
@given(panes)
def test_users_are_never_fewer_than_a_plain_decayed_count(listed: list[tuple[int, dict[int, int]]]) -> None:
    """Collisions only add: the sketch is an upper bound, rounding aside."""
    plain: dict[int, float] = {}
    for gap, seen in listed:
        plain = {t: v * 0.5 ** (gap / HALF_LIFE_PANES) for t, v in plain.items()}
        for topic, users in seen.items():
            plain[topic] = plain.get(topic, 0.0) + users
    if plain:
        got = tail_sketch.recent_users(_filled(listed), _where(list(plain)))
        assert (got >= np.array(list(plain.values())) * (1 - 1e-5) - 1e-6).all()


@settings(max_examples=25)
@given(panes, st.integers(1, 60))
def test_a_gap_is_as_many_silent_steps(listed: list[tuple[int, dict[int, int]]], gap: int) -> None:
    """One leap over silence and one step at a time give the same, float32 rounding aside."""
    leap = _filled(listed)
    steps = copy.deepcopy(leap)
    start = leap.last_pane
    tail_sketch.advance(leap, start + gap, PANE_MS)
    _learn(leap, {})
    for pane in range(start + 1, start + gap + 1):
        tail_sketch.advance(steps, pane, PANE_MS)
        _learn(steps, {})
    for name in ("users", "mean", "var"):
        assert np.allclose(getattr(leap, name), getattr(steps, name), rtol=1e-4, atol=1e-4), name
    assert leap.last_pane == steps.last_pane


@settings(max_examples=25)
@given(panes)
def test_bytes_give_the_sketch_back(listed: list[tuple[int, dict[int, int]]]) -> None:
    """Bit for bit, and the copy goes on like the original."""
    sketch = _filled(listed)
    back = CODEC.loads(CODEC.dumps(sketch))
    assert CODEC.dumps(back) == CODEC.dumps(sketch)
    for one in (sketch, back):
        tail_sketch.advance(one, one.last_pane + 2, PANE_MS)
        _learn(one, {1: 3})
    assert CODEC.dumps(back) == CODEC.dumps(sketch)


@settings(max_examples=25)
@given(panes)
def test_what_is_normal_is_never_below_silence(listed: list[tuple[int, dict[int, int]]]) -> None:
    """A level is at least that of no events, with a variance of at least one."""
    mean, var = tail_sketch.level(_filled(listed), _where(list(range(30))))
    assert (mean >= tail_sketch.X_OF_ZERO - 1e-5).all()
    assert (var >= 1.0).all()


@given(st.integers(1, 1000), st.integers(1, 1000))
def test_time_does_not_run_back(pane: int, back: int) -> None:
    """A pane older than the newest is refused, and changes nothing."""
    sketch = tail_sketch.empty()
    tail_sketch.advance(sketch, pane + back, PANE_MS)
    before = CODEC.dumps(sketch)
    with pytest.raises(ValueError, match="older than the shard's newest pane"):
        tail_sketch.advance(sketch, pane, PANE_MS)
    assert CODEC.dumps(sketch) == before
