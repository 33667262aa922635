"""`produce replay` as a user types it: summary, warnings and exit codes, with a Kafka client in memory."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from flink_jobs.trending.options import TrendingOptions
from producers.cli import app
from producers.sink import KafkaSink
from producers.sources.replay_cli import LATENESS_S
from tests.support.fake_kafka import FakeProducer
from tests.support.otlp import Collector, collecting
from tests.support.stack_talk import eventually

MAPPING = """
[input]
format = "csv"
[time]
field = "t"
unit = "s"
[[event]]
when = { kind = "like" }
name = "engagement"
action = "like"
[[event]]
when = { kind = "post" }
name = "content"
action = "create"
[fields]
actor_id = "{user}"
item_id = "{item}"
topics = { field = "tags", separator = " " }
"""


@pytest.fixture
def kafka(monkeypatch: pytest.MonkeyPatch) -> FakeProducer:
    """A client in memory instead of a broker."""
    producer = FakeProducer()

    def opened(_bootstrap: str, warn: object, **options: object) -> KafkaSink:
        assert options["topics"] == ("content", "engagement")
        return KafkaSink(producer, warn=warn)  # type: ignore[arg-type]

    monkeypatch.setattr("producers.sink.open_kafka", opened)
    return producer


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A mapping and a file with two good rows, one bad and one that no rule takes; the folder is entered."""
    (tmp_path / "my.toml").write_text(MAPPING)
    rows = [
        "t,kind,user,item,tags",
        "100,post,ann,p1,cats dogs",
        "101,like,ben,p1,",
        "102,view,cem,p1,",
        "103",
    ]
    (tmp_path / "my.csv").write_text("\n".join(rows) + "\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*options: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(app, ["replay", *options])


def summary(result: Result) -> dict[str, object]:
    """Last line of stdout."""
    found = json.loads(result.stdout.splitlines()[-1])
    assert isinstance(found, dict)
    return found


@pytest.mark.usefixtures("files")
def test_events_go_to_their_topics_and_every_row_is_accounted_for(kafka: FakeProducer) -> None:
    """Two events are acknowledged, two rows are told with line and reason."""
    result = run("my.csv", "--mapping", "my.toml", "--json")
    assert result.exit_code == 0, result.output
    assert [(r.name, r.key, r.timestamp) for r in kafka.delivered] == [
        ("content", b"ann", 100_000),
        ("engagement", b"ben", 101_000),
    ]
    told = summary(result)
    assert (told["produced"], told["acknowledged"], told["rows"], told["events"]) == (2, 2, 4, 2)
    assert told["rejected"] == {"no [[event]] rule fits": 1}
    assert told["malformed"] == {"expected 5 cells": 1}
    assert "line 5: malformed: expected 5 cells (found 1)" in result.stderr


@pytest.mark.usefixtures("files")
def test_dry_run_shows_events_and_sends_nothing(kafka: FakeProducer) -> None:
    """A mapping can be tried without Kafka."""
    result = run("my.csv", "--mapping", "my.toml", "--dry-run")
    assert result.exit_code == 0, result.output
    assert kafka.delivered == []
    assert "my.csv: 2 events of 4 rows; nothing sent" in result.stdout
    assert '"topics": ["cats", "dogs"]' in result.stderr


@pytest.mark.usefixtures("files")
def test_shift_to_now_ends_with_the_present(kafka: FakeProducer) -> None:
    """The last event is now, the distances stay."""
    result = run("my.csv", "--mapping", "my.toml", "--shift-to-now", "--json")
    first, last = (record.timestamp for record in kafka.delivered)
    assert last - first == 1_000
    assert summary(result)["last_ms"] == last > 1_700_000_000_000


@pytest.mark.usefixtures("files", "kafka")
def test_strict_run_fails_at_the_first_bad_row() -> None:
    """Exit code 1; what came before is delivered and counted."""
    result = run("my.csv", "--mapping", "my.toml", "--strict", "--json")
    assert result.exit_code == 1
    assert "my.csv line 4: rejected: no [[event]] rule fits" in result.stderr
    dry = run("my.csv", "--mapping", "my.toml", "--strict", "--dry-run")
    assert dry.exit_code == 1


def test_the_default_bound_is_that_of_the_job() -> None:
    """Producers cannot import the job, so the number stands twice."""
    assert TrendingOptions().out_of_order_ms == LATENESS_S * 1000


@pytest.mark.usefixtures("kafka")
def test_disorder_beyond_the_bound_is_said(files: Path) -> None:
    """Who replays a file that is not in order must know what a job will drop."""
    rows = ["t,kind,user,item,tags", "500,post,ann,p1,a", "100,post,ben,p2,b", "450,like,cem,p1,"]
    (files / "my.csv").write_text("\n".join(rows))
    assert "400,000 ms out of order, more than 60 s" in run("my.csv", "--mapping", "my.toml").stderr
    quiet = run("my.csv", "--mapping", "my.toml", "--lateness-s", "400")
    assert "out of order" not in quiet.stderr


@pytest.mark.usefixtures("files", "kafka")
@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("my.csv",), "no shipped mapping fits this file name"),
        (("my.csv", "--mapping", "none.toml"), "cannot be read"),
        (("none.csv", "--mapping", "my.toml"), "cannot read none.csv"),
        (("my.csv", "--mapping", "my.toml", "--speed", "0"), "--speed '0'"),
        (("-",), "standard input has no file name"),
        (("my.toml", "--mapping", "my.toml"), "asks for item, kind, t, tags, user; the file has the columns"),
        (("my.csv", "--mapping", "my.toml", "--registry", "ftp://x"), "schema registry"),
        (("my.csv", "--mapping", "my.toml", "--kafka", "x"), "expected key=value"),
    ],
)
def test_wrong_options_files_and_mappings_exit_with_2(options: tuple[str, ...], message: str) -> None:
    """Each says what was found and what is expected."""
    result = run(*options)
    assert result.exit_code == 2, result.output
    assert message in result.stderr


