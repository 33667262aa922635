"""Tell five people from one person five times: small samples of who and what a topic had within the hour."""

import numpy as np
import numpy.typing as npt

from state.exact import Ints
from state.trend_key import Rows

Samples = npt.NDArray[np.uint32]


def update(
    extra: Rows, users: Samples, fingerprints: Samples, pane: int, keep_panes: int
) -> tuple[Ints, Ints]:
    """Put a pane's samples into each key's and return (distinct users, distinct contents) of the hour.

    Both are exact up to the sample sizes (8 and 4), which is all that thresholds ask for. Old entries go
    first. O(n).

    Args:
        extra: EXTRA rows, changed in place.
        users: Hashes of the pane's users, [n, 8], 0 = none.
        fingerprints: Hashes of the pane's contents, [n, 4], 0 = none.
        pane: The pane.
        keep_panes: Panes of an hour.
    """
    return (
        _merge(extra["user"], extra["user_pane"], users, pane, keep_panes),
        _merge(extra["fingerprint"], extra["fingerprint_pane"], fingerprints, pane, keep_panes),
    )


def live(extra: Rows) -> npt.NDArray[np.bool_]:
    """Return which keys have anybody in their sample."""
    anybody: npt.NDArray[np.bool_] = np.any(extra["user"] != 0, axis=1)
    return anybody


def _merge(kept: Samples, seen: Samples, new: Samples, pane: int, keep_panes: int) -> Ints:
    size = kept.shape[1]
    if not len(kept):
        return np.zeros(0, np.int64)
    hashes = np.concatenate([kept, new], axis=1).astype(np.int64)
    when = np.concatenate([seen, np.full(new.shape, pane, np.uint32)], axis=1).astype(np.int64)
    valid = (hashes != 0) & (when > pane - keep_panes)
    # Newest first, then by hash: equal hashes of one key stand side by side only after the second sort.
    order = np.lexsort((-when, hashes, ~valid), axis=1)
    hashes, when, valid = (np.take_along_axis(a, order, axis=1) for a in (hashes, when, valid))
    valid[:, 1:] &= hashes[:, 1:] != hashes[:, :-1]
    order = np.lexsort((hashes, -when, ~valid), axis=1)[:, :size]
    hashes, when, valid = (np.take_along_axis(a, order, axis=1) for a in (hashes, when, valid))
    kept[:] = np.where(valid, hashes, 0)
    seen[:] = np.where(valid, when, 0)
    count: Ints = valid.sum(axis=1)
    return count
