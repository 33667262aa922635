"""Turn decoded events into what counting needs: who, what content, which topics, how much."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from state.actions import ActionWeights
from state.near_dup import text_fingerprint
from state.scopes import region_code, spoken_code
from state.topic_kinds import AUDIENCE_KINDS, Kind, typed
from state.topic_sources import LABELS, Batch, named
from state.trust import account_trust

Ints = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]

COUNTED_EVENTS = ("engagement", "content", LABELS)
_SUGGESTED = 2  # "model" of a label's source; symbols keep their places


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
        user: Hash of the actor.
        fingerprint: Hash of the content: the original of a share, else the text, else the item.
        item: Hash of the post: the original of a share, else the item.
        lang: Number of the request's language (``state.scopes``), 0 = none.
        region: Number of its region.
        topic_row: Row of each (event, topic); a topic stands once per event.
        topic: Index into ``topics``.
        centi: Its weight in hundredths, times the account's trust.
        topics: Canonical, with their kinds (``state.topic_kinds``).
        by_people: Which of ``topics`` count each person as a content of their own.
    """

    source_ms: Ints
    weight_milli: Ints
    user: Words
    fingerprint: Words
    item: Words
    lang: Ints
    region: Ints
    topic_row: Ints
    topic: Ints
    centi: Ints
    topics: Sequence[str]
    by_people: npt.NDArray[np.bool_]


def counted_events(
    event: str,
    symbols: Sequence[str],
    columns: EventColumns,
    good: npt.NDArray[np.bool_],
    weights: ActionWeights,
    kinds: Sequence[Kind] = ("tag",),
) -> CountedEvents | None:
    """Select the events of a batch that count. None when the event is never counted. O(n) for each kind.

    Args:
        event: engagement, content or content_label; others are not counted.
        symbols: The enum symbols of the batch's schema version.
        columns: The decoded batch.
        good: Records that passed validation.
        weights: What each action is worth.
        kinds: Kinds of topics to count.
    """
    if event not in COUNTED_EVENTS:
        return None
    request = "request_" if event == LABELS else ""
    weight = weights.milli("content" if event == LABELS else event, symbols)[columns.symbols("action")]
    trust = account_trust(
        columns.ints("account_age_days"), columns.ints("followers"), columns.bools("automated")
    )
    counts = good & (weight != 0)
    if event == LABELS:  # the author's own tags came with the content
        counts &= columns.symbols("tags_from") == _SUGGESTED
    batch = Batch(event, symbols, columns, counts)
    row, topic, centi, topics = _topics(batch, weight * trust / 10, kinds)
    fingerprint, item = _contents(event, columns)
    return CountedEvents(
        source_ms=columns.ints("source_ms"),
        weight_milli=weight,
        user=columns.hash64("actor_id"),
        fingerprint=fingerprint,
        item=item,
        lang=_numbers(*columns.codes(f"{request}lang"), spoken_code),
        region=_numbers(*columns.codes(f"{request}region"), region_code),
        topic_row=row,
        topic=topic,
        centi=centi,
        topics=[typed(kind, name) for kind, names in topics for name in names],
        by_people=np.array([kind in AUDIENCE_KINDS for kind, names in topics for _ in names], np.bool_),
    )


def _topics(
    batch: Batch, weight: npt.NDArray[np.float64], kinds: Sequence[Kind]
) -> tuple[Ints, Ints, Ints, list[tuple[Kind, list[str]]]]:
    """Return (event, number of the topic, weight) of each naming, once, and the names of each kind."""
    rows, codes, centis, names = [], [], [], []
    before = 0
    for kind in kinds:
        found = named(kind, batch)
        there, many = found.code >= 0, max(len(found.names), 1)
        pair = np.unique(found.row[there] * many + found.code[there])
        row = pair // many
        # Phrases are what we take from a text, not what its author claims: their number says nothing.
        number = (
            np.bincount(row, minlength=len(weight)) if kind != "phrase" else np.ones(len(weight), np.int64)
        )
        rows.append(row)
        codes.append(pair % many + before)
        centis.append(_centi(weight, number)[row])
        names.append((kind, found.names))
        before += len(found.names)
    return np.concatenate(rows), np.concatenate(codes), np.concatenate(centis), names


def _centi(weight: npt.NDArray[np.float64], topics: Ints) -> Ints:
    """Return what each topic of an event gets, in hundredths; never nothing of something.

    Who names many topics says less about each: the weight is divided by the root of their number. A list of
    twenty tags then counts for each about as much as a single one's fifth.
    """
    whole = np.abs(np.rint(weight))
    each = np.maximum(np.rint(whole / np.sqrt(np.maximum(topics, 1))), np.minimum(whole, 1.0))
    return np.copysign(each, weight).astype(np.int64)


def _numbers(codes: Ints, names: Sequence[str], number: Callable[[str], int]) -> Ints:
    """Replace codes of names by numbers that mean the same in every batch."""
    table = np.array([number(name) for name in names], np.int64)
    return table[codes] if len(table) else codes


def _contents(event: str, columns: EventColumns) -> tuple[Words, Words]:
    """Return (hash that copies of the same content share, hash of the post) of each record.

    Copies are told by ``near_dup``: links, handles, tags and numbers do not make a new text, and neither do
    small changes. A text without words is known by its post.
    """
    item = columns.hash64("item_id")
    if event == "engagement":
        return item, item
    shared = np.asarray(pc.not_equal(columns.strings("share_of"), ""))
    post = np.where(shared, columns.hash64("share_of"), item)
    text = _labelled(columns) if event == LABELS else text_fingerprint(columns.strings("text"))
    return np.where((text != 0) & ~shared, text, post), post


def _labelled(columns: EventColumns) -> Words:
    """Return the fingerprint of each label's text: what ``text_fingerprint`` said of it."""
    codes, ids = columns.codes("near_dup_id")
    return np.array([_number(text) for text in ids], np.uint64)[codes]


def _number(text: str) -> int:
    """Return the number of an id in hex; what is none counts as no id."""
    return int(text, 16) if text and all(c in "0123456789abcdef" for c in text) else 0
