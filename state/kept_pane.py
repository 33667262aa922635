"""A closed pane in memory: contributions that may still be taken back, found by who did what on which post.

Everything here is computed again from the stored contributions whenever the worker is new, so it may be
forgotten at any time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from schemas.hashing import hash_strings
from state.contributions import MARKER, Contributions, Rows
from state.exact import Ints
from state.places import in_place, numbers, trimmed

Words = npt.NDArray[np.uint64]
_SPREAD_USERS: Final = np.uint64(0x9E3779B97F4A7C15)
_SPREAD_ITEMS: Final = np.uint64(0xBF58476D1CE4E5B9)
_SPREAD_PLACES: Final = np.uint64(0x94D049BB133111EB)
_INDEX_BYTES: Final = 8 + 4 + 4 + 4 + 4  # of a row: three orders, two with what they sort by
_TOPIC_BYTES: Final = 1000  # its name, hash and place, and what was counted of it; about


def name_hashes(names: Sequence[str]) -> Words:
    """Return a hash of each topic or place."""
    return hash_strings(pa.array(names, pa.string()))


def spot_hashes(topic_hash: Words, place_hash: Words, rows: Rows) -> Words:
    """Return a hash of each row's topic and place; all that lie in no place are together.

    Where a request came from does not tell deeds apart: an undo may come from elsewhere.
    """
    out: Words = topic_hash[rows["topic"]]
    if len(place_hash):
        which = np.flatnonzero(in_place(rows))
        out[which] ^= place_hash[numbers(rows, which)] * _SPREAD_PLACES
    return out


def deed_hashes(spot: Words, rows: Rows) -> Words:
    """Return a hash of (topic, place, user, post) of each row; two different ones may share it, seldom."""
    out: Words = spot ^ (rows["user"] * _SPREAD_USERS) ^ (rows["item"].astype(np.uint64) * _SPREAD_ITEMS)
    return out


class PaneCount(NamedTuple):
    """What was counted of a topic in one scope of the pane (``retraction.Series`` has the units)."""

    scope: str
    y: float
    users: int
    contents: int
    top_share: float


@dataclass(frozen=True, slots=True)
class Lowered:
    """What rows of a kept pane lose.

    Attributes:
        row: Numbers of the rows, each once.
        centi: Weight that each loses, in hundredths, with the trust it had.
        milli: The same without trust, x 1000: as much of the deed as an undo took back.
    """

    row: Ints
    centi: Ints
    milli: Ints


class KeptPane:
    """Contributions of one closed pane; weights change in place, all else stays.

    Attributes:
        part: The contributions; the rows are its own.
        counted: What was counted of a topic, by topic, as long as its rows do not change; whoever counts
            under other rules has to clear it.
        rules: A token of the rules that ``counted`` was counted under.
    """

    def __init__(self, part: Contributions) -> None:
        self.part = replace(part, rows=part.rows.copy())
        self.counted: dict[str, list[PaneCount]] = {}
        self.rules = b""
        self._number = {name: i for i, name in enumerate(part.topics)}
        self.topic_hash: Final = name_hashes(part.topics)
        self._place_hash = name_hashes(part.places)

    @property
    def size(self) -> int:
        """Return about how many bytes it takes, with its indexes."""
        rows = self.part.rows
        return len(rows) * (rows.itemsize + _INDEX_BYTES) + _TOPIC_BYTES * len(self._number)

    def has(self, topic: str) -> bool:
        """Return whether a topic has contributions."""
        return topic in self._number

    def of_topics(self, topics: Iterable[str]) -> Contributions:
        """Return the contributions of some topics that it has. O(their rows)."""
        wanted = [self._number[name] for name in topics]
        order, first = self._by_topic
        rows = [order[first[i] : first[i + 1]] for i in wanted]
        out = self.part.rows[np.concatenate([np.zeros(0, np.int64), *rows])]
        out["topic"] = np.repeat(np.arange(len(wanted)), [len(mine) for mine in rows])
        return replace(self.part, topics=[self.part.topics[i] for i in wanted], rows=out)

    def spots(self, rows: Rows) -> Words:
        """Return a hash of the topic and place of some of its rows."""
        return spot_hashes(self.topic_hash, self._place_hash, rows)

    def find_deeds(self, hashes: Words) -> tuple[Ints, Ints]:
        """Return (which of the hashes, row) of rows with these hashes. O(asked x log rows)."""
        return _find(*self._by_deed, hashes)

    def find_items(self, items: npt.NDArray[np.uint32]) -> tuple[Ints, Ints]:
        """Return (which of the posts, row) of rows on these posts. O(asked x log rows)."""
        return _find(*self._by_item, items)

    def lower(self, lost: Lowered) -> Contributions:
        """Take weight away, in place; return the change as contributions that add up with the stored ones."""
        change = self.part.rows[lost.row]
        change["centi"], change["milli"], change["events"] = -lost.centi, -lost.milli, 0
        self.part.rows["centi"][lost.row] -= lost.centi.astype(np.int32)
        self.part.rows["milli"][lost.row] -= lost.milli
        used, change["topic"] = np.unique(change["topic"], return_inverse=True)
        names = [self.part.topics[i] for i in used.tolist()]
        for name in names:
            self.counted.pop(name, None)
        rows, places = trimmed(change, self.part.places)
        return replace(self.part, topics=names, rows=rows, places=places)

    @cached_property
    def _real(self) -> Ints:
        return np.flatnonzero(self.part.rows["centi"] != MARKER)

    @cached_property
    def _by_topic(self) -> tuple[Ints, Ints]:
        topic = self.part.rows["topic"]
        order = np.argsort(topic, kind="stable")
        return order, np.searchsorted(topic[order], np.arange(len(self._number) + 1))

    @cached_property
    def _by_deed(self) -> tuple[Words, Ints]:
        rows = self.part.rows[self._real]
        return _sorted(deed_hashes(self.spots(rows), rows), self._real)

    @cached_property
    def _by_item(self) -> tuple[npt.NDArray[np.uint32], Ints]:
        return _sorted(self.part.rows["item"][self._real], self._real)


_Values = TypeVar("_Values", Words, npt.NDArray[np.uint32])


def _sorted(values: _Values, row: Ints) -> tuple[_Values, Ints]:
    order = np.argsort(values, kind="stable")
    return values[order], row[order]


def _find(values: _Values, rows: Ints, asked: _Values) -> tuple[Ints, Ints]:
    low, high = np.searchsorted(values, asked, "left"), np.searchsorted(values, asked, "right")
    count = high - low
    which = np.repeat(np.arange(len(asked)), count)
    at = np.arange(len(which)) - np.repeat(np.cumsum(count) - count - low, count)
    return which, rows[at]
