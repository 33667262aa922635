"""`--detector` puts a baseline in the place of ours, in both kinds of evaluation."""

import csv
import json
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from groundswell.verbs import evaluate
from state.burst_config import Detector

HOUR_MS = 3_600_000


def _run(*arguments: str) -> tuple[int, str]:
    app = typer.Typer()
    evaluate.register(app)
    app.command()(lambda: None)
    done = CliRunner().invoke(app, ["evaluate", *arguments])
    return done.exit_code, done.stdout


def _counts(tmp_path: Path) -> Path:
    """Ten days of hours with a burst on the afternoon of the ninth."""
    values = np.random.default_rng(3).poisson(20.0, 240)
    values[207:210] = 900
    file = tmp_path / "counts.csv"
    rows = [f"2015-03-{1 + i // 24:02d} {i % 24:02d}:00:00,{value}" for i, value in enumerate(values)]
    file.write_text("\n".join(["timestamp,value", *rows]))
    return file


@pytest.mark.parametrize("name", get_args(Detector))
def test_counts_alert_in_the_burst_whatever_the_detector(tmp_path: Path, name: Detector) -> None:
    """Another detector, the same columns and the same rule: one alert for the burst.

    On the first day a baseline knows one row only and may be wrong; ours is not.
    """
    out = tmp_path / "out.csv"
    code, printed = _run("counts", str(_counts(tmp_path)), "--out", str(out), "--detector", name, "--json")
    assert code == 0
    rows = list(csv.DictReader(out.read_text().splitlines()))
    alerts = [i for i, row in enumerate(rows) if row["alert"] == "1"]
    assert json.loads(printed)["alerts"] == len(alerts)
    (hit,) = (i for i in alerts if i >= (0 if name == "groundswell" else 24))
    assert 207 <= hit <= 209


def _words(seed: int) -> str:
    """A text that resembles no other."""
    letters = np.random.default_rng(seed).choice(list("abcdefghij"), (6, 5))
    return " ".join("".join(word) for word in letters)


def test_topics_of_a_file_get_the_scores_of_the_chosen_detector(tmp_path: Path) -> None:
    """Six people in one hour after six in the last: no news for a baseline that compares neighbours."""
    events, mapping = tmp_path / "events.jsonl", tmp_path / "mapping.toml"
    events.write_text(
        "\n".join(
            json.dumps({"ts": hour * HOUR_MS + user, "user": f"u{user}", "text": _words(100 * hour + user)})
            for hour, users in enumerate((6, 6, 60))
            for user in range(users)
        )
    )
    mapping.write_text(
        'description = "rows"\n[input]\nformat = "jsonl"\n[time]\nfield = "ts"\nunit = "ms"\n'
        '[event]\nname = "content"\naction = "create"\n'
        '[fields]\nactor_id = "{user}"\nitem_id = "{user}@{ts}"\ntext = "{text}"\ntopics = "weather"\n'
    )
    out = tmp_path / "out.csv"
    code, _ = _run(
        "topics",
        str(events),
        "--out",
        str(out),
        "--mapping",
        str(mapping),
        "--pane",
        "1h",
        "--detector",
        "gnip",
    )
    assert code == 0
    scores = [float(row["score"]) for row in csv.DictReader(out.read_text().splitlines())]
    assert len(scores) == 3
    assert scores[1] < 0.2
    assert scores[2] > 2.4


def test_another_name_is_wrong_usage(tmp_path: Path) -> None:
    """Exit code 2, as for every wrong option."""
    assert _run("counts", str(_counts(tmp_path)), "--out", "out.csv", "--detector", "oracle")[0] == 2
