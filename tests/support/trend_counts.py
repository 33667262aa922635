"""What the trending job counted, and what it refused, beside what was sent."""

import csv
import json
from pathlib import Path
from typing import Final

from groundswell.kafka_read import read_topic
from tests.support import plain_count
from tests.support.cli_talk import told

COUNTED: Final = ("tag", "post", "creator", "query")  # kinds that the plain count knows
_READ: Final = ("engagement", "content")


def panes(
    bootstrap: str, out: Path, *more: str, timeout_s: float, kind: str = "tag"
) -> dict[plain_count.Key, plain_count.Count]:
    """Dump the panes of a kind with the command that users have; ``more`` are words for it."""
    words = ("--bootstrap", bootstrap, *more, "--out", str(out), "--kind", kind)
    assert told("panes", *words, timeout_s=timeout_s)["disagreements"] == 0
    with out.open(newline="", encoding="utf-8") as lines:
        return {
            (row["topic"], row["scope"], int(row["pane_start_ms"])): (
                int(row["weight_milli"]),
                int(row["events"]),
                int(row["users"]),
            )
            for row in csv.DictReader(lines)
        }


def dead_letters(bootstrap: str) -> int:
    """Return how many records of events the jobs refused."""
    return sum(1 for topic in _READ for _ in read_topic(bootstrap, f"{topic}.dlq"))


def malformed(truth: Path) -> int:
    """Return how many records that must be refused went into the topics that the job reads."""
    totals = json.loads(truth.read_text(encoding="utf-8"))["totals"]["malformed"]
    return sum(n for by in totals.values() for topic, n in by.items() if topic in _READ)
