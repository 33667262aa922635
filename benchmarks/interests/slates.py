"""I2 to I4: what a user takes of a slate, all of it scored before any of it is learned."""

from collections.abc import Callable
from pathlib import Path

from benchmarks.interests import baselines, streams
from benchmarks.interests.progressive import Model, Ours, progressive
from benchmarks.report import Part
from groundswell.offline.interest_rows import Row

COLUMNS = ("NDCG@10", "recall@10", "slate AUC", "AUC", "GAUC", "log-loss", "calibration", "us a row")
ROWS: dict[str, Callable[[], Model]] = {
    "ours": Ours,
    "constant": baselines.Constant,
    "popularity": baselines.Popularity,
    "last topics, one day": baselines.LastTopics,
    "last topics, 72 h + 3 x 1 h": baselines.TwoSpeeds,
    "item x user x topic log-odds": baselines.LogOdds,
}
_WARM_SHARE = 0.2  # of the slates of news: learned, not judged


def shop(data: Path) -> Part:
    """Run Taobao: which of a hundred categories is viewed next."""
    return _part(
        "I2", "Next category of a shop (Taobao, development part), 1 of 100", streams.shop(data), 0.0
    )


def news(data: Path) -> Part:
    """Run MIND: which of some forty news is clicked."""
    rows = streams.news(data)
    return _part("I3", "News (MIND, 3,500 impressions; the first fifth only learned)", rows, _WARM_SHARE)


def questions(data: Path) -> Part:
    """Run NeMig: candidates are drawn at random, so little can be known."""
    return _part("I4", "Random news (NeMig EN; the first fifth only learned)", streams.questions(data), 0.2)


def _part(name: str, title: str, rows: list[Row], warm: float) -> Part:
    part = Part(name, title, COLUMNS)
    for model, make in ROWS.items():
        run = progressive(rows, make())
        slates = list(dict.fromkeys(row.impression for row in run.rows if row.impression))
        judged = set(slates[int(warm * len(slates)) :])
        found = run.quality(lambda at, run=run, judged=judged: run.rows[at].impression in judged)  # type: ignore[misc]
        figures = (
            found.ndcg_10,
            found.recall_10,
            found.slate_auc,
            found.auc,
            found.gauc,
            found.log_loss,
            found.calibration,
        )
        shown = (*(f"{value:.4f}" for value in figures), run.us_per_row)
        part.add(model, dict(zip(COLUMNS, shown, strict=True)))
    part.notes.append("Equal scores share their places, so a constant shows what chance gives.")
    return part
