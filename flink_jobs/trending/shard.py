"""One shard's life between Flink's state and timers and the pure functions of ``state``."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from flink_jobs._shell.waiting import Bytes, OneBytes, WaitingPieces
from flink_jobs.trending import news, panes, rows
from flink_jobs.trending.kept_panes import KeptPanes
from flink_jobs.trending.shard_states import TopicStates
from state import (
    contributions,
    list_news,
    moderation,
    shard_correction,
    shard_pane,
    tail_sketch,
    undo_correction,
    undo_split,
)
from state.list_news import ListNews
from state.moderation import Rules
from state.scopes import GLOBAL
from state.tail_sketch import TailSketch
from state.trend_config import TrendConfig
from state.trend_key import evictable

PANES, NEWS = b"P", b"N"  # first byte of a message: for the panes topic, for the lists
SHARD_MAPS: Final = ("waiting", "topics", "kept", "undone")
SHARD_CELLS: Final = ("sketch", "rules")


class Shard:
    """All shards of a worker; Flink says which one is current.

    Flink's state is the truth and every change goes there at once; beside it lies what was read already.
    """

    def __init__(self, cfg: TrendConfig, maps: Mapping[str, Bytes], cells: Mapping[str, OneBytes]) -> None:
        self._cfg = cfg
        self._waiting = WaitingPieces(maps["waiting"], lambda pieces: shard_pane.fold(cfg, pieces))
        self._topics = TopicStates(maps["topics"])
        self._kept = KeptPanes(maps["kept"], lambda whole: contributions.folded(whole, cfg.user_limit))
        self._undone = WaitingPieces(maps["undone"], undo_split.together)
        self._given = WaitingPieces(maps["undone"], undo_split.together, prefix="given/")
        self._cells = cells
        self._sketches: dict[int, TailSketch] = {}
        self._rules: dict[int, Rules] = {}
        self._alerts = 0

    def alerts(self) -> int:
        """Return how many bursts began since this was asked last."""
        found, self._alerts = self._alerts, 0
        return found

    def take(self, raw: bytes, watermark_ms: int) -> int:
        """Keep a routed piece, undos or a decision; return the event time at which they are due."""
        shard, decision = rows.shard_of(raw), rows.decision_of(raw)
        step, pane_ms = rows.step_of(raw), self._cfg.burst.pane_ms
        if step is not None:
            step = undo_split.open_step(step, pane_ms, watermark_ms)
            self._undone.add(step, rows.body_of(raw))
            return undo_split.moment_of(step, pane_ms)
        if decision is None:
            pane = rows.pane_of(raw)
            self._waiting.add(pane, rows.body_of(raw))
            return (pane + 1) * pane_ms
        moment_ms = moderation.moment_of(decision, watermark_ms)
        rules = self._rules_of(shard)
        rules.due.append((moment_ms, decision))
        self._cells["rules"].put(moderation.CODEC.dumps(rules))
        return moment_ms

    def at(self, shard: int, now_ms: int) -> Iterator[bytes]:
        """Do what is due at a moment of event time; yield messages."""
        if now_ms % self._cfg.burst.pane_ms:
            yield from self._decide(shard, now_ms)
            yield from self._undo(shard, undo_split.steps_at(now_ms, self._cfg.burst.pane_ms), now_ms)
        else:
            yield from self._close(shard, now_ms)

    def _close(self, shard: int, now_ms: int) -> Iterator[bytes]:
        cfg = self._cfg
        pane = now_ms // cfg.burst.pane_ms - 1
        pieces = self._waiting.pop(pane)
        if not pieces:
            return
        topics, sketch = self._topics.of(shard), self._sketch_of(shard)
        before = sketch.last_pane
        closed = shard_pane.close(cfg, sketch, topics, self._rules_of(shard), pieces, self._given.pop(pane))
        self._cells["sketch"].put(tail_sketch.CODEC.dumps(sketch))
        self._alerts += int(closed.verdict.alerts.alert.sum())
        oldest = pane + 1 - cfg.burst.panes(cfg.keep_ms)
        self._kept.keep(shard, closed.kept, oldest)
        if cfg.sweep_due(before, pane):
            topics.remove(lambda raw: evictable(cfg.burst.panes(cfg.evict_ms), raw, pane))
        counted = panes.message_of(closed.rows, cfg.min_users_out)
        if counted:
            yield PANES + counted
        told = list_news.of_pane(closed.rows, closed.verdict.records, closed.verdict.sources)
        told.setdefault((list_news.TAG, GLOBAL), list_news.EMPTY)  # all readers ask it how far time has come
        yield from _told(told, now_ms)

    def _decide(self, shard: int, now_ms: int) -> Iterator[bytes]:
        rules = self._rules_of(shard)
        decisions = moderation.take_effect(rules, now_ms)
        if not decisions:
            return
        self._cells["rules"].put(moderation.CODEC.dumps(rules))
        kept = [pane.part for pane in self._kept.panes(shard)]
        records = shard_correction.correct(self._cfg, self._topics.of(shard), rules, decisions, kept, now_ms)
        yield from _told(list_news.of_correction(records, decisions), now_ms)

    def _undo(self, shard: int, steps: Sequence[int], now_ms: int) -> Iterator[bytes]:
        asked = [(step, undo_split.joined(pieces)) for step in steps if (pieces := self._undone.pop(step))]
        if not asked:
            return
        settled = undo_correction.settle(
            self._cfg,
            self._topics.of(shard),
            self._rules_of(shard),
            asked,
            lambda: self._kept.panes(shard),
            now_ms,
        )
        self._kept.change(shard, settled.changes)
        for pane, given in settled.given.items():
            if (pane + 1) * self._cfg.burst.pane_ms > now_ms:  # else it went into the closed pane
                for part in given:
                    self._given.add(pane, contributions.CODEC.dumps(part))
        records = moderation.approved(self._rules_of(shard), settled.records, now_ms)
        yield from _told(list_news.of_correction(records), now_ms)

    def _sketch_of(self, shard: int) -> TailSketch:
        if shard not in self._sketches:
            raw = self._cells["sketch"].get()
            self._sketches[shard] = tail_sketch.CODEC.loads(raw) if raw else tail_sketch.empty()
        return self._sketches[shard]

    def _rules_of(self, shard: int) -> Rules:
        if shard not in self._rules:
            raw = self._cells["rules"].get()
            self._rules[shard] = moderation.CODEC.loads(raw) if raw else Rules()
        return self._rules[shard]


def _told(told: Mapping[tuple[str, str], ListNews], at_ms: int) -> Iterator[bytes]:
    """Yield the news of each list as a message."""
    for (kind, scope), one in told.items():
        yield NEWS + news.routed(kind, scope, at_ms, one)
