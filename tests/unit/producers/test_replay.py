"""A replay reads whatever a file holds, counts every row once, and gives the same events each time."""

import gzip
import io
import json
import os
from collections import Counter
from pathlib import Path

import fastavro
import pytest

from producers.encode import EventEncoder
from producers.errors import ConfigError
from producers.mapping.parse import parse_mapping
from producers.mapping.spec import Mapping
from producers.sources import lines
from producers.sources.errors import RefusedRowError
from producers.sources.replay import Replay, choose_mapping, newest_ms, read_events, read_rows, replay_batches
from producers.sources.tally import Tally
from schemas.registry import FileRegistry
from schemas.released import newest
from schemas.wire import split
from tests.support.shared_data import shared_data

_MAPPING = """
[input]
format = "{format}"
[time]
field = "t"
unit = "s"
[event]
name = "engagement"
action = "like"
[fields]
actor_id = "{{u}}"
item_id = "{{i}}"
topics = {{ field = "tags", separator = "|" }}
"""


def _mapping(kind: str = "jsonl", extra: str = "") -> Mapping:
    text = _MAPPING.format(format=kind).replace("[time]", extra + "[time]")
    return parse_mapping(text.encode(), "mine", "mine.toml")


def _write(path: Path, data: bytes) -> str:
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return str(path)


def _rows(n: int) -> bytes:
    return b"".join(b'{"t":%d,"u":"u%d","i":"i","tags":"a|b"}\n' % (i, i % 3) for i in range(n))


@pytest.mark.parametrize("name", ["f.jsonl", "f.jsonl.gz"])
def test_plain_and_gzip_files_give_the_same_events(tmp_path: Path, name: str) -> None:
    """Gzip is told by its first bytes, and ids do not depend on it."""
    events = list(read_rows(_write(tmp_path / name, _rows(5)), _mapping()))
    plain = list(read_rows(_write(tmp_path / "f.jsonl", _rows(5)), _mapping()))
    assert events == plain
    assert [event.source_ms for event in events] == [0, 1000, 2000, 3000, 4000]
    assert len({event.event_id for event in events}) == 5


