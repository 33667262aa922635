"""The tags that a tagger knows: a fixed number, the frequent ones of late.

Source: A. Metwally et al., Efficient Computation of Frequent and Top-k Elements in Data Streams, ICDT 2005
(Space-Saving), with counts that are halved from time to time.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Counts = npt.NDArray[np.float64]
NEW = ""  # the name of an empty slot


@dataclass(slots=True)
class TagTable:
    """A fixed number of slots.

    Attributes:
        names: Canonical tag of each slot, "" = empty.
        counts: Decayed uses; never less than the true ones.
        errors: How much of the count may belong to tags that had the slot before.
        places: Slot of each name.
    """

    names: list[str]
    counts: Counts
    errors: Counts
    places: dict[str, int]


def empty(slots: int) -> TagTable:
    """Return a table without tags."""
    return TagTable([NEW] * slots, np.zeros(slots), np.zeros(slots), {})


def rebuilt(names: list[str], counts: Counts, errors: Counts) -> TagTable:
    """Return a table from what was stored of it."""
    return TagTable(names, counts, errors, {name: at for at, name in enumerate(names) if name})


def use(table: TagTable, tag: str) -> tuple[int, bool]:
    """Count one use of a tag and return (its slot, whether the slot is newly its own). O(slots) if so.

    A tag that is not known takes the slot with the smallest count, and inherits that count as its error.
    """
    at = table.places.get(tag)
    new = at is None
    if at is None:
        at = len(table.places) if len(table.places) < len(table.names) else int(table.counts.argmin())
        table.places.pop(table.names[at], None)
        table.names[at] = tag
        table.places[tag] = at
        table.errors[at] = table.counts[at]
    table.counts[at] += 1.0
    return at, new


def sure(table: TagTable, min_uses: float) -> npt.NDArray[np.bool_]:
    """Return which slots hold a tag that surely had so many decayed uses."""
    return table.counts - table.errors >= min_uses


def halve(table: TagTable) -> None:
    """Let the past count half."""
    table.counts *= 0.5
    table.errors *= 0.5
