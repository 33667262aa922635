"""I9: learners that add to the head what it cannot know: a hashed table, and River for each person."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from benchmarks.interests import streams
from benchmarks.interests.progressive import Ours, Run, progressive
from benchmarks.report import Part
from groundswell.offline.interest_rows import Row
from groundswell.offline.model_compare import clustered_mean, losses
from state.online_model import RiverResidual
from state.residual import NoResidual, Residual
from state.residual_ftrl import FtrlConfig, HashedFtrl

COLUMNS = ("AUC", "GAUC", "log-loss", "change +- error", "NDCG@10", "us a row")
SEEDS = (1, 2)
LEARNERS: dict[str, Callable[[int], Residual]] = {
    "head alone": lambda _: NoResidual(),
    "hashed FTRL": lambda seed: HashedFtrl(FtrlConfig(seed=seed)),
    "hashed FTRL, topics by hour": lambda seed: HashedFtrl(FtrlConfig(seed=seed, hours=True)),
    "River for each person": lambda _: RiverResidual(),
}


def run(data: Path) -> Part:
    """Run films (seeds are those of the hash) and the shop (seeds also draw its candidates)."""
    part = Part("I9", "Residual learners: films, then next category of a shop", COLUMNS)
    films = streams.films(data)
    for seed in SEEDS:
        _lines(part, f"films, seed {seed}", films, seed)
    for seed in SEEDS:
        _lines(part, f"shop, seed {seed}", streams.shop(data, seed), seed)
    part.notes.append(
        "Change: mean log-loss minus that of the head alone; its error counts people, not rows."
    )
    part.notes.append("Figures of the shop are of its slates.")
    return part


def _lines(part: Part, where: str, rows: Sequence[Row], seed: int) -> None:
    alone: Run | None = None
    for name, make in LEARNERS.items():
        found = progressive(rows, Ours(residual=make(seed)))
        alone = alone or found
        slates = any(row.impression for row in found.rows)
        of = found.quality((lambda at, found=found: bool(found.rows[at].impression)) if slates else None)  # type: ignore[misc]
        part.add(
            f"{where}: {name}",
            {
                "AUC": f"{of.auc:.4f}",
                "GAUC": f"{of.gauc:.4f}",
                "log-loss": f"{of.log_loss:.4f}",
                "change +- error": _change(alone, found, slates=slates),
                "NDCG@10": f"{of.ndcg_10:.4f}" if slates else "",
                "us a row": found.us_per_row,
            },
        )


def _change(alone: Run, other: Run, *, slates: bool) -> str:
    if alone is other:
        return ""
    kept = np.array([bool(row.impression) or not slates for row in alone.rows])
    labels = np.array([row.label or 0 for row in alone.rows], float)[kept]
    change = losses(labels, np.array(other.scores)[kept]) - losses(labels, np.array(alone.scores)[kept])
    users = [row.user for row, keep in zip(alone.rows, kept, strict=True) if keep]
    mean, error, _ = clustered_mean(users, change)
    return f"{mean:+.5f} +- {error:.5f}"
