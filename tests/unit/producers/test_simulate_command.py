"""`produce simulate` without Kafka: files, summary, exit codes."""

import gzip
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from producers.cli import app
from producers.sources.simulate.reference import read
from producers.sources.simulate.simulation import simulate
from tests.support.small_worlds import small

END = "2026-01-31T12:03Z"
SIZES = ["--events", "6000", "--hours", "12", "--users", "500", "--topics", "50", "--no-plants"]


def run(*options: str) -> Result:
    """Run the command with small sizes and a fixed end."""
    return CliRunner().invoke(app, ["simulate", "--end", END, *SIZES, "--dry-run", "--json", *options])


def test_the_file_holds_every_good_record_and_the_truth_counts_them(tmp_path: Path) -> None:
    """JSON lines can be counted by anybody; their number is the truth file's, malformed ones left out."""
    out, truth = tmp_path / "events.jsonl.gz", tmp_path / "truth.json"
    result = run("--out", str(out), "--truth", str(truth), "--malformed", "0.01", "--duplicates", "0.02")
    assert result.exit_code == 0, result.output
    with gzip.open(out, "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    told = json.loads(truth.read_text(encoding="utf-8"))["totals"]
    summary = json.loads(result.stdout.splitlines()[-1])
    assert told["complete"]
    assert told["good"] == 6_000
    assert told["duplicates"] > 0
    assert len(records) == told["good"] + told["duplicates"]
    assert summary["produced"] == len(records) + summary["malformed"]
    assert summary["malformed"] == 60 == sum(sum(kind.values()) for kind in told["malformed"].values())


def test_json_lines_equal_the_encoded_records(tmp_path: Path) -> None:
    """Field by field what the reference reader finds in the Avro records."""
    from producers.sources.simulate.jsonl import open_lines  # noqa: PLC0415
    from producers.sources.simulate.simulation import Simulation  # noqa: PLC0415

    config = small(7)
    path = tmp_path / "events.jsonl"
    with open_lines(path) as lines:
        for part in Simulation(config).columns():
            lines.write(part)
    written = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    decoded = [
        {"event": batch.topic, **read(value, batch.topic)}
        for batch in simulate(config)
        for value in batch.values
    ]
    assert written == decoded


def test_the_same_command_writes_the_same_files(tmp_path: Path) -> None:
    """Byte for byte, compressed too, when the end is fixed."""
    paths = [tmp_path / "a.jsonl.gz", tmp_path / "b.jsonl.gz"]
    for path in paths:
        assert run("--out", str(path)).exit_code == 0
    assert paths[0].read_bytes() == paths[1].read_bytes()


@pytest.mark.parametrize(
    ("end", "step_ms"), [("now", 300_000), ("2026-01-31T12:03:07Z", 1_000), ("2026-01-31T12:03Z", 60_000)]
)
def test_an_end_that_is_named_is_taken_as_it_is(tmp_path: Path, end: str, step_ms: int) -> None:
    """Now is rounded down to five minutes: panes then end with the simulation."""
    truth = tmp_path / "truth.json"
    run("--truth", str(truth), "--end", end)
    end_ms = json.loads(truth.read_text(encoding="utf-8"))["end_ms"]
    assert end_ms % step_ms == 0
    if end != "now":
        assert end_ms % 300_000 == {1_000: 187_000, 60_000: 180_000}[step_ms]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--end", "yesterday"], "--end 'yesterday'"),
        (["--speed", "0"], "--speed '0'"),
        (["--events", "0"], "events is 0"),
        (["--malformed", "2"], "malformed is 2"),
        (["--out", "/nowhere/at/all.jsonl"], "--out /nowhere/at/all.jsonl"),
        (["--registry", "ftp://x"], "schema registry"),
        (["--plants", "--plant-scale", "0"], "plants.scale is 0"),
    ],
)
def test_a_wrong_option_ends_with_code_2_and_says_which(options: list[str], message: str) -> None:
    """One line on stderr, nothing on stdout."""
    result = run(*options)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stdout == ""


def test_a_kafka_setting_that_weakens_the_guarantees_is_refused() -> None:
    """Acknowledgement by all replicas is not an option."""
    result = CliRunner().invoke(app, ["simulate", *SIZES, "--kafka", "acks=0", "--bootstrap", "127.0.0.1:1"])
    assert result.exit_code == 2
    assert "are fixed" in result.stderr


def test_a_setting_without_a_value_is_refused_without_repeating_more_than_its_name() -> None:
    """Settings can hold secrets."""
    result = CliRunner().invoke(app, ["simulate", *SIZES, "--kafka", "sasl.password"])
    assert result.exit_code == 2
    assert "expected key=value" in result.stderr


@pytest.mark.parametrize("key", ["sasl.password", "ssl.key.password", "sasl.oauthbearer.client.secret"])
def test_a_secret_is_refused_as_an_argument(key: str) -> None:
    """Everybody on the machine sees arguments; files have owners."""
    result = CliRunner().invoke(app, ["simulate", *SIZES, "--kafka", f"{key}=hunter2"])
    assert result.exit_code == 2
    assert "GROUNDSWELL_KAFKA_PROPERTIES_FILE" in result.stderr
    assert "hunter2" not in result.output


def test_a_small_run_has_small_plants_by_default() -> None:
    """The demonstration's plants would not leave room for anything else in 20,000 events."""
    result = CliRunner().invoke(app, ["simulate", "--end", END, "--events", "20000", "--dry-run", "--json"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["good"] == 20_000
