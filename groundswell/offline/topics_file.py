"""Every topic of a file of events, pane by pane, as a CSV."""

import csv
from dataclasses import replace
from pathlib import Path

from groundswell.offline.trends import ClosedPane, OfflineTrends
from producers.sources.replay import read_rows
from state.actions import ActionWeights
from state.burst_config import Detector
from state.trend_config import TrendConfig
from state.trend_engine import KEY_SEPARATOR

COLUMNS = ("pane_start_ms", "topic", "scope", "events", "users", "score", "alert")
_SHARDS = 1  # the result does not depend on it much: only the sketch's collisions do


def evaluate(
    file: Path,
    mapping: str | None,
    pane_ms: int,
    lateness_ms: int,
    out: Path,
    detector: Detector = "groundswell",
) -> dict[str, object]:
    """Count and score a file of events. Memory grows with the number of topics, not of events.

    Args:
        file: Events.
        mapping: How rows become events; None = by the file's name.
        pane_ms: Length of a pane.
        lateness_ms: Bound of disorder.
        out: CSV to write, ordered by time, then topic and scope.
        detector: Ours or a baseline.

    Returns:
        Rows, alerts, and events refused by reason.

    Raises:
        ProducersError: The mapping cannot be used.
        OSError: A file cannot be read or written.
    """
    cfg = TrendConfig()
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
        writer.writerow(COLUMNS)
        for pane in engine.run(read_rows(str(file), mapping)):
            judged = _judged(pane)
            alerts += sum(alert for _, alert in judged.values())
            rows += len(pane.keys)
            for i, key in enumerate(pane.keys):
                topic, _, scope = key.rpartition(KEY_SEPARATOR)
                score, alert = judged.get(key, (0.0, 0))
                writer.writerow(
                    (
                        pane.start_ms,
                        topic,
                        scope,
                        int(pane.events[i]),
                        int(pane.summary.users[i]),
                        score,
                        alert,
                    )
                )
    return {"rows": rows, "alerts": alerts, "refused": engine.refused}


def _judged(pane: ClosedPane) -> dict[str, tuple[float, int]]:
    """Return (score, alert) of the topics that were watched in a pane."""
    return {
        key: (round(float(verdict.scores.s[i]), 4), int(verdict.alerts.alert[i]))
        for verdict in pane.verdicts
        for i, key in enumerate(verdict.keys)
    }
