"""I1: likes of films, each predicted before it is learned."""

from collections.abc import Callable
from pathlib import Path

from benchmarks.interests import baselines, river_rows, streams
from benchmarks.interests.progressive import Model, Ours, progressive
from benchmarks.report import Part, SkippedError
from groundswell.offline.interest_rows import Row

COLUMNS = ("AUC", "GAUC", "log-loss", "calibration", "us a row")
_FACTOR_ROWS = 8_000
ROWS: dict[str, Callable[[], Model]] = {
    "ours": Ours,
    "ours, steps by River": lambda: Ours(step=river_rows.RiverStep()),
    "constant": baselines.Constant,
    "popularity": baselines.Popularity,
    "last topics, one day": baselines.LastTopics,
    "item x user x topic log-odds": baselines.LogOdds,
    "River BiasedMF": river_rows.Biased,
    "River regression a user": river_rows.UserRegression,
    "Vowpal Wabbit FTRL": river_rows.Wabbit,
}


def run(data: Path) -> Part:
    """Run every model over the same rows."""
    rows = streams.films(data)
    part = Part("I1", "Likes of films (MovieLens 100K, development part)", COLUMNS)
    for name, make in ROWS.items():
        _line(part, name, rows, make)
    for name, make in (("ours", Ours), ("River FM", river_rows.Factors)):
        _line(part, f"{name}, first {_FACTOR_ROWS} rows", rows[:_FACTOR_ROWS], make)
    part.notes.append("last topics is no probability: its log-loss and calibration mean nothing.")
    return part


def _line(part: Part, name: str, rows: list[Row], make: Callable[[], Model]) -> None:
    """Run a model, or note why it cannot run here."""
    try:
        run_ = progressive(rows, make())
    except SkippedError as reason:
        part.notes.append(f"{name}: skipped, {reason}.")
        return
    found = run_.quality()
    figures = (found.auc, found.gauc, found.log_loss, found.calibration)
    part.add(name, dict(zip(COLUMNS, (*(f"{value:.4f}" for value in figures), run_.us_per_row), strict=True)))
