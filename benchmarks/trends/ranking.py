"""How well a list of scores puts the true ones first. Equal scores are one block: their order is nobody's."""

import numpy as np
import numpy.typing as npt

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


def average_precision(scores: Floats, true: Bools) -> float:
    """Return the precision at the end of each block, weighted by the recall that it adds. O(n log n)."""
    ends, found = _blocks(scores, true)
    gained = np.diff(found, prepend=0)
    return float((gained * found / ends).sum() / max(int(true.sum()), 1))


def precision_at(scores: Floats, true: Bools, k: int) -> float:
    """Return the expected share of true ones in the first k, when a block is taken in random order."""
    ends, found = _blocks(scores, true)
    ends, found = np.concatenate([[0], ends]), np.concatenate([[0], found])
    return float(np.interp(min(k, len(scores)), ends, found)) / k


def _blocks(scores: Floats, true: Bools) -> tuple[Floats, Floats]:
    """Return rank and number of true ones at the end of each block of equal scores, best first."""
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    last = np.append(ranked[1:] != ranked[:-1], True)
    return (np.flatnonzero(last) + 1).astype(np.float64), np.cumsum(true[order])[last].astype(np.float64)
