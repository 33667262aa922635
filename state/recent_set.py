"""Who and what a topic had within the last hour: the smallest hashes, each with the pane it was last seen.

Two such sets tell how much two topics share: below the smaller of their limits both are complete.

Source: bottom-k sketches, Cohen and Kaplan, PODC 2007.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from state.exact import Floats, Ints

SIZE: Final = 32
Hashes = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class RecentSet:
    """At most ``SIZE`` hashes.

    Attributes:
        hashes: Sorted, each once.
        panes: Newest pane of each.
    """

    hashes: Hashes
    panes: Hashes


_LAST_PANE: Final = (1 << 31) - 1
_NOTHING: Final = (1 << 63) - 1  # above every hash; its pane is long gone
EMPTY: Final = RecentSet(np.zeros(0, np.uint32), np.zeros(0, np.uint32))


def seen(kept: Sequence[RecentSet], hashes: Hashes, pane: int, keep_panes: int) -> list[RecentSet]:
    """Return the sets after a pane. O(n size log size) in arrays; the order of panes changes nothing.

    Args:
        kept: What there was, n sets.
        hashes: What the pane had, [n, SIZE], 0 = none.
        pane: The pane.
        keep_panes: What was seen so many panes ago is forgotten.
    """
    n = len(kept)
    key = np.full((n, 2 * SIZE), _NOTHING, np.int64)
    for i, one in enumerate(kept):
        key[i, : len(one.hashes)] = (one.hashes.astype(np.int64) << 31) | (
            _LAST_PANE - one.panes.astype(np.int64)
        )
    new = hashes.astype(np.int64)
    key[:, SIZE:] = np.where(new != 0, (new << 31) | (_LAST_PANE - pane), _NOTHING)
    key[(_LAST_PANE - (key & _LAST_PANE)) <= pane - keep_panes] = _NOTHING
    key.sort(axis=1)  # by hash, and the newest pane of a hash first
    repeated = (key[:, 1:] >> 31) == (key[:, :-1] >> 31)
    key[:, 1:][repeated] = _NOTHING
    key.sort(axis=1)
    size = np.minimum((key != _NOTHING).sum(axis=1), SIZE).tolist()
    low = (key >> 31).astype(np.uint32)
    when = (_LAST_PANE - (key & _LAST_PANE)).astype(np.uint32)
    return [RecentSet(low[i, :k], when[i, :k]) for i, k in enumerate(size)]


def count(kept: RecentSet) -> int:
    """Return about how many there were: exact below ``SIZE``, within 18 % two times in three above."""
    n = len(kept.hashes)
    return n if n < SIZE else round((SIZE - 1) * (1 << 32) / max(int(kept.hashes[-1]), 1))


def shared(sets: Sequence[RecentSet]) -> tuple[Ints, Ints]:
    """Compare each with each: (in both, in the one as far as the other is complete), [n, n] each.

    The second is not symmetrical: [i, j] counts what i has below the limit of j, and is 0 where nothing is
    shared. O(hashes log hashes + pairs that share).
    """
    n = len(sets)
    both = np.zeros(n * n, np.int64)
    below = np.zeros((n, n), np.int64)
    size = [len(one.hashes) for one in sets]
    if n:
        hashes, owner = np.concatenate([one.hashes for one in sets]), np.repeat(np.arange(n), size)
        order = np.argsort(hashes, kind="stable")
        hashes, owner = hashes[order], owner[order]
        for distance in range(1, n):
            same = hashes[distance:] == hashes[:-distance]
            if not same.any():
                break
            both += np.bincount(owner[:-distance][same] * n + owner[distance:][same], minlength=n * n)
    both = both.reshape(n, n)
    both += both.T
    some = np.flatnonzero(both.any(axis=1))
    if some.size:
        table = np.full((len(some), SIZE), (1 << 32) - 1, np.uint32)
        for row, i in enumerate(some.tolist()):
            table[row, : size[i]] = sets[i].hashes
        full = np.array([size[i] == SIZE for i in some.tolist()], np.bool_)
        limit = np.where(full, table[:, -1], (1 << 32) - 1).astype(np.uint32)
        count = (table[:, None, :] <= limit[None, :, None]).sum(axis=2)
        spare = SIZE - np.array([size[i] for i in some.tolist()])  # places that hold no hash
        count -= np.where(limit == (1 << 32) - 1, spare[:, None], 0)
        below[np.ix_(some, some)] = np.where(both[np.ix_(some, some)] > 0, count, 0)
    both[np.diag_indices(n)] = size
    below[np.diag_indices(n)] = size
    return both, below


def jaccard(both: Ints, below: Ints) -> Floats:
    """Return the share of both in the union, [n, n]; 0 where there is nothing."""
    whole = below + below.T - both
    out: Floats = both / np.maximum(whole, 1)
    return out


def containment(both: Ints, below: Ints) -> Floats:
    """Return the share of both in the smaller one, [n, n]; 0 where there is nothing."""
    out: Floats = both / np.maximum(np.minimum(below, below.T), 1)
    return out
