"""Laws of closing panes: storage and restarts change nothing."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from state import tail_sketch
from state.pane_rows import KEY_SEPARATOR, pane_rows
from state.trend_config import TrendConfig
from state.trend_engine import Verdict, close_pane
from state.trend_key import CODEC, dumps_many, evictable, loads_many
from tests.support.pane_parts import piece

CFG = TrendConfig(quiet_start_ms=0)
panes = st.lists(
    st.tuples(st.integers(1, 30), st.dictionaries(st.sampled_from("abcd"), st.integers(1, 40), min_size=1)),
    min_size=2,
    max_size=10,
)
Pane = tuple[int, dict[str, int]]


class DictStore(dict[str, bytes]):
    """States in a plain dict."""

    def get(self, keys: Sequence[str]) -> list[bytes | None]:  # type: ignore[override]
        """Return the states of many keys."""
        return [dict.get(self, k) for k in keys]

    def put(self, states: Mapping[str, bytes]) -> None:
        """Store many states."""
        self.update(states)

    def known(self) -> Iterable[str]:
        """Return all keys."""
        return tuple(self)


class LogStore:
    """States as a log that is searched from its end: another store."""

    def __init__(self) -> None:
        self.log: list[tuple[str, bytes]] = []

    def get(self, keys: Sequence[str]) -> list[bytes | None]:
        """Return the newest state of each key."""
        return [next((raw for k, raw in reversed(self.log) if k == key), None) for key in keys]

    def put(self, states: Mapping[str, bytes]) -> None:
        """Add to the log, last key first."""
        self.log += reversed(list(states.items()))

    def known(self) -> Iterable[str]:
        """Return all keys."""
        return {key for key, _ in self.log}


def _close(
    sketch: tail_sketch.TailSketch, store: DictStore | LogStore, pane: int, seen: dict[str, int]
) -> str:
    rows = pane_rows(
        piece(pane, {n: [(i + 1, i + 1, 100) for i in range(seen[n])] for n in sorted(seen)}), 1.0
    )
    return _shown(close_pane(CFG, sketch, store, rows))


def _shown(verdict: Verdict) -> str:
    return repr((verdict.keys, verdict.records, verdict.scores.s.tolist(), verdict.alerts.live.tolist()))


@settings(max_examples=20)
@given(panes, st.integers(0, 10))
def test_a_restart_and_another_store_change_nothing(listed: list[Pane], at: int) -> None:
    """Stored and restored at any pane, or kept in another store: the same verdicts and bytes."""
    plain, log, again = DictStore(), LogStore(), DictStore()
    one, two, three = (tail_sketch.empty() for _ in range(3))
    pane = 1000
    for i, (gap, seen) in enumerate(listed):
        pane += gap
        if i == at:
            three = tail_sketch.CODEC.loads(tail_sketch.CODEC.dumps(three))
            again = DictStore({k: bytes(v) for k, v in again.items()})
        want = _close(one, plain, pane, seen)
        assert _close(two, log, pane, seen) == want
        assert _close(three, again, pane, seen) == want
    assert dict(again) == dict(plain) == dict(log.log)
    assert tail_sketch.CODEC.dumps(three) == tail_sketch.CODEC.dumps(one)


@settings(max_examples=20)
@given(panes, st.integers(0, 50))
def test_states_are_read_and_written_in_one_piece(listed: list[Pane], evict: int) -> None:
    """Many at once equal one by one; a state may go only after its silence."""
    store, sketch, pane = DictStore(), tail_sketch.empty(), 1000
    last: dict[str, int] = {}
    for gap, seen in listed:
        pane += gap
        _close(sketch, store, pane, seen)
        last.update({f"{n}{KEY_SEPARATOR}global": pane for n in seen})
    raws = list(store.values())
    core, extra = loads_many(raws)
    for i, raw in enumerate(raws):
        one_core, one_extra = CODEC.loads(raw)
        assert one_core.tobytes() == core[i : i + 1].tobytes()
        assert one_extra.tobytes() == extra[i : i + 1].tobytes()
    full = dumps_many(core, extra, np.ones(len(raws), np.bool_))
    assert loads_many(full)[1].tobytes() == extra.tobytes()
    assert [CODEC.dumps(CODEC.loads(raw)) for raw in full] == [CODEC.dumps(CODEC.loads(r)) for r in raws]
    for key, raw in store.items():
        assert evictable(evict, raw, pane) == (pane - last[key] > evict)