def test_bad_lines_are_counted_with_their_number_and_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Text that is no JSON, no object, no UTF-8, too deep, too long, or rejected: the rest still comes."""
    monkeypatch.setattr(lines, "MAX_LINE_BYTES", 5_000)
    bad = [b"{", b"[1]", b'"\xff"', b"[" * 4_000, b"x" * 20_000, b'{"t":1,"i":"i"}', b""]
    path = _write(tmp_path / "f.jsonl", _rows(2) + b"\n".join(bad) + b"\n" + _rows(1).rstrip(b"\n"))
    tally, warnings = Tally(), list[str]()
    events = list(read_events(Replay(path, _mapping()), tally, warnings.append))
    assert len(events) == 3
    assert tally.rows == 9  # the empty line is none
    assert tally.malformed == {
        "not JSON": 3,
        "expected a JSON object": 1,
        "a line of more than 5000 bytes": 1,
    }
    assert tally.rejected == {"actor_id: missing": 1}
    assert [warning.split(":")[0] for warning in warnings] == [f"line {i}" for i in range(3, 9)]
    assert tally.examples == warnings


def test_only_the_first_refused_rows_are_shown(tmp_path: Path) -> None:
    """A thousand bad lines give ten sentences and one exact count."""
    tally, warnings = Tally(), list[str]()
    list(read_events(Replay(_write(tmp_path / "f.jsonl", b"x\n" * 1000), _mapping()), tally, warnings.append))
    assert len(warnings) == 10
    assert warnings[-1].endswith("further ones are only counted")
    assert tally.malformed == {"not JSON": 1000}


@pytest.mark.parametrize("bad", [b"{\n", b'{"t":1}\n'])
def test_strict_stops_at_the_first_refused_row(tmp_path: Path, bad: bytes) -> None:
    """With --strict a malformed or rejected row ends the run, named by its line."""
    path = _write(tmp_path / "f.jsonl", _rows(2) + bad + _rows(2))
    seen = []
    with pytest.raises(RefusedRowError, match=r"f\.jsonl line 3: (malformed|rejected)"):
        seen += list(read_events(Replay(path, _mapping(), strict=True)))
    assert seen == []


def test_cut_gzip_ends_the_file_and_is_counted(tmp_path: Path) -> None:
    """Half a download gives the events of its good part and one malformed line."""
    whole = gzip.compress(_rows(50_000))
    (tmp_path / "f.jsonl.gz").write_bytes(whole[: len(whole) // 2])
    tally = Tally()
    count = sum(1 for _ in read_events(Replay(str(tmp_path / "f.jsonl.gz"), _mapping()), tally))
    assert 0 < count < 50_000
    assert tally.malformed["the gzip data is cut or damaged here"] == 1


def test_csv_with_header_quotes_and_bad_rows(tmp_path: Path) -> None:
    """Quoted cells may hold commas, line ends and empty lines; short rows and bad quotes are malformed."""
    data = b't,u,i,tags\r\n1,"a, b",x,p|q\r\n2,c,"y\n\nz",\r\n3,d\r\n"4"5,e,f,g\r\n6,\xff,i,t\r\n7,g,h,\r\n'
    tally = Tally()
    events = list(read_events(Replay(_write(tmp_path / "f.csv", data), _mapping("csv")), tally))
    assert [(e.source_ms, e.actor_id, e.item_id, e.topics) for e in events] == [
        (1000, "a, b", "x", ["p", "q"]),
        (2000, "c", "y\n\nz", []),
        (7000, "g", "h", []),
    ]
    assert tally.malformed == {"expected 4 cells": 1, "not CSV": 1}
    assert tally.rejected == {"actor_id: expected valid UTF-8 text": 1}


def test_tsv_knows_no_quotes_and_csv_takes_named_columns(tmp_path: Path) -> None:
    """A quote in TSV is a character; a file without header is read by the names of the mapping."""
    (tsv,) = read_rows(
        _write(tmp_path / "f.tsv", b'\xef\xbb\xbft\tu\ti\ttags\n1\t"a\tb\t"x"\n'), _mapping("tsv")
    )
    assert (tsv.actor_id, tsv.topics) == ('"a', ['"x"'])
    named = _mapping("csv", 'columns = ["t", "u", "i", "tags"]\ndelimiter = ";"\n')
    (csv,) = read_rows(_write(tmp_path / "f.csv", b"1;a;b;x|y\n"), named)
    assert (csv.actor_id, csv.topics) == ("a", ["x", "y"])


def test_csv_without_the_columns_of_the_mapping_is_refused(tmp_path: Path) -> None:
    """The message holds what is asked for and what is there."""
    path = _write(tmp_path / "f.csv", b"time,u,item,tags\n1,a,b,c\n")
    with pytest.raises(
        ConfigError, match="mapping mine asks for i, t; the file has the columns time, u, item, tags"
    ):
        list(read_rows(path, _mapping("csv")))


def test_files_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    """A missing file, a folder, and standard input without a mapping."""
    with pytest.raises(ConfigError, match="No such file"):
        list(read_rows(str(tmp_path / "none.jsonl"), _mapping()))
    with pytest.raises(ConfigError, match="Is a directory"):
        list(read_rows(str(tmp_path), _mapping()))
    with pytest.raises(ConfigError, match="standard input has no file name"):
        choose_mapping("-", None)
    with pytest.raises(ConfigError, match="can be read only once"):
        newest_ms(Replay("-", _mapping()))


def test_standard_input_is_read_like_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """`-` reads stdin, gzip or not."""
    for data in (_rows(3), gzip.compress(_rows(3))):
        reading, writing = os.pipe()
        os.write(writing, data)
        os.close(writing)
        with os.fdopen(reading) as stdin:
            monkeypatch.setattr("sys.stdin", stdin)
            assert len(list(read_rows("-", _mapping()))) == 3


def test_pipe_that_pauses_gives_its_events_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """An event does not wait for 4,999 others when its writer is slow; the end of the pipe is the end."""
    reading, writing = os.pipe()
    with os.fdopen(reading) as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        batches = replay_batches(Replay("-", _mapping()), EventEncoder(FileRegistry()))
        for i in range(3):
            os.write(writing, _rows(i + 1))
            assert len(next(batches)) == i + 1
        os.close(writing)
        assert list(batches) == []


def test_error_behind_a_pipe_reaches_the_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """Strict ends the run also when another thread reads."""
    reading, writing = os.pipe()
    os.write(writing, b"x\n")
    with os.fdopen(reading) as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        batches = replay_batches(Replay("-", _mapping(), strict=True), EventEncoder(FileRegistry()))
        with pytest.raises(RefusedRowError, match="- line 1: malformed"):
            list(batches)
    os.close(writing)


def test_limit_counts_events(tmp_path: Path) -> None:
    """Rows without an event do not use the limit up."""
    path = _write(tmp_path / "f.jsonl", b"x\n" + _rows(10))
    tally = Tally()
    assert len(list(read_events(Replay(path, _mapping(), limit=4), tally))) == 4
    assert (tally.events, tally.rows) == (4, 5)


def test_disorder_is_the_worst_step_back(tmp_path: Path) -> None:
    """The lateness bound of a job must be larger than this."""
    times = [10, 20, 15, 30, 12, 40]
    data = b"".join(b'{"t":%d,"u":"u","i":"i"}\n' % t for t in times)
    tally = Tally()
    list(read_events(Replay(_write(tmp_path / "f.jsonl", data), _mapping()), tally))
    assert (tally.first_ms, tally.last_ms, tally.max_disorder_ms) == (10_000, 40_000, 18_000)


def test_shifted_replay_moves_times_and_ids_together(tmp_path: Path) -> None:
    """The same shift gives the same ids, another shift others: it is another set of events."""
    path = _write(tmp_path / "f.jsonl", _rows(3))
    plain = list(read_events(Replay(path, _mapping())))
    moved = list(read_events(Replay(path, _mapping(), shift_ms=500)))
    assert [event.source_ms for event in moved] == [500, 1500, 2500]
    assert moved == list(read_events(Replay(path, _mapping(), shift_ms=500)))
    assert not {event.event_id for event in moved} & {event.event_id for event in plain}
    assert newest_ms(Replay(path, _mapping(), shift_ms=500)) == 2500


def test_batches_hold_what_a_plain_reader_decodes(tmp_path: Path) -> None:
    """Key, header, body and record timestamp of every event, in order, in batches of 5,000."""
    path = _write(tmp_path / "f.jsonl", _rows(12_000))
    batches = list(replay_batches(Replay(path, _mapping()), EventEncoder(FileRegistry())))
    assert [len(batch) for batch in batches] == [5000, 5000, 2000]
    newest_id = newest()["engagement"].id
    schema = fastavro.parse_schema(dict(FileRegistry().schema(newest_id)))
    events = read_rows(path, _mapping())
    for batch in batches:
        assert batch.topic == "engagement"
        for key, value, at_ms in zip(batch.keys, batch.values, batch.timestamps_ms, strict=True):
            event = next(events)
            schema_id, body = split(value)
            record = fastavro.schemaless_reader(io.BytesIO(body), schema, None)
            assert isinstance(record, dict)
            assert (schema_id, key, at_ms) == (newest_id, event.actor_id.encode(), event.source_ms)
            assert {name: record[name] for name in event.record} == event.record


def test_paced_batches_span_little_event_time(tmp_path: Path) -> None:
    """At speed 10 a batch holds at most 2 s of event time, so that nothing leaves more than 0.2 s early."""
    path = _write(tmp_path / "f.jsonl", _rows(100))
    batches = list(replay_batches(Replay(path, _mapping()), EventEncoder(FileRegistry()), speed=10))
    assert sum(map(len, batches)) == 100
    assert max(batch.timestamps_ms[-1] - batch.timestamps_ms[0] for batch in batches) == 2000


@pytest.mark.parametrize(
    ("name", "rows", "events", "kinds"),
    [
        ("wikiticker_2015-09-12.jsonl.gz", 39_244, 39_244, {"content.create": 39_244}),
        (
            "stocktweets_2014-01_2015-06.jsonl.gz",
            62_410,
            62_410,
            {"content.create": 46_837, "engagement.share": 15_573},
        ),
        (
            "gharchive_2015-01-01_00-01.jsonl.gz",
            15_129,
            14_878,
            {
                "content.create": 11_360,
                "content.edit": 196,
                "engagement.reply": 1_596,
                "engagement.like": 1_291,
                "engagement.share": 435,
            },
        ),
    ],
)
def test_shipped_mappings_lose_no_row(name: str, rows: int, events: int, kinds: dict[str, int]) -> None:
    """Every row of the development files gives an event, but for those that the mapping names."""
    path, tally = str(shared_data(f"topics/{name}")), Tally()
    ids = Counter(event.event_id for event in read_events(Replay(path, choose_mapping(path, None)), tally))
    assert (tally.rows, tally.events, tally.kinds) == (rows, events, kinds)
    assert not tally.malformed
    assert not tally.rejected
    assert max(ids.values()) == 1


def test_edits_equal_a_plain_count_of_the_file() -> None:
    """Pages, languages, countries and robots of the edits are those of a reader of ten lines."""
    path = shared_data("topics/wikiticker_2015-09-12.jsonl.gz")
    plain: Counter[tuple[str, str, str, bool]] = Counter()
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for row in map(json.loads, file):
            language = row["channel"].removeprefix("#").split(".")[0]
            plain[(row["page"], language, row["countryIsoCode"] or "", row["isRobot"])] += 1
    events = read_rows(str(path))
    assert Counter((e.topics[0], e.lang, e.region, e.automated) for e in events) == plain
