"""`groundswell evaluate counts` finds bursts in a file and answers in a stable format."""

import csv
import json
from datetime import datetime, timedelta, timezone
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from groundswell.offline.counts import CountsError, read_counts, score_counts
from groundswell.verbs import evaluate

START = datetime(2015, 2, 26, 21, 42, 53, tzinfo=timezone.utc)
BURST = 1000


def _lines(values: list[float], minutes: float = 5.0) -> list[str]:
    stamps = (START + timedelta(minutes=minutes * i) for i in range(len(values)))
    rows = [f"{stamp:%Y-%m-%d %H:%M:%S},{value:g}" for stamp, value in zip(stamps, values, strict=True)]
    return ["timestamp,value", *rows]


def _series(n: int = 1200) -> list[float]:
    values = np.random.default_rng(5).poisson(20.0, n).astype(float)
    values[BURST : BURST + 12] = 400.0
    return list(map(float, values))


def _run(*arguments: str) -> tuple[int, str, str]:
    app = typer.Typer()
    evaluate.register(app)
    app.command()(lambda: None)
    done = CliRunner().invoke(app, ["evaluate", "counts", *arguments])
    return done.exit_code, done.stdout, done.stderr


def test_a_burst_is_one_alert_and_the_rows_come_back_as_written(tmp_path: Path) -> None:
    """One row of the burst has score 1 and alert 1; everything else stays below one half."""
    source, out = tmp_path / "in.csv", tmp_path / "deep" / "out.csv"
    source.write_text("\n".join(_lines(_series())))
    code, printed, _ = _run(str(source), "--out", str(out), "--json")
    assert code == 0
    assert json.loads(printed) == {"rows": 1200, "interval_s": 300.0, "alerts": 1}
    rows = list(csv.DictReader(out.read_text().splitlines()))
    assert list(rows[0]) == ["timestamp", "value", "score", "alert"]
    assert [f"{row['timestamp']},{row['value']}" for row in rows] == _lines(_series())[1:]
    (hit,) = (i for i, row in enumerate(rows) if row["alert"] == "1")
    assert BURST <= hit <= BURST + 2
    assert float(rows[hit]["score"]) == 1.0
    assert all(0.0 <= float(row["score"]) <= 0.5 for i, row in enumerate(rows) if i != hit)


def test_a_row_is_judged_by_the_rows_before_it() -> None:
    """Cutting the file changes no earlier score: nothing looks ahead."""
    values = _series()
    whole = list(score_counts(read_counts(_lines(values))))
    part = list(score_counts(read_counts(_lines(values[: BURST + 3]))))
    assert whole[: BURST + 3] == part


def test_a_higher_threshold_never_finds_more() -> None:
    """The threshold is the detector's score."""
    counts = read_counts(_lines(_series()))
    found = [sum(alert for _, alert in score_counts(counts, at)) for at in (1.5, 2.4, 50.0)]
    assert found == sorted(found, reverse=True)
    assert found[-1] == 0


@pytest.mark.parametrize(("minutes", "pane_ms"), [(5.0, 300_000), (60.0, 3_600_000), (7.0, 420_000)])
def test_the_pane_is_the_files_own_interval(minutes: float, pane_ms: int) -> None:
    """Five minutes, an hour, and one that does not divide the day."""
    counts = read_counts(_lines([1.0] * 50, minutes))
    assert counts.pane_ms == pane_ms
    assert len(list(score_counts(counts))) == 50


def test_missing_rows_are_silence_and_early_rows_the_next_pane() -> None:
    """A hole of an hour is twelve panes; a doubled time stamp does not stop the run."""
    lines = _lines([5.0] * 40)
    panes = read_counts([*lines[:11], *lines[22:]]).panes
    assert [b - a for a, b in pairwise(panes)].count(12) == 1
    panes = read_counts([*lines[:11], lines[10], *lines[11:]]).panes
    assert panes == sorted(set(panes))


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([], "line 1: found '', expected the header timestamp,value"),
        (["time,value"], "line 1: found 'time,value'"),
        (["timestamp,value", "2015-01-01 00:00:00,x"], "line 2: .* expected a time like"),
        (["timestamp,value", "yesterday,1"], "line 2: found 'yesterday,1'"),
        (["timestamp,value", "2015-01-01 00:00:00"], "line 2"),
        (["timestamp,value", "2015-01-01 00:00:00,nan"], "not a finite number"),
        (["timestamp,value", "2015-01-01 00:00:00,1"], "found 1 rows, expected at least two"),
        (_lines([1.0, 2.0, 3.0], 3000.0), "rows are 180000 s apart"),
    ],
)
def test_a_file_that_is_no_list_of_counts_is_refused(lines: list[str], message: str) -> None:
    """The error names the line, what was found and what was expected."""
    with pytest.raises(CountsError, match=message):
        read_counts(lines)


def test_trouble_ends_with_one_line_and_an_exit_code(tmp_path: Path) -> None:
    """A missing file is 1; a threshold out of range is wrong usage, 2."""
    code, _, told = _run(str(tmp_path / "none.csv"), "--out", str(tmp_path / "out.csv"))
    assert code == 1
    assert "none.csv" in told
    source = tmp_path / "in.csv"
    source.write_text("\n".join(_lines([1.0, 2.0])))
    code, _, told = _run(str(source), "--out", str(tmp_path / "out.csv"), "--alert-score", "-1")
    assert code == 2
    assert "alert_score" in told
