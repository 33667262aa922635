"""A file of events through the whole engine offline, and what the list looks like by the hour.

The only module of the suite that knows the offline engine from inside.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from groundswell.offline.trends import OfflineTrends
from producers.mapping.event import Mapped
from producers.sources.replay import read_rows
from schemas.served import TrendRecord
from state.actions import ActionWeights
from state.burst_config import HOUR_MS, Detector
from state.trend_config import TrendConfig


@dataclass(frozen=True, slots=True)
class Shown:
    """What one closed pane gives to readers.

    Attributes:
        start_ms: Start of the pane.
        records: Records of the listed topics that were heard in it.
    """

    start_ms: int
    records: list[TrendRecord]


def read(file: Path) -> list[Mapped]:
    """Return the events of a file."""
    return list(read_rows(str(file), None))


def run(events: Iterable[Mapped], detector: Detector, lateness_ms: int) -> Iterator[Shown]:
    """Yield what each pane of five minutes shows. The engine is the job's own."""
    cfg = TrendConfig()
    cfg = replace(cfg, burst=replace(cfg.burst, detector=detector))
    engine = OfflineTrends(cfg, ActionWeights(), shards=1, out_of_order_ms=lateness_ms)
    for pane in engine.run(events):
        yield Shown(pane.start_ms, [record for shard in pane.shards for record in shard.verdict.records])


def digest(shown: Iterable[Shown]) -> tuple[str, int]:
    """Return a hash over every byte that readers would get, and the number of records."""
    total, records = hashlib.sha256(), 0
    for pane in shown:
        total.update(msgspec.msgpack.encode((pane.start_ms, pane.records)))
        records += len(pane.records)
    return total.hexdigest(), records


def hourly_tops(shown: Iterable[Shown], scope: str, size: int) -> Iterator[list[TrendRecord]]:
    """Yield the first ``size`` of a scope's list at the end of each hour, strongest first.

    As in Redis: a topic keeps its newest record and its rank until its strength falls below the minimum.
    """
    cfg = TrendConfig()
    listed: dict[str, TrendRecord] = {}
    hour = -1
    for pane in shown:
        if hour >= 0 and pane.start_ms // HOUR_MS != hour:
            yield _top(cfg, listed, (hour + 1) * HOUR_MS, size)
        hour = pane.start_ms // HOUR_MS
        listed |= {record.topic: record for record in pane.records if record.scope == scope}
    if hour >= 0:
        yield _top(cfg, listed, (hour + 1) * HOUR_MS, size)


def _top(cfg: TrendConfig, listed: dict[str, TrendRecord], now_ms: int, size: int) -> list[TrendRecord]:
    """Return the strongest topics at a moment; those that have faded are dropped, in place."""
    faded = [
        topic
        for topic, record in listed.items()
        if 2.0 ** (record.rank - now_ms / cfg.half_life_ms) < cfg.min_strength
    ]
    for topic in faded:
        del listed[topic]
    return sorted(listed.values(), key=lambda record: (-record.rank, record.topic))[:size]
