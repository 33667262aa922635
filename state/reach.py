"""Where else an event counts: in its community, inside its tags, and in other languages without words."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol
from zlib import crc32

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from state.exact import Ints
from state.language import NO_WORDS
from state.pane_events import CountedEvents
from state.places import community_scope, tag_scope
from state.runs import run_of, starts
from state.scopes import ViewName

MOST_TAGS = 4  # of an event that have a list inside; those with the smallest hashes
_KIND_MARK = "\x1d"  # stands in topics of other kinds than tags
Bools = npt.NDArray[np.bool_]


class ReachColumns(Protocol):
    """The columns of a decoded batch that are asked for."""

    n: int

    def strings(self, name: str) -> pa.StringArray:
        """Return texts."""

    def codes(self, name: str) -> tuple[Ints, list[str]]:
        """Return a code per record and the distinct texts."""

    def items(self, name: str) -> tuple[Ints, Ints, Ints]:
        """Return (record, start, length) of each item of a list field."""


def _none() -> Ints:
    return np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True)
class Reach:
    """Where else events count than where their request came from.

    Attributes:
        wordless: Of each event, whether its content has no words; None = not asked for, or none has not.
        pair: Which (event, topic) counts in a place; one for each counting.
        place: Index of that place.
        places: Scopes of the places.
    """

    wordless: Bools | None = None
    pair: Ints = field(default_factory=_none)
    place: Ints = field(default_factory=_none)
    places: Sequence[str] = ()


NO_REACH: Final = Reach()


def reach_of(event: str, columns: ReachColumns, events: CountedEvents, views: Sequence[ViewName]) -> Reach:
    """Return where else the events of a batch count; what no view asks for is not looked at. O(n log n).

    Args:
        event: engagement or content.
        columns: The decoded batch.
        events: What was counted of it.
        views: Lists to make.
    """
    found = []
    if "community" in views:
        found.append(_communities(columns, events))
    if "tag" in views:
        found.append(_tags(events))
    pairs, codes, names = [_none()], [_none()], list[str]()
    for pair, code, more in found:
        pairs.append(pair)
        codes.append(code + len(names))
        names += more
    wordless = None
    if not {"language", "language_region"}.isdisjoint(views):
        mark = _wordless(event, columns, events)
        wordless = mark if mark.any() else None
    return Reach(wordless, np.concatenate(pairs), np.concatenate(codes), names)


def _communities(columns: ReachColumns, events: CountedEvents) -> tuple[Ints, Ints, list[str]]:
    """Return (pair, number of its community) of pairs in one, and the communities."""
    code, texts = columns.codes("community")
    scopes = [community_scope(text) for text in texts]
    names = list(dict.fromkeys(filter(None, scopes)))
    number = {name: i for i, name in enumerate(names)}
    table = np.array([number.get(scope, -1) for scope in scopes], np.int64)
    mine = table[code[events.topic_row]] if len(table) else _none()
    pair = np.flatnonzero(mine >= 0)
    return pair, mine[pair], names


def _tags(events: CountedEvents) -> tuple[Ints, Ints, list[str]]:
    """Return (pair, number of a tag that stands beside it) and the tags, at most ``MOST_TAGS`` an event."""
    row, topic = events.topic_row, events.topic
    if not len(row):
        return _none(), _none(), []
    is_tag = np.array([_KIND_MARK not in name for name in events.topics], np.bool_)
    order = np.lexsort((_rank(events.topics)[topic], ~is_tag[topic], row))  # tags first
    first = starts(row[order])
    run = run_of(first, len(order))
    place = np.arange(len(order)) - first[run]
    tag = np.flatnonzero((place < MOST_TAGS) & is_tag[topic[order]])  # in the sorted order
    size = np.diff(np.append(first, len(order)))[run[tag]]
    beside = np.repeat(first[run[tag]], size) + _counting(size)
    tag = np.repeat(tag, size)
    other = beside != tag
    used, code = np.unique(topic[order][tag[other]], return_inverse=True)
    return order[beside[other]], code, [tag_scope(events.topics[t]) for t in used.tolist()]


def _rank(names: Sequence[str]) -> Ints:
    """Return the place of each name by its hash: chance decides, the same in every batch."""
    order = sorted(range(len(names)), key=lambda i: (crc32(names[i].encode()), names[i]))
    out = np.zeros(len(names), np.int64)
    out[order] = np.arange(len(names))
    return out


def _counting(size: Ints) -> Ints:
    """Return 0, 1 ... size - 1 for each size, one after the other."""
    return np.arange(int(size.sum())) - np.repeat(np.cumsum(size) - size, size)


def _wordless(event: str, columns: ReachColumns, events: CountedEvents) -> Bools:
    """Return which events are of content that says so, or that shows media beside a text without words."""
    code, langs = columns.codes("item_lang")
    says = np.array([lang.strip().lower().split("-", 1)[0] == NO_WORDS for lang in langs], np.bool_)
    out: Bools = says[code] if len(says) else np.zeros(columns.n, np.bool_)
    if event != "content":
        return out
    media = np.bincount(columns.items("media")[0], minlength=columns.n) > 0
    if not media.any():
        return out
    # A text without words is known by its post (``pane_events``).
    by_post = events.fingerprint == events.item
    out |= media & by_post & np.asarray(pc.equal(columns.strings("share_of"), ""))
    return out
