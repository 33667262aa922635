"""Closed panes from their Kafka topic to a CSV file: one row for each pane, whatever was written twice."""

import csv
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from groundswell.kafka_read import KafkaRecord
from schemas.codec import decode_value
from schemas.errors import WireError
from schemas.records import TrendPaneClosed
from schemas.registry import Registry

COLUMNS = (
    "topic",
    "scope",
    "pane_start_ms",
    "pane_ms",
    "weight_milli",
    "events",
    "users",
    "users_exact",
    "kind",
)
_EXAMPLES = 3


@dataclass(slots=True)
class Panes:
    """Panes by key, the last value of each, and what was odd.

    Attributes:
        by_key: The panes.
        records: Records read, tombstones included.
        repeats: Records whose key had come before with the same value: a restart wrote them again.
        disagreements: Records whose key had come before with another value. Must never happen.
        unreadable: Records that are no panes.
        examples: The first few oddities, in words.
    """

    by_key: dict[bytes, TrendPaneClosed] = field(default_factory=dict)
    records: int = 0
    repeats: int = 0
    disagreements: int = 0
    unreadable: int = 0
    examples: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """True when every record was a pane and no two of them disagreed."""
        return not self.disagreements and not self.unreadable

    def rows(self, kind: str | None = None) -> Iterator[TrendPaneClosed]:
        """Return the panes by start, scope, topic and kind; None = of all kinds."""
        wanted = (pane for pane in self.by_key.values() if kind in (None, pane.kind))
        return iter(sorted(wanted, key=lambda p: (p.pane_start_ms, p.scope, p.topic, p.kind)))

    def summary(self) -> dict[str, int]:
        """Return the counts."""
        return {
            "panes": len(self.by_key),
            "records": self.records,
            "repeats": self.repeats,
            "disagreements": self.disagreements,
            "unreadable": self.unreadable,
        }


def collect(records: Iterable[KafkaRecord], registry: Registry) -> Panes:
    """Decode records; the last value of a key wins. About 40 us a record.

    Raises:
        UnknownSchemaError, RegistryUnavailableError: The registry cannot say what the values are.
    """
    found = Panes()
    for record in records:
        found.records += 1
        key = record.key or b""
        if record.value is None:  # a tombstone: compaction was told to forget the pane
            found.by_key.pop(key, None)
            continue
        try:
            _, pane = decode_value(record.value, registry)
        except WireError as error:
            _odd(found, record, str(error))
            continue
        if not isinstance(pane, TrendPaneClosed):
            _odd(found, record, f"a record of {type(pane).__name__}, expected a closed pane")
            continue
        old = found.by_key.get(key)
        if old == pane:
            found.repeats += 1
        elif old is not None:
            found.disagreements += 1
            _tell(found, f"{key.decode(errors='replace')}: first {old}, then {pane}")
        found.by_key[key] = pane
    return found


def write_csv(panes: Panes, out: Path, kind: str | None = None) -> None:
    """Write the file, whole or not at all; only the panes of a kind when one is given.

    Raises:
        OSError: The folder is absent or cannot be written.
    """
    part = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(COLUMNS)
            for pane in panes.rows(kind):
                values = {name: getattr(pane, name) for name in COLUMNS}
                values["users_exact"] = "true" if pane.users_exact else "false"
                writer.writerow(values.values())
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)


def _odd(found: Panes, record: KafkaRecord, why: str) -> None:
    found.unreadable += 1
    _tell(found, f"{record.topic} partition {record.partition} offset {record.offset}: {why}")


def _tell(found: Panes, line: str) -> None:
    if len(found.examples) < _EXAMPLES:
        found.examples.append(line)
