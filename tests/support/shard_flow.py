"""One shard of the trending job without Flink: deeds in, timers in event time, its state and messages out."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from flink_jobs.trending import rows
from flink_jobs.trending.shard import SHARD_CELLS, SHARD_MAPS, Shard
from state.pane_events import CountedEvents
from state.pane_split import pieces
from state.reach import NO_REACH
from state.trend_config import TrendConfig
from state.trend_key import KeyStates, loads_many
from state.undo_split import step_ms, undone
from tests.support.keyed_state import CellState, MapState
from tests.support.pane_parts import user_hash

WEIGHTS = {"create": 1000, "reply": 700, "like": 300}
SHARD = 0


@dataclass(frozen=True)
class Deed:
    """What somebody did; users and posts are small numbers. An action with un- takes one back.

    A post that is deleted goes with everything on it; a share of a post is a deed on that post.
    """

    at_ms: int
    user: int
    post: int
    action: str = "like"
    topic: str = "tea"
    lang: int = 0
    shared: bool = False


@dataclass
class _Columns:
    """What tells a share from a post."""

    shared: list[bool]

    def strings(self, _name: str) -> pa.StringArray:
        """Return the original of each share."""
        return pa.array(["original" if shared else "" for shared in self.shared], pa.string())


@dataclass
class ShardFlow:
    """The shard, its state, and event time.

    Attributes:
        cfg: Settings.
        restarts: A new worker does each thing.
        messages: What left.
    """

    cfg: TrendConfig
    restarts: bool = False
    messages: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Start a worker on nothing."""
        self.maps = {name: MapState() for name in SHARD_MAPS}
        self.cells = {name: CellState() for name in SHARD_CELLS}
        self.watermark_ms = -(1 << 62)
        self._timers: set[int] = set()
        self._worker = Shard(self.cfg, self.maps, self.cells)

    def take(self, deeds: Sequence[Deed]) -> None:
        """Let a batch of deeds come."""
        for raw in routed(self.cfg, deeds):
            self.give(raw)

    def give(self, raw: bytes) -> None:
        """Let one routed piece or decision come."""
        self._timers.add(self._at_work().take(raw, self.watermark_ms))

    def until(self, watermark_ms: int) -> None:
        """Let event time pass."""
        while self._timers and (now := min(self._timers)) <= watermark_ms:
            self._timers.discard(now)
            self.messages += self._at_work().at(SHARD, now)
        self.watermark_ms = max(self.watermark_ms, watermark_ms)

    def state(self, topic: str = "tea", scope: str = "global") -> KeyStates:
        """Return the state of a topic."""
        return loads_many([self.maps["topics"][f"{topic}\x1f{scope}"]])

    def stored(self) -> dict[str, dict[str, bytes]]:
        """Return everything that the shard keeps."""
        cells = {name: cell.value or b"" for name, cell in self.cells.items()}
        return {**{name: dict(state.items()) for name, state in self.maps.items()}, "cells": cells}

    def _at_work(self) -> Shard:
        if self.restarts:
            self._worker = Shard(self.cfg, self.maps, self.cells)
        return self._worker


def routed(cfg: TrendConfig, deeds: Sequence[Deed]) -> list[bytes]:
    """Return a batch of deeds as it travels to the shard."""
    out = []
    for event in ("content", "engagement"):
        mine = [deed for deed in deeds if (deed.action in {"create", "delete"}) == (event == "content")]
        if not mine:
            continue
        counted = _counted(mine)
        out += [rows.routed(SHARD, piece) for _, piece in pieces(counted, cfg.burst.pane_ms, 1)]
        undos = undone(event, _Columns([deed.shared for deed in mine]), counted, NO_REACH)
        if undos:
            steps = pieces(undos.events, step_ms(cfg.burst.pane_ms), 1)
            out += [rows.routed_undos(SHARD, piece) for _, piece in steps]
    return out


def _counted(deeds: Sequence[Deed]) -> CountedEvents:
    topics = sorted({deed.topic for deed in deeds})
    weight = np.array([_weight(deed.action) for deed in deeds], np.int64)
    post = np.array([deed.post * 0xBF58476D1CE4E5B9 % 2**64 for deed in deeds], np.uint64)
    n = len(deeds)
    return CountedEvents(
        source_ms=np.array([deed.at_ms for deed in deeds], np.int64),
        weight_milli=weight,
        user=np.array([user_hash(deed.user) << 16 for deed in deeds], np.uint64),
        fingerprint=post,
        item=post,
        lang=np.array([deed.lang for deed in deeds], np.int64),
        region=np.zeros(n, np.int64),
        topic_row=np.arange(n),
        topic=np.array([topics.index(deed.topic) for deed in deeds], np.int64),
        centi=weight // 10,
        topics=topics,
        by_people=np.zeros(len(topics), np.bool_),
    )


def _weight(action: str) -> int:
    if action == "delete":
        return -WEIGHTS["create"]
    return -WEIGHTS[action[2:]] if action.startswith("un") else WEIGHTS[action]
