"""Interests in a file: what is read, what is predicted before what, what is written."""

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from groundswell.cli import load_verbs
from groundswell.offline import interest_file, interest_metrics
from groundswell.offline.interest_rows import COLUMNS, InterestsError, last_rows, read_rows
from groundswell.offline.interests import Predicted, Replay, replay
from state.interest_model import top_topics
from state.interest_user import RESIDUAL
from tests.support.shared_data import shared_data

HEAD = ",".join(COLUMNS)
T = 1_772_150_400_000


def _lines(*rows: str) -> list[str]:
    return [f"{line}\n" for line in (HEAD, *rows)]


def _run(*rows: str, state: Replay | None = None) -> list[Predicted]:
    lines = _lines(*rows)
    return list(replay(read_rows(lines), last_rows(read_rows(lines)), state or Replay()))


def _cli(*arguments: str) -> tuple[int, str]:
    app = typer.Typer()
    load_verbs(app)
    result = CliRunner().invoke(app, ["evaluate", "interests", *arguments])
    return result.exit_code, result.output


def test_columns_are_found_by_name_and_may_be_missing() -> None:
    """Any order, others ignored; topics are spelled as in live events, none twice."""
    (row,) = read_rows(["item_id,extra,label,user_id,topics,event_time_ms\n", "i1,x,1,u1,#Tea|tea|Go,5.0\n"])
    assert row == (5, "u1", "i1", "", ("tea", "go"), "", 1, "")


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["a,b\n"], "expected the columns event_time_ms,.*missing: event_time_ms, user_id, item_id"),
        (_lines("1,u,i,,,,1,", "x,u,i,,,,1,"), "row 1: event_time_ms is 'x', expected whole milliseconds"),
        (_lines("1,u,i,,,,2,"), "row 0: label is '2', expected 1, 0 or nothing"),
        (_lines("1,u,i,,,,1"), "row 0: found 7 values, expected 8"),
        (_lines("1,,i,,,,1,"), "row 0: user_id is empty"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_row(lines: list[str], message: str) -> None:
    """Found, where, expected."""
    with pytest.raises(InterestsError, match=message):
        list(read_rows(lines))


def test_a_row_is_predicted_before_its_label() -> None:
    """Turning the last labels changes no prediction of these rows."""
    first = [f"{T + at},u{at % 3},i{at % 5},c,tea,like,{at % 2}," for at in range(20)]
    one = _run(*first, f"{T + 99},u1,i1,c,tea,like,1,")
    other = _run(*first, f"{T + 99},u1,i1,c,tea,like,0,")
    assert [found.p for found in one] == [found.p for found in other]


def test_a_slate_is_scored_before_any_of_it_is_learned() -> None:
    """Whatever the order of its rows is, and also when other rows stand between."""
    slate = [f"{T + 9},u1,i{at},,t{at},click,{int(at == 2)},s1" for at in range(4)]
    history, between = f"{T},u1,i9,,t2,click,,", f"{T + 9},u2,i2,,t2,impression,,"
    plain = _run(history, *slate)
    mixed = _run(history, slate[3], slate[2], between, slate[1], slate[0])
    assert {found.row: found.p for found in plain}.items() <= {found.row: found.p for found in mixed}.items()


def test_rows_without_label_teach_about_the_user_only() -> None:
    """A click of a history is liking, a hide is the opposite, an impression says nothing."""
    state = Replay()
    rows = [f"{T},u1,i1,c1,tea,click,,", f"{T},u2,i1,c1,tea,hide,,", f"{T},u3,i1,c1,tea,impression,,"]
    _run(*rows, state=state)
    assert (state.items, state.creators, state.topics, state.head.learned) == ({}, {}, {}, 0.0)
    assert set(state.users) == {"u1", "u2"}
    (tea, author) = top_topics(state.cfg, state.users["u1"], T)
    assert tea.events == author.events == pytest.approx(1.0, abs=0.02)
    assert state.users["u2"].total[0] == 0.0
    assert state.users["u1"].names == ["tea", "@c1"]


def test_labels_outside_of_slates_teach_the_head_only_with_their_opposite() -> None:
    """A log of likes counts for users and items; ratings and slates teach the head, too."""
    likes = [f"{T + at},u1,i1,,tea,like,1," for at in range(5)]
    log, ratings, slates = Replay(), Replay(), Replay()
    _run(*likes, state=log)
    assert log.head.learned == 0.0
    assert (log.items["i1"].pos, log.users["u1"].events) == (pytest.approx(5.0), 5.0)
    assert log.users["u1"].total[RESIDUAL] > 0.0
    _run(*likes, f"{T + 9},u1,i2,,tea,rate,0,", f"{T + 10},u1,i3,,tea,rate,1,", state=ratings)
    assert ratings.head.learned == 2.0
    _run(*likes, f"{T + 9},u1,i2,,tea,,0,s", f"{T + 9},u1,i3,,tea,,0,s", state=slates)
    assert slates.head.learned == 2.0


def test_unknown_fields_may_all_be_empty() -> None:
    """A user and a time are enough."""
    assert all(0 < found.p < 1 for found in _run(*(f"{T + at},u,,,,,{at % 2}," for at in range(9))))


def test_the_command_writes_predictions_and_ranks(tmp_path: Path) -> None:
    """row,p first, then the place of the first K of each slate; figures as JSON."""
    file, out = tmp_path / "events.csv", tmp_path / "new" / "out.csv"
    rows = [
        f"{T + s},u{s % 4},i{at},,t{at},click,{int(at == s % 3)},s{s}" for s in range(9) for at in range(3)
    ]
    file.write_text("".join(_lines(*rows, f"{T + 99},u1,i1,,,,,")), "utf-8")
    code, said = _cli(str(file), "--out", str(out), "--rank", "2", "--json")
    assert code == 0, said
    figures = json.loads(said)
    assert (figures["rows"], figures["slates"]) == (27, 9)
    read = list(csv.DictReader(io.StringIO(out.read_text("utf-8"))))
    assert list(read[0]) == ["row", "p", "rank"]
    assert [int(row["row"]) for row in read] == list(range(28))
    for s in range(9):
        slate = sorted(read[3 * s : 3 * s + 3], key=lambda row: -float(row["p"]))
        assert [row["rank"] for row in slate] == ["1", "2", ""]
    assert read[-1]["rank"] == ""
    code, said = _cli(str(file), "--out", str(out))
    assert "27 rows with a label" in said
    assert "ndcg_10" in said
    assert out.read_text("utf-8").startswith("row,p\n0,")


def test_the_command_says_what_it_cannot_read(tmp_path: Path) -> None:
    """Exit code 1 and the row."""
    file = tmp_path / "events.csv"
    file.write_text("".join(_lines("1,u,i,,,,maybe,")), "utf-8")
    code, said = _cli(str(file), "--out", str(tmp_path / "out.csv"))
    assert code == 1
    assert "row 0: label is 'maybe'" in said


def test_figures_are_those_by_hand() -> None:
    """AUC with ties, GAUC without users of one kind, calibration, NDCG of shared places."""
    users, impressions = ["a", "a", "a", "b", "b", "c"], ["s", "s", "s", "", "", ""]
    found = interest_metrics.quality(users, impressions, [1, 0, 0, 0, 1, 1], [0.9, 0.9, 0.1, 0.8, 0.2, 0.5])
    assert found.auc == pytest.approx((2.5 + 1.0 + 1.0) / 9)
    assert found.gauc == pytest.approx((0.75 * 3 + 0.0 * 2) / 5)
    assert found.calibration == pytest.approx(3.4 / 3)
    assert found.ndcg_10 == pytest.approx((0.5 + 0.5 / np.log2(3)) / 1.0)
    assert found.recall_10 == 1.0
    assert interest_metrics.quality([], [], [], []).as_json()["auc"] is None


def test_auc_is_that_of_all_pairs() -> None:
    """Against counting pairs."""
    rng = np.random.default_rng(7)
    labels, scores = rng.integers(0, 2, 80).astype(float), rng.integers(0, 9, 80).astype(float)
    pairs = [(high > low) + 0.5 * (high == low) for high in scores[labels > 0] for low in scores[labels == 0]]
    assert interest_metrics.auc(labels, scores) == pytest.approx(np.mean(pairs))


def test_ratings_of_films_are_predicted_as_well_as_promised(tmp_path: Path) -> None:
    """The first 20,000 ratings through the command's own path, untouched defaults."""
    ratings = shared_data("ml-100k/dev.csv")
    lines = [f"{HEAD}\n"]
    with ratings.open(encoding="utf-8") as read:
        for row, _ in zip(csv.DictReader(read), range(20_000), strict=False):
            label = int(int(row["rating"]) >= 4)
            lines.append(f"{row['ts']}000,{row['user']},{row['item']},,,rate,{label},\n")
    file = tmp_path / "events.csv"
    file.write_text("".join(lines), "utf-8")
    found = interest_file.predict_file(file, tmp_path / "out.csv")
    assert found.auc > 0.72
    assert found.gauc > 0.66
    assert 0.95 < found.calibration < 1.05


@pytest.mark.parametrize("kind", ["ftrl", "river"])
def test_a_residual_learns_what_the_head_cannot_tell_apart(tmp_path: Path, kind: str) -> None:
    """Nothing before its first label; later p differs from that of the head alone, and the labels show."""
    file, alone, more = tmp_path / "in.csv", tmp_path / "alone.csv", tmp_path / "more.csv"
    rows = [f"{T + n * 60_000},u{n % 3},i{n % 5},c{n % 2},tea|t{n % 4},,{n % 2}," for n in range(60)]
    file.write_text("".join(_lines(*rows)))
    assert _cli(str(file), "--out", str(alone))[0] == 0
    assert _cli(str(file), "--out", str(more), "--residual", kind)[0] == 0
    p, q = (
        [float(row["p"]) for row in csv.DictReader(path.read_text("utf-8").splitlines())]
        for path in (alone, more)
    )
    assert p[0] == q[0]
    assert p[30:] != q[30:]
    loss = [
        interest_metrics.log_loss(np.array([n % 2 for n in range(60)], float), np.array(some))
        for some in (p, q)
    ]
    assert loss[1] < loss[0]
