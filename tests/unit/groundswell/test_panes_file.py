"""Closed panes from records to a file."""

import csv
from pathlib import Path

import pytest
from support.contract_cases import good_examples

from groundswell.kafka_read import KafkaRecord
from groundswell.panes_file import COLUMNS, Panes, collect, write_csv
from schemas.codec import encode_record
from schemas.errors import UnknownSchemaError
from schemas.records import ModerationDecided, TrendPaneClosed
from schemas.registry import FileRegistry
from schemas.wire import header

REGISTRY = FileRegistry()


def pane(
    topic: str = "eclipse", scope: str = "global", start_ms: int = 300_000, events: int = 5
) -> TrendPaneClosed:
    """A closed pane."""
    return TrendPaneClosed(
        topic=topic,
        scope=scope,
        pane_start_ms=start_ms,
        pane_ms=300_000,
        weight_milli=-300,
        events=events,
        users=4,
    )


def stored(value: TrendPaneClosed | bytes | None, key: bytes = b"", offset: int = 0) -> KafkaRecord:
    """A record of the panes topic; a pane gets the job's key."""
    if isinstance(value, TrendPaneClosed):
        key = f"{value.topic}|{value.scope}|{value.pane_start_ms}".encode()
        value = encode_record(value, REGISTRY)
    return KafkaRecord("trend.panes", 0, offset, 1, key, value, ())


def test_the_file_is_sorted_by_pane_scope_and_topic(tmp_path: Path) -> None:
    """Two dumps of the same panes are the same file, whatever the order in Kafka."""
    panes = [
        pane("b", start_ms=600_000),
        pane('ü, "q"'),
        pane("a", scope="lang:en"),
        pane("a"),
    ]
    files = []
    for name, order in (("one.csv", panes), ("two.csv", panes[::-1])):
        write_csv(collect([stored(each) for each in order], REGISTRY), tmp_path / name)
        files.append((tmp_path / name).read_bytes())
    assert files[0] == files[1]
    with (tmp_path / "one.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    assert [(row["pane_start_ms"], row["scope"], row["topic"]) for row in rows] == [
        ("300000", "global", "a"),
        ("300000", "global", 'ü, "q"'),
        ("300000", "lang:en", "a"),
        ("600000", "global", "b"),
    ]
    assert list(rows[0].values())[3:] == ["300000", "-300", "5", "4", "true", "tag"]
    assert [file.name for file in tmp_path.iterdir() if file.suffix == ".part"] == []


def test_a_pane_written_twice_is_one_row() -> None:
    """A restart writes panes again with the same counts: a repeat, not a fault."""
    found = collect([stored(pane()), stored(pane("b")), stored(pane())], REGISTRY)
    assert found.summary() == {"panes": 2, "records": 3, "repeats": 1, "disagreements": 0, "unreadable": 0}
    assert found.sound


def test_a_disagreement_is_counted_told_and_the_last_value_wins() -> None:
    """Two counts of one pane are a defect of the job; the reader must learn of it."""
    found = collect([stored(pane(events=5)), stored(pane(events=6))], REGISTRY)
    assert (found.disagreements, found.repeats) == (1, 0)
    assert not found.sound
    assert [each.events for each in found.rows()] == [6]
    assert found.examples[0].startswith("eclipse|global|300000: first TrendPaneClosed(")


def test_a_tombstone_takes_its_pane_away() -> None:
    """Compaction's own sign: the pane is gone, and that is no fault."""
    found = collect([stored(pane()), stored(None, b"eclipse|global|300000"), stored(None, b"x")], REGISTRY)
    assert found.sound
    assert list(found.rows()) == []


def test_what_is_no_pane_is_counted_and_named() -> None:
    """Damaged bytes and records of other events do not stop the dump and do not pass in silence."""
    example = next(each for each in good_examples() if each.event == ModerationDecided.EVENT)
    other = encode_record(example.record(), REGISTRY)
    found = collect([stored(b"\x00\x00", b"k", 7), stored(other, b"m", 8), stored(pane())], REGISTRY)
    assert (found.unreadable, len(found.by_key)) == (2, 1)
    assert found.examples[0].startswith("trend.panes partition 0 offset 7: ")
    assert found.examples[1].endswith("a record of ModerationDecided, expected a closed pane")


def test_an_unknown_schema_stops_the_dump() -> None:
    """One missing schema would make every row unreadable: better to say so at once."""
    with pytest.raises(UnknownSchemaError, match="schema id 999"):
        collect([stored(header(999) + b"x", b"k")], REGISTRY)


def test_an_old_file_survives_a_failed_write(tmp_path: Path) -> None:
    """The file is replaced whole or not at all."""
    out = tmp_path / "panes.csv"
    out.write_text("old")

    class Broken(Panes):
        def rows(self, _kind=None):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_csv(Broken(), out)
    assert out.read_text() == "old"
    assert list(tmp_path.iterdir()) == [out]
