"""News of lists for tests: a test says only what it is about."""

from collections.abc import Iterable

import numpy as np

from schemas.served import TrendRecord
from state.crowd import Crowd, crowd_of
from state.list_news import ListNews
from state.ranking import log_strength
from state.recent_set import SIZE
from state.trend_config import TrendConfig
from tests.support.trend_records import a_record

CFG = TrendConfig()
PANE_MS = CFG.burst.pane_ms
PANE = 5_800_000
END_MS = (PANE + 1) * PANE_MS


def hashes(seeds: Iterable[int]) -> np.ndarray:
    """Return hashes that look random, each seed always the same."""
    return np.array([(seed * 2_654_435_761 + 97) % (1 << 32) or 1 for seed in seeds], np.uint32)


def row(found: np.ndarray) -> np.ndarray:
    """Return hashes as a shard sends them: the smallest, filled up with zeros."""
    out = np.zeros(SIZE, np.uint32)
    low = np.sort(np.unique(found))[:SIZE]
    out[: len(low)] = low
    return out


def record(topic: str, strength: float = 9.0, at_ms: int = END_MS, **changed: object) -> TrendRecord:
    """A record with that strength at a moment; strength 0 = it leaves the list."""
    rank = log_strength(strength, at_ms, CFG.half_life_ms) if strength > 0 else 0.0
    return a_record(topic, **{"rank": rank, "recent_users": 8, "pane_ms": PANE_MS, **changed})


def news(*told: tuple[TrendRecord, Iterable[int], Iterable[int]], active: Iterable[int] = ()) -> ListNews:
    """News of (record, its people, its contents)."""
    crowd: Crowd = crowd_of(hashes(active))
    return ListNews(
        [one for one, _, _ in told],
        np.array([row(hashes(people)) for _, people, _ in told], np.uint32).reshape(len(told), SIZE),
        np.array([row(hashes(contents)) for _, _, contents in told], np.uint32).reshape(len(told), SIZE),
        crowd,
    )
