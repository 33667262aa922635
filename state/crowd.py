"""How many people are active in a scope: a sample that adds up without counting anybody twice.

All shards of a scope see some of its people, many of them the same. Each says which hashes below a limit it
saw; the union of such samples, cut at the smallest limit, is the sample of the union.

Source: theta sketches, Dasgupta, Lang, Rhodes, Thaler, ICDT 2016.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

SPACE: Final = 1 << 32
MOST: Final = 256
_FIRST_LIMIT: Final = SPACE // 4


@dataclass(frozen=True, slots=True)
class Crowd:
    """People with a hash below the limit.

    Attributes:
        limit: Hashes at or above it were not kept, 1 to 2^32.
        hashes: 32-bit hashes of people, sorted, each once.
    """

    limit: int
    hashes: npt.NDArray[np.uint32]


EMPTY: Final = Crowd(_FIRST_LIMIT, np.zeros(0, np.uint32))


def crowd_of(hashes: npt.NDArray[np.uint32]) -> Crowd:
    """Return the sample of some people. O(n log n).

    Args:
        hashes: 32-bit hashes, in any order, repeats allowed.
    """
    return _cut(_FIRST_LIMIT, np.unique(hashes[hashes < _FIRST_LIMIT]))


def union(crowds: Iterable[Crowd]) -> Crowd:
    """Return the sample of everybody who is in one of them; order and repeats change nothing."""
    parts = list(crowds)
    if not parts:
        return EMPTY
    limit = min(part.limit for part in parts)
    hashes = np.unique(np.concatenate([part.hashes for part in parts]))
    return _cut(limit, hashes[hashes < limit])


def size(crowd: Crowd) -> int:
    """Return about how many people it stands for: within 13 % two times in three above 64, coarse below."""
    return round(len(crowd.hashes) * SPACE / crowd.limit)


def _cut(limit: int, hashes: npt.NDArray[np.uint32]) -> Crowd:
    if len(hashes) > MOST:
        return Crowd(int(hashes[MOST]), hashes[:MOST])
    return Crowd(limit, hashes)
