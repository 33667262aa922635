"""The evaluation suite judges what it claims to judge, and says what it could not do."""

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest

from benchmarks import suite
from benchmarks.report import Part, table
from benchmarks.trends import scenes, tickers
from benchmarks.trends.__main__ import PARTS
from benchmarks.trends.detectors import DETECTORS
from benchmarks.trends.injected import judge
from benchmarks.trends.market import trading_days
from groundswell.offline.counts import Counts, read_counts, score_counts


def _counts(seed: int) -> Counts:
    """A thousand panes with a burst at the 700th."""
    values = np.random.default_rng(seed).poisson(9.0, 1000)
    values[700:706] = 200
    start = datetime(2015, 3, 1, 0, 5 * seed, tzinfo=timezone.utc)
    rows = [f"{start + timedelta(minutes=5 * i):%Y-%m-%d %H:%M:%S},{y}" for i, y in enumerate(values)]
    return read_counts(["timestamp,value", *rows])


@pytest.mark.parametrize("name", ["groundswell", "kleinberg"])
def test_the_sweep_at_the_default_is_the_untouched_command(name: str) -> None:
    """Several files in one batch, at their own times, alert where `evaluate counts` does."""
    counts = [_counts(1), _counts(2)]
    (swept,) = tickers.alerts_by_threshold(name, counts, [tickers.DEFAULT])  # type: ignore[arg-type]
    for each, alerts in zip(counts, swept, strict=True):
        expected = [hit for _, hit in score_counts(each, None, name)]  # type: ignore[arg-type]
        assert alerts.tolist() == expected
        assert sum(expected) >= 1


def test_planted_posts_are_counted_as_the_job_counts_them() -> None:
    """Ten posts: by ten people 10, by ten new accounts with one text 1, by one user some 1.4."""
    rng = np.random.default_rng(1)
    none, ten, key = np.array([0]), np.array([10]), np.array([3])
    found = {name: scenes.counted(name, none, ten, key, rng) for name in ("organic", "bot", "loud")}
    assert found["organic"].y[0] == pytest.approx(10.0)
    assert found["bot"].y[0] == pytest.approx(1.0)
    assert found["bot"].top_share[0] == 1.0
    assert found["loud"].y[0] == pytest.approx(10 * np.log2(1.1), rel=1e-3)
    assert [int(each.users[0]) for each in found.values()] == [10, 10, 1]
    assert [int(each.contents[0]) for each in found.values()] == [10, 1, 10]


def test_a_hit_lies_within_three_hours_and_the_delay_ends_with_its_pane() -> None:
    """An alert in the third pane is 15 minutes late; one after the window is none."""
    n = 4
    start = np.full(n, 100)
    alerts = np.zeros((16 * 288, n), np.bool_)
    alerts[102, 0] = alerts[136, 1] = alerts[100, 2] = True
    empty = np.zeros((1, n))
    panes = scenes.Panes(empty, empty.astype(int), empty.astype(int), empty)
    planted = scenes.Planted(panes, start, ["organic", "organic", "bot", "bot"], np.arange(n))
    planted.scene.extend(["cold", "loud", "seasonal", "steady"])
    wide = scenes.Planted(panes, np.full(8, 100), planted.scene, np.arange(8))
    found = judge(wide, np.concatenate([alerts, np.zeros_like(alerts)], axis=1))
    assert found["organic: recall"] == 0.5
    assert found["organic: median delay in minutes"] == 15.0
    assert found["bots let through"] == 0.5


def test_trading_days_are_read_by_ticker_and_time(tmp_path: Path) -> None:
    """Days are numbers since 1970, as panes of a day are; tickers that are not asked for are left out."""
    import gzip  # noqa: PLC0415 - only here

    file = tmp_path / "events.csv.gz"
    with gzip.open(file, "wt") as out:
        out.write("ticker,date,event\nAAPL,1970-01-04,1\nAAPL,1970-01-02,0\nNONE,1970-01-02,1\n")
    assert trading_days(file) == {"AAPL": [(1, False), (3, True)]}


def test_missing_data_are_told_in_the_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A part that cannot run is a line with its reason, and the command still succeeds."""
    out = tmp_path / "out"
    monkeypatch.setattr("sys.argv", ["x", "--data", str(tmp_path), "--only", "B1", "B3", "--out", str(out)])
    monkeypatch.setattr(suite, "_draw", lambda *_: [])
    assert suite.main("benchmarks.trends", PARTS, None) == 0
    printed = capsys.readouterr().out
    assert "skipped: needs nab_realtweets_dev in the data folder (--data)" in printed
    assert "skipped: needs topics/stocktweets" in printed
    assert json.loads((out / "results.json").read_text()) == {"B1": {}, "B3": {}}


def test_a_table_has_a_column_for_each_detector() -> None:
    """Values that a detector does not have stay empty; numbers keep three digits."""
    part = Part("B9", "title", DETECTORS)
    part.add("measure", {"groundswell": 12.345, "gnip": 0.1234, "kleinberg": "1 / 2"})
    assert "| measure | 12.3 |  |  | 0.123 | 1 / 2 |" in table([part])
