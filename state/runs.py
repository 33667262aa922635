"""Runs of equal rows in sorted columns: where they start, and what they sum to."""

import numpy as np
import numpy.typing as npt

from state.exact import Ints


def starts(*columns: npt.NDArray[np.generic]) -> Ints:
    """Return the first index of each run of rows that are equal in all sorted columns. O(n)."""
    n = len(columns[0])
    first = np.ones(n, np.bool_)
    if n:
        first[1:] = columns[0][1:] != columns[0][:-1]
        for column in columns[1:]:
            first[1:] |= column[1:] != column[:-1]
    return np.flatnonzero(first)


def sums(values: Ints, first: Ints) -> Ints:
    """Return the sum of each run; ``first`` is what ``starts`` returned. O(n)."""
    return np.add.reduceat(values, first) if len(first) else np.zeros(0, np.int64)


def run_of(first: Ints, n: int) -> Ints:
    """Return the number of the run that each of n rows belongs to. O(n)."""
    return np.repeat(np.arange(len(first)), np.diff(np.append(first, n)))
