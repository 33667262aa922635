"""What is known of an item: how many were shown it, how many liked it, its author and topics.

Counts grow by panes of event time. A deed sees what was known before its own pane began, so nothing depends
on the order in which the deeds of a pane come. One person and one item meet once within the join's window,
however often it is shown, clicked and liked meanwhile.
"""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from state import interest_stats, outcome_join
from state.codec import Codec, StateCorruptError, register
from state.interest_config import InterestConfig
from state.interest_stats import ItemStats
from state.outcome_join import Deed, JoinConfig

Pairs = npt.NDArray[np.uint64]
NOTHING: Final[Pairs] = np.zeros(0, np.uint64)
_SIZES: Final = struct.Struct("<II")
_PAIR_BYTES: Final = 8
_MASK64: Final = 2**64 - 1


@dataclass(slots=True)
class ItemFacts:
    """What is known of one item.

    Attributes:
        stats: Who met it and who liked it.
        author: Its author; empty = unknown.
        topics: Its topics, as the newest deed that named some said.
    """

    stats: ItemStats
    author: str = ""
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Met:
    """Which pairs of person and item a pane saw, as sorted hashes.

    Attributes:
        met: All of them.
        liked: Those with a positive action.
    """

    met: Pairs
    liked: Pairs


@dataclass(slots=True)
class Grown:
    """What a pane adds to an item."""

    pos: int = 0
    n: int = 0
    author: str = ""
    topics: tuple[str, ...] = ()


def grown(cfg: JoinConfig, deeds: Iterable[Deed], before: Sequence[Met]) -> tuple[dict[str, Grown], Met]:
    """Return what a complete pane adds to each item, and the pane's pairs. O(n log n).

    Args:
        cfg: Settings of the join.
        deeds: All deeds of the pane, in any order, duplicates included.
        before: The panes of the window before it.
    """
    items: dict[str, Grown] = {}
    item_of: dict[int, str] = {}
    likes: dict[int, int] = {}
    last = ""
    for deed in sorted(deeds, key=lambda one: (one.at_ms, one.event_id)):
        if deed.event_id == last:
            continue
        last = deed.event_id
        about = items.get(deed.item)
        if about is None:
            about = items[deed.item] = Grown()
        about.author = deed.author or about.author
        about.topics = deed.topics or about.topics
        pair = deed.pair & _MASK64
        item_of[pair] = deed.item
        if sign := outcome_join.sign(cfg, deed):
            likes[pair] = sign
    pairs = np.fromiter(sorted(item_of), np.uint64, len(item_of))
    known, liked = in_any(pairs, [one.met for one in before]), in_any(pairs, [one.liked for one in before])
    now_liked = []
    for pair, is_known, was_liked in zip(pairs.tolist(), known.tolist(), liked.tolist(), strict=True):
        about, sign = items[item_of[pair]], likes.get(pair, 0)
        about.n += not is_known
        about.pos += (sign > 0 and not was_liked) - (sign < 0 and was_liked)
        if sign > 0:
            now_liked.append(pair)
    return items, Met(pairs, np.array(now_liked, np.uint64))


def apply(cfg: InterestConfig, facts: ItemFacts | None, more: Grown, at_ms: int) -> ItemFacts:
    """Return an item's facts with what a pane adds.

    Args:
        cfg: Settings of the model.
        facts: Is changed; None = unknown so far.
        more: What the pane adds.
        at_ms: End of the pane.
    """
    facts = ItemFacts(ItemStats()) if facts is None else facts
    interest_stats.add(cfg, facts.stats, more.pos, more.n, at_ms)
    facts.author = more.author or facts.author
    facts.topics = more.topics or facts.topics
    return facts


def in_any(pairs: Pairs, sets: Sequence[Pairs]) -> npt.NDArray[np.bool_]:
    """Return which pairs are in one of several sorted sets."""
    out = np.zeros(len(pairs), np.bool_)
    for one in sets:
        if len(one):
            at = np.minimum(np.searchsorted(one, pairs), len(one) - 1)
            out |= one[at] == pairs
    return out


_encode_facts = msgspec.msgpack.Encoder().encode
_facts_decoder = msgspec.msgpack.Decoder(tuple[float, float, float, float, int, str, tuple[str, ...]])


def _dump_facts(facts: ItemFacts) -> bytes:
    s = facts.stats
    return _encode_facts((s.pos, s.n, s.short_pos, s.short_n, s.seen_ms, facts.author, facts.topics))


def _load_facts(raw: bytes) -> ItemFacts:
    try:
        pos, n, short_pos, short_n, seen_ms, author, topics = _facts_decoder.decode(raw)
    except msgspec.MsgspecError as error:
        raise StateCorruptError(f"facts of an item: {error}; restore an older snapshot") from error
    return ItemFacts(ItemStats(pos, n, short_pos, short_n, seen_ms), author, topics)


def _dump_met(one: Met) -> bytes:
    sizes = _SIZES.pack(len(one.met), len(one.liked))
    return sizes + one.met.astype("<u8").tobytes() + one.liked.astype("<u8").tobytes()


def _load_met(raw: bytes) -> Met:
    if len(raw) < _SIZES.size:
        raise StateCorruptError(f"pairs of a pane: {len(raw)} bytes; restore an older snapshot")
    met, liked = _SIZES.unpack_from(raw)
    if len(raw) != _SIZES.size + _PAIR_BYTES * (met + liked):
        raise StateCorruptError(
            f"pairs of a pane: {len(raw)} bytes for {met + liked} pairs; restore an older snapshot"
        )
    pairs = np.frombuffer(raw, "<u8", offset=_SIZES.size).astype(np.uint64)
    return Met(pairs[:met], pairs[met:])


FACTS: Final[Codec[ItemFacts]] = register(
    Codec(kind=b"if", version=1, encode=_dump_facts, decoders={1: _load_facts})
)
MET: Final[Codec[Met]] = register(Codec(kind=b"im", version=1, encode=_dump_met, decoders={1: _load_met}))
