"""Turn decoded events into what counting needs: who, what content, which topics, how much."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from state.actions import ActionWeights
from state.near_dup import text_fingerprint
from state.scopes import region_code, spoken_code
from state.topics import normalise
from state.trust import account_trust

Ints = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]

COUNTED_EVENTS = ("engagement", "content")


class EventColumns(Protocol):
    """The columns of a decoded batch that counting asks for; one value per record unless said otherwise."""

    n: int

    def ints(self, name: str) -> Ints:
        """Return whole numbers."""

    def symbols(self, name: str) -> Ints:
        """Return indexes into an enum's symbols."""

    def bools(self, name: str) -> npt.NDArray[np.bool_]:
        """Return truth values."""

    def strings(self, name: str) -> pa.StringArray:
        """Return texts."""

    def codes(self, name: str) -> tuple[Ints, list[str]]:
        """Return a code per record and the distinct texts."""

    def hash64(self, name: str) -> Words:
        """Return a stable hash per record."""

    def item_codes(self, name: str) -> tuple[Ints, Ints, list[str]]:
        """Return (record, code) of each item of a list field, and the distinct texts."""


@dataclass(frozen=True, slots=True)
class CountedEvents:
    """Events that count, one row each, and their topics.

    Attributes:
        source_ms: Event time.
        weight_milli: Signed weight x 1000; an undo is negative.
        centi: The same in hundredths, times the account's trust, for each topic of the event.
        user: Hash of the actor.
        fingerprint: Hash of the content: the original of a share, else the text, else the item.
        item: Hash of the post: the original of a share, else the item.
        lang: Number of the request's language (``state.scopes``), 0 = none.
        region: Number of its region.
        topic_row: Row of each (event, topic); a topic stands once per event.
        topic: Index into ``topics``, which are canonical.
    """

    source_ms: Ints
    weight_milli: Ints
    centi: Ints
    user: Words
    fingerprint: Words
    item: Words
    lang: Ints
    region: Ints
    topic_row: Ints
    topic: Ints
    topics: Sequence[str]


def counted_events(
    event: str,
    symbols: Sequence[str],
    columns: EventColumns,
    good: npt.NDArray[np.bool_],
    weights: ActionWeights,
) -> CountedEvents | None:
    """Select the events of a batch that count. None when the event kind is never counted. O(n).

    Args:
        event: engagement or content; others are not counted.
        symbols: The enum symbols of the batch's schema version.
        columns: The decoded batch.
        good: Records that passed validation.
        weights: What each action is worth.
    """
    if event not in COUNTED_EVENTS:
        return None
    weight = weights.milli(event, symbols)[columns.symbols("action")]
    row, raw_topic, raw_topics = columns.item_codes("topics")
    keep = (good & (weight != 0))[row]
    topic, topics = merge(raw_topic[keep], [_canonical(t) for t in raw_topics])
    pair = np.unique(row[keep][topic >= 0] * max(len(topics), 1) + topic[topic >= 0])
    row, topic = pair // max(len(topics), 1), pair % max(len(topics), 1)
    trust = account_trust(
        columns.ints("account_age_days"), columns.ints("followers"), columns.bools("automated")
    )
    fingerprint, item = _contents(event, columns)
    return CountedEvents(
        source_ms=columns.ints("source_ms"),
        weight_milli=weight,
        centi=_centi(weight * trust / 10, np.bincount(row, minlength=columns.n)),
        user=columns.hash64("actor_id"),
        fingerprint=fingerprint,
        item=item,
        lang=_numbers(*columns.codes("lang"), spoken_code),
        region=_numbers(*columns.codes("region"), region_code),
        topic_row=row,
        topic=topic,
        topics=topics,
    )


def _centi(weight: npt.NDArray[np.float64], topics: Ints) -> Ints:
    """Return what each topic of an event gets, in hundredths; never nothing of something.

    Who names many topics says less about each: the weight is divided by the root of their number. A list of
    twenty tags then counts for each about as much as a single one's fifth.
    """
    whole = np.abs(np.rint(weight))
    each = np.maximum(np.rint(whole / np.sqrt(np.maximum(topics, 1))), np.minimum(whole, 1.0))
    return np.copysign(each, weight).astype(np.int64)


def merge(codes: Ints, names: Sequence[str]) -> tuple[Ints, list[str]]:
    """Give equal names one code; "" becomes -1."""
    merged: dict[str, int] = {}
    table = np.array([merged.setdefault(n, len(merged)) if n else -1 for n in names], np.int64)
    return (table[codes] if len(table) else codes), list(merged)


def _numbers(codes: Ints, names: Sequence[str], number: Callable[[str], int]) -> Ints:
    """Replace codes of names by numbers that mean the same in every batch."""
    table = np.array([number(name) for name in names], np.int64)
    return table[codes] if len(table) else codes


@lru_cache(maxsize=1 << 16)
def _canonical(topic: str) -> str:
    return normalise(topic)


def _contents(event: str, columns: EventColumns) -> tuple[Words, Words]:
    """Return (hash that copies of the same content share, hash of the post) of each record.

    Copies are told by ``near_dup``: links, handles, tags and numbers do not make a new text, and neither do
    small changes. A text without words is known by its post.
    """
    item = columns.hash64("item_id")
    if event != "content":
        return item, item
    shared = np.asarray(pc.not_equal(columns.strings("share_of"), ""))
    post = np.where(shared, columns.hash64("share_of"), item)
    text = text_fingerprint(columns.strings("text"))
    return np.where((text != 0) & ~shared, text, post), post
