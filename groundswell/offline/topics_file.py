"""Every topic of a file of events, pane by pane, as a CSV.

score orders topics and panes: the deviations of a topic's recent count above its own long-run level
(``state.burst_news``). alert rests on another number, how seldom this very topic is as surprising, which
makes one threshold fair to all topics and for the same reason does not tell which of two matters more.

Here every topic is watched from its first user on. The live job waits for a few, for want of memory, so its
alerts of a topic's first hours may differ.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from groundswell.offline.trends import ClosedPane, OfflineTrends
from producers.sources.replay import read_rows
from state.actions import ActionWeights
from state.burst_config import Detector
from state.topic_kinds import Kind, kind_of, name_of
from state.trend_config import TrendConfig

COLUMNS = ("pane_start_ms", "topic", "scope", "events", "users", "score", "alert")
_NOBODY = (0.0, 0)
_SHARDS = 1  # the result does not depend on it much: only the sketch's collisions do


def evaluate(
    file: Path,
    mapping: str | None,
    pane_ms: int,
    lateness_ms: int,
    out: Path,
    detector: Detector = "groundswell",
    kinds: Sequence[Kind] = ("tag",),
) -> dict[str, object]:
    """Count and score a file of events. Memory grows with the number of topics, not of events.

    Args:
        file: Events.
        mapping: How rows become events; None = by the file's name.
        pane_ms: Length of a pane.
        lateness_ms: Bound of disorder.
        out: CSV to write, ordered by time, then topic and scope.
        detector: Ours or a baseline.
        kinds: Kinds of topics; more than tags alone add a column ``kind``.

    Returns:
        Rows, alerts, and events refused by reason.

    Raises:
        ProducersError: The mapping cannot be used.
        OSError: A file cannot be read or written.
    """
    cfg = TrendConfig(admit_pane_users=1, admit_hour_users=1, kinds=tuple(kinds))
    engine = OfflineTrends(
        replace(cfg, burst=replace(cfg.burst, pane_ms=pane_ms, detector=detector)),
        ActionWeights(),
        shards=_SHARDS,
        out_of_order_ms=lateness_ms,
    )
    rows = alerts = 0
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("w", newline="", encoding="utf-8") as target:
        writer = csv.writer(target)
        told = tuple(kinds) != ("tag",)
        writer.writerow((*COLUMNS, "kind") if told else COLUMNS)
        for pane in engine.run(read_rows(str(file), mapping)):
            judged = _judged(pane)
            alerts += sum(alert for _, alert in judged.values())
            for key, line in sorted(_lines(pane)):
                topic, *rest = line
                row = (pane.start_ms, name_of(topic), *rest, *judged.get(key, _NOBODY))
                writer.writerow((*row, kind_of(topic)) if told else row)
                rows += 1
    return {"rows": rows, "alerts": alerts, "refused": engine.refused}


def _lines(pane: ClosedPane) -> Iterator[tuple[str, tuple[str, str, int, int]]]:
    """Yield (key, (topic, scope, events, users)) of everything counted in a pane."""
    for shard in pane.shards:
        counted = shard.rows
        columns = (counted.topics, counted.scopes, counted.events.tolist(), counted.who.users.tolist())
        yield from zip(counted.keys, zip(*columns, strict=True), strict=True)


def _judged(pane: ClosedPane) -> dict[str, tuple[float, int]]:
    """Return (score, alert) of the topics of a pane that had a user with weight."""
    return {
        key: (round(float(verdict.scores.news[i]), 4), int(verdict.alerts.alert[i]))
        for verdict in (shard.verdict for shard in pane.shards)
        for i, key in enumerate(verdict.keys)
    }