@pytest.mark.usefixtures("files")
def test_events_that_kafka_does_not_take_fail_the_run(kafka: FakeProducer) -> None:
    """Exit code 1 when an event was not acknowledged."""
    kafka.refused[101_000] = "MSG_SIZE_TOO_LARGE"
    result = run("my.csv", "--mapping", "my.toml", "--json")
    assert result.exit_code == 1
    assert (summary(result)["acknowledged"], summary(result)["failed"]) == (1, 1)


def test_the_command_tells_about_itself() -> None:
    """Help holds the exit codes; it loads no Kafka."""
    assert "Exit codes" in run("--help").stdout
    assert isinstance(app, typer.Typer)


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    """A collector that the environment names; what waits for it is exported at once."""
    with collecting() as found:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", found.endpoint)
        monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "20")
        yield found


def test_events_are_traced_when_the_environment_names_a_collector(
    files: Path, kafka: FakeProducer, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of them when the sampler says so; the good rows alone, each with its header."""
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "always_on")
    assert run(str(files / "my.csv"), "--mapping", str(files / "my.toml")).exit_code == 0
    eventually(lambda: len(collector.spans) == 2, "two spans")
    assert {(one.service, one.name) for one in collector.spans} == {
        ("groundswell-produce", "create content"),
        ("groundswell-produce", "create engagement"),
    }
    headers = [str(one.headers) for one in kafka.delivered]
    assert all(any(one.trace_id in header for header in headers) for one in collector.spans)


def test_a_ratio_that_is_none_is_a_wrong_option(
    files: Path, kafka: FakeProducer, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 2 and a sentence, before anything is sent."""
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "traceidratio")
    monkeypatch.setenv("OTEL_TRACES_SAMPLER_ARG", "half")
    result = run(str(files / "my.csv"), "--mapping", str(files / "my.toml"))
    assert result.exit_code == 2
    assert "expected a share of 0 to 1" in result.stderr
    assert (kafka.delivered, collector.spans) == ([], [])


def test_without_the_extra_events_go_out_untraced(
    files: Path, kafka: FakeProducer, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a warning that says what to install."""
    monkeypatch.setitem(sys.modules, "producers.event_traces", None)
    result = run(str(files / "my.csv"), "--mapping", str(files / "my.toml"))
    assert result.exit_code == 0
    assert "install the extra otel" in result.stderr
    assert [one.headers for one in kafka.delivered] == [None, None]
    assert collector.spans == []
