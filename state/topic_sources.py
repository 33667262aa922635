"""Where topics of each kind come from: which fields of which events name them.

tag       what the author or the item is tagged with; what a label suggests for a post without tags
phrase    words of a new or edited content (``state.phrases``)
link      links of a content, and links that somebody did something to
post      posts that somebody did something to, and the originals of shares
creator   authors whose posts somebody else did something to, and people who were followed
query     what was searched for
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from state.exact import Ints
from state.phrases import phrases
from state.topic_kinds import Kind, canonical

Bools = npt.NDArray[np.bool_]
Words = npt.NDArray[np.uint64]
LABELS: Final = "content_label"
_FOLLOWS, _SEARCHES = ("follow", "unfollow"), ("search", "unsearch")


class NamingColumns(Protocol):
    """The columns of a decoded batch in which topics are named."""

    n: int

    def symbols(self, name: str) -> Ints:
        """Return indexes into an enum's symbols."""

    def strings(self, name: str) -> pa.StringArray:
        """Return texts."""

    def hash64(self, name: str) -> Words:
        """Return a stable hash per record."""

    def item_codes(self, name: str) -> tuple[Ints, Ints, list[str]]:
        """Return (record, code) of each item of a list field, and the distinct texts."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What a batch says, and which of its events count.

    Attributes:
        event: engagement, content or content_label.
        actions: The action symbols of the batch's schema version.
        columns: The decoded batch.
        counts: Events that count.
    """

    event: str
    actions: Sequence[str]
    columns: NamingColumns
    counts: Bools

    def acted(self, actions: Sequence[str]) -> Bools:
        """Return which events that count have one of these actions."""
        wanted = [i for i, symbol in enumerate(self.actions) if symbol in actions]
        return self.counts & np.isin(self.columns.symbols("action"), wanted)

    def typed(self, item_type: str) -> Bools:
        """Return which events that count are about an item of this type."""
        same: Bools = np.asarray(pc.equal(self.columns.strings("item_type"), item_type))
        return np.logical_and(self.counts, same)


@dataclass(frozen=True, slots=True)
class Named:
    """Topics of one kind in a batch.

    Attributes:
        row: Event of each naming; the same topic may be named twice.
        code: Index into ``names``, -1 for what is no topic.
        names: Canonical names, each once.
    """

    row: Ints
    code: Ints
    names: list[str]


def named(kind: Kind, batch: Batch) -> Named:
    """Return the topics of a kind that a batch names. O(events), and a step per distinct text."""
    if batch.event == LABELS:
        return _list("tag", "tags.tag")(batch) if kind == "tag" else _NOTHING
    return _SOURCES[kind](batch)


def merge(codes: Ints, names: Sequence[str]) -> tuple[Ints, list[str]]:
    """Give equal names one code; "" becomes -1."""
    merged: dict[str, int] = {}
    table = np.array([merged.setdefault(n, len(merged)) if n else -1 for n in names], np.int64)
    return (table[codes] if len(table) else codes), list(merged)


def _list(kind: Kind, field: str) -> Callable[[Batch], Named]:
    def look(batch: Batch) -> Named:
        row, code, texts = batch.columns.item_codes(field)
        keep = batch.counts[row]
        return Named(row[keep], *merge(code[keep], [canonical(kind, text) for text in texts]))

    return look


def _fields(kind: Kind, *found: tuple[str, Bools], batch: Batch) -> Named:
    """Name topics by the texts of some fields, each in some events."""
    rows = [np.flatnonzero(where) for _, where in found]
    texts = [
        batch.columns.strings(field).take(pa.array(row)) for (field, _), row in zip(found, rows, strict=True)
    ]
    encoded = pa.concat_arrays(texts).dictionary_encode()
    codes = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    names = [canonical(kind, text) for text in encoded.dictionary.to_pylist()]
    return Named(np.concatenate(rows), *merge(codes, names))


def _links(batch: Batch) -> Named:
    if batch.event == "content":
        return _list("link", "links")(batch)
    return _fields("link", ("item_id", batch.typed("link")), batch=batch)


def _posts(batch: Batch) -> Named:
    if batch.event == "content":
        return _fields("post", ("share_of", batch.counts), batch=batch)
    return _fields("post", ("item_id", batch.typed("post")), batch=batch)


def _creators(batch: Batch) -> Named:
    if batch.event == "content":
        return _NOTHING
    columns = batch.columns
    others = columns.hash64("author_id") != columns.hash64("actor_id")
    followed = batch.typed("user") & batch.acted(_FOLLOWS)
    followed &= columns.hash64("item_id") != columns.hash64("actor_id")
    return _fields("creator", ("author_id", batch.counts & others), ("item_id", followed), batch=batch)


def _queries(batch: Batch) -> Named:
    if batch.event == "content":
        return _NOTHING
    return _fields("query", ("query", batch.acted(_SEARCHES)), batch=batch)


def _phrases(batch: Batch) -> Named:
    """Name a post by its phrases, but not by those that only repeat one of its tags."""
    if batch.event != "content":
        return _NOTHING
    rows = np.flatnonzero(batch.counts)
    texts = batch.columns.strings("text").take(pa.array(rows)).dictionary_encode()
    found = phrases(texts.dictionary)
    # A text that several posts carry was read once: each post gets its phrases.
    text = texts.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    first, count = found.offsets[:-1][text], np.diff(found.offsets)[text]
    row = np.repeat(rows, count)
    place = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count) + np.repeat(first, count)
    code = found.codes[place]
    repeats = _in_tags(row, code, found.names, named("tag", batch))
    return Named(row[~repeats], *merge(code[~repeats], found.names))


def _in_tags(row: Ints, code: Ints, names: Sequence[str], tags: Named) -> Bools:
    """Return which phrases of events are, without their spaces, one of the same event's tags."""
    bare = [name.replace(" ", "") for name in (*names, *tags.names)]
    table, distinct = merge(np.arange(len(bare)), bare)
    there = tags.code >= 0
    known = tags.row[there] * len(distinct) + table[len(names) + tags.code[there]]
    return np.isin(row * len(distinct) + table[code], known)


_NOTHING: Final = Named(np.zeros(0, np.int64), np.zeros(0, np.int64), [])
_SOURCES: Final = MappingProxyType(
    {
        "tag": _list("tag", "topics"),
        "phrase": _phrases,
        "link": _links,
        "post": _posts,
        "creator": _creators,
        "query": _queries,
    }
)
