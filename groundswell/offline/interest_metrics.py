"""How good predictions were: AUC, GAUC, log-loss, calibration, and ranking within slates."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
_EDGE = 1e-6


@dataclass(frozen=True, slots=True)
class Quality:
    """Figures of a run; NaN where nothing could be measured.

    Attributes:
        rows: Rows that had a label.
        auc: How often a liked row is above another one; ties count half.
        gauc: The same within each user, weighted by the user's rows; users with one kind of label left out.
        log_loss: Natural logarithm.
        rig: Share of the log-loss of the mean rate that is saved.
        calibration: Sum of predictions over sum of labels.
        slates: Slates with liked and other rows.
        slate_auc: AUC within each slate, mean.
        ndcg_10: Of the first ten of each slate, mean.
        recall_10: Share of a slate's liked rows in its first ten, mean.
    """

    rows: int
    auc: float
    gauc: float
    log_loss: float
    rig: float
    calibration: float
    slates: int
    slate_auc: float
    ndcg_10: float
    recall_10: float

    def as_json(self) -> dict[str, float | int | None]:
        """Return the figures, None for what could not be measured."""
        return {name: None if value != value else value for name, value in asdict(self).items()}  # noqa: PLR0124


def auc(labels: Floats, scores: Floats) -> float:
    """Return the probability that a positive is above a negative; NaN with only one kind. O(n log n)."""
    n_pos = int(labels.sum())
    n_neg = len(labels) - n_pos
    if not n_pos or not n_neg:
        return float("nan")
    order = np.argsort(scores, kind="stable")
    ranked = scores[order]
    starts = np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]])
    counts = np.diff(np.r_[starts, len(ranked)])
    rank = np.repeat(starts + (counts + 1) / 2.0, counts)
    above = rank[labels[order] > 0].sum() - n_pos * (n_pos + 1) / 2.0
    return float(above / (n_pos * n_neg))


def grouped(names: Sequence[str]) -> list[npt.NDArray[np.int64]]:
    """Return the rows of each distinct name; rows with an empty name belong to no group."""
    groups: dict[str, list[int]] = {}
    for at, name in enumerate(names):
        if name:
            groups.setdefault(name, []).append(at)
    return [np.array(rows) for rows in groups.values()]


def quality(
    users: Sequence[str], impressions: Sequence[str], labels: Iterable[int], scores: Iterable[float]
) -> Quality:
    """Measure predictions of labelled rows. O(n log n).

    Args:
        users: User of each row.
        impressions: Slate of each row; empty = none.
        labels: 1 or 0.
        scores: What was predicted, in (0, 1).
    """
    y, p = np.array(list(labels), float), np.array(list(scores), float)
    nan = float("nan")
    if not len(y):
        return Quality(0, nan, nan, nan, nan, nan, 0, nan, nan, nan)
    loss, rate = log_loss(y, p), float(y.mean())
    floor = log_loss(y, np.full(len(y), rate))
    both = [rows for rows in grouped(users) if 0 < y[rows].sum() < len(rows)]
    weights = [len(rows) for rows in both]
    gauc = float(np.average([auc(y[rows], p[rows]) for rows in both], weights=weights)) if both else nan
    slates = [rows for rows in grouped(impressions) if 0 < y[rows].sum() < len(rows)]
    found = [(auc(y[rows], p[rows]), *first_ten(y[rows], p[rows])) for rows in slates]
    slate_auc, ndcg, recall = np.mean(found, axis=0).tolist() if found else (nan, nan, nan)
    return Quality(
        rows=len(y),
        auc=auc(y, p),
        gauc=gauc,
        log_loss=loss,
        rig=1.0 - loss / floor if 0.0 < rate < 1.0 else nan,
        calibration=float(p.sum() / y.sum()) if rate else nan,
        slates=len(slates),
        slate_auc=slate_auc,
        ndcg_10=ndcg,
        recall_10=recall,
    )


def log_loss(labels: Floats, scores: Floats) -> float:
    """Return the mean negative log-likelihood; predictions of 0 and 1 count as a millionth off."""
    p = np.clip(scores, _EDGE, 1.0 - _EDGE)
    return float(-np.mean(labels * np.log(p) + (1.0 - labels) * np.log1p(-p)))


def first_ten(labels: Floats, scores: Floats, k: int = 10) -> tuple[float, float]:
    """Return (NDCG, recall) of the k best; equal scores share their places, whatever order the rows have."""
    shown = _shared(labels, scores)[:k]
    discount = 1.0 / np.log2(np.arange(2, k + 2))
    n_pos = int(labels.sum())
    ideal = discount[: min(k, n_pos)].sum()
    return float((shown * discount[: len(shown)]).sum() / ideal), float(shown.sum() / n_pos)


def _shared(labels: Floats, scores: Floats) -> Floats:
    """Return the labels best score first, each run of equal scores as its mean: no luck of the order."""
    order = np.argsort(-scores, kind="stable")
    ranked, shown = scores[order], labels[order]
    starts = np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]])
    counts = np.diff(np.r_[starts, len(ranked)])
    return np.repeat(np.add.reduceat(shown, starts) / counts, counts)
