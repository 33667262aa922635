"""Models and their comparison as tables."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone

from rich.console import Group
from rich.table import Table

from groundswell.offline.interest_metrics import Quality
from groundswell.offline.model_compare import Comparison


@dataclass(frozen=True, slots=True)
class ModelLine:
    """One model as it is listed.

    Attributes:
        name: Of the registry, or `unnamed`.
        tag: First digits of its id; empty = the job without a name.
        role: served, before (what a rollback brings back), or empty.
        labels: That its heads have learned.
        shards: That have a head.
        as_of_ms: Event time of its newest head; None = there is none.
    """

    name: str
    tag: str
    role: str
    labels: float
    shards: int
    as_of_ms: int | None


def draw(lines: Sequence[ModelLine]) -> Table:
    """Return models as a table."""
    table = Table(box=None)
    for name in ("", "model", "id", "labels", "shards", "newest head, event time"):
        table.add_column(name, justify="right" if name in ("labels", "shards") else "left", no_wrap=True)
    for one in lines:
        shown = "-"
        if one.as_of_ms:
            at = datetime.fromtimestamp(one.as_of_ms / 1000, tz=timezone.utc)
            shown = f"{at:%Y-%m-%d %H:%M:%S} UTC"
        table.add_row(one.role, one.name, one.tag or "-", f"{one.labels:,.0f}", str(one.shards), shown)
    return table


def draw_comparison(names: tuple[str, str], found: Comparison) -> Group:
    """Return a comparison as a table between what was compared and what follows."""
    said = found.verdict.replace("the first", names[0]).replace("the second", names[1])
    table = Table(box=None)
    table.add_column("")
    for name in names:
        table.add_column(name, justify="right", no_wrap=True)
    for label, field in (
        ("AUC", "auc"), ("AUC within people (GAUC)", "gauc"), ("log-loss", "log_loss"),
        ("calibration", "calibration"), ("NDCG@10 of slates", "ndcg_10"),
    ):  # fmt: skip
        table.add_row(label, _figure(found.first, field), _figure(found.second, field))
    return Group(
        f"{found.first.rows:,} impressions of {found.users:,} people that both predicted; "
        f"{found.unmatched:,} left out",
        table,
        f"log-loss of {names[1]} minus {names[0]}: {_signed(found.log_loss_change)} "
        f"+- {_plain(found.log_loss_error, 5)} (standard error over people): {said}",
        f"order alike: {_plain(found.correlation, 3)}; predictions differ by "
        f"{_plain(found.difference, 4)} on average",
    )


def _figure(found: Quality, field: str) -> str:
    return _plain(getattr(found, field), 4)


def _plain(value: float, digits: int) -> str:
    return f"{value:.{digits}f}" if math.isfinite(value) else "-"


def _signed(value: float) -> str:
    return f"{value:+.5f}" if math.isfinite(value) else "-"
