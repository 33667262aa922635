"""What the feed knows of an item: how many people met it, how many like it now, where, and since when.

Counts grow by panes of event time, like those of the interest model; one person and one item count once
within the window, however often it is shown and liked. An item's rank is free of time: likes and the birth
itself fade with one half-life, so ranks of items that nobody touches need no work and still compare right.

Source: exponential decay that keeps order, Cormode et al., "Forward decay", ICDE 2009.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from math import inf, log2
from typing import Final

import msgspec
import numpy as np

from state.codec import Codec, StateCorruptError, register
from state.feed_acts import CREATED, MAX_SCOPES, Act, sign
from state.interest_items import Met, in_any
from state.scopes import GLOBAL

MAX_TOPICS: Final = 8  # an item is found by so many of its topics
_MASK64: Final = 2**64 - 1


@dataclass(frozen=True, slots=True)
class CardConfig:
    """How items grow.

    Attributes:
        half_life_ms: Time in which likes, and the credit of being new, halve.
        birth: What being new is worth in likes.
        window_ms: One person and one item meet once in this time.
    """

    half_life_ms: int = 6 * 3_600_000
    birth: float = 1.0
    window_ms: int = 3_600_000

    def __post_init__(self) -> None:
        """Report every setting that is out of range at once.

        Raises:
            ValueError: With one line per setting.
        """
        checks = (
            (self.half_life_ms >= 1, "cards.half_life_ms: expected 1 or more"),
            (self.birth > 0, "cards.birth: expected above 0"),
            (self.window_ms >= 1, "cards.window_ms: expected 1 or more"),
        )
        if problems := [text for ok, text in checks if not ok]:
            raise ValueError("\n".join(problems))


@dataclass(slots=True)
class Card:
    """One item.

    Attributes:
        first_ms: When it was made, or first heard of.
        seen_ms: End of the newest pane in which something happened; likes are as of then.
        met: People who met it, never fading.
        author: Empty = unknown.
        topics: At most 8.
        likes: Scope -> likes as of seen_ms; the global scope is always there.
    """

    first_ms: int
    seen_ms: int = 0
    met: int = 0
    author: str = ""
    topics: tuple[str, ...] = ()
    likes: dict[str, float] = field(default_factory=lambda: {GLOBAL: 0.0})


@dataclass(slots=True)
class Grown:
    """What a pane adds to an item.

    Attributes:
        first_ms: Time of the first act.
        met: People who had not met it within the window.
        author: As the newest act that named one said.
        topics: Likewise.
        likes: Scope -> likes more, or fewer.
    """

    first_ms: int
    met: int = 0
    author: str = ""
    topics: tuple[str, ...] = ()
    likes: dict[str, int] = field(default_factory=dict)


def grown(acts: Iterable[Act], before: Sequence[Met]) -> tuple[dict[str, Grown], Met]:
    """Return what a complete pane adds to each item, and who met what in it. O(n log n).

    Args:
        acts: All acts on items of the pane, in any order, duplicates included.
        before: Who met and liked what in the panes of the window before it.
    """
    items: dict[str, Grown] = {}
    newest: dict[int, Act] = {}
    likes: dict[int, int] = {}
    for act in _once(acts):
        _describe(items.setdefault(act.item, Grown(act.at_ms)), act)
        if act.action != CREATED:
            pair = act.pair & _MASK64
            newest[pair] = act
            likes[pair] = sign(act.action) or likes.get(pair, 0)
    pairs = np.fromiter(sorted(newest), np.uint64, len(newest))
    known, liked = (
        in_any(pairs, sets).tolist() for sets in ([m.met for m in before], [m.liked for m in before])
    )
    for pair, is_known, was_liked in zip(pairs.tolist(), known, liked, strict=True):
        act, said = newest[pair], likes[pair]
        more = items[act.item]
        more.met += not is_known
        change = (said > 0 and not was_liked) - (said < 0 and was_liked)
        for scope in filter(None, (GLOBAL, act.lang, act.region) if change else ()):
            more.likes[scope] = more.likes.get(scope, 0) + change
    now = [pair for pair in pairs.tolist() if likes[pair] > 0]
    return items, Met(pairs, np.array(now, np.uint64))


def _once(acts: Iterable[Act]) -> Iterator[Act]:
    """Yield acts in order, each event once."""
    last = ""
    for act in sorted(acts, key=lambda one: (one.at_ms, one.event_id)):
        if act.event_id != last:
            yield act
        last = act.event_id


def _describe(more: Grown, act: Act) -> None:
    more.author = act.author or more.author
    more.topics = act.topics[:MAX_TOPICS] or more.topics
    for scope in (act.lang, act.region):
        if scope:
            more.likes.setdefault(scope, 0)


def apply(cfg: CardConfig, card: Card | None, more: Grown, end_ms: int) -> Card:
    """Return an item's card with what a pane adds. O(scopes).

    Args:
        cfg: Settings.
        card: Is changed; None = unknown so far.
        more: What the pane adds.
        end_ms: End of the pane; not before the card's newest.
    """
    card = Card(more.first_ms, end_ms) if card is None else card
    fade = 0.5 ** ((end_ms - card.seen_ms) / cfg.half_life_ms)
    likes = {scope: count * fade for scope, count in card.likes.items()}
    for scope, count in more.likes.items():
        likes[scope] = max(likes.get(scope, 0.0) + count, 0.0)
    most = sorted(likes, key=lambda scope: (scope != GLOBAL, -likes[scope], scope))[:MAX_SCOPES]
    card.likes = {scope: likes[scope] for scope in most}
    card.seen_ms = end_ms
    card.first_ms = min(card.first_ms, more.first_ms)
    card.met += more.met
    card.author = more.author or card.author
    card.topics = more.topics or card.topics
    return card


def rank(cfg: CardConfig, card: Card, scope: str = GLOBAL) -> float:
    """Return the rank of an item in a scope: log2 of likes and birth, each counted forward to one moment.

    Two ranks differ by what log2 of the two strengths differ by at any moment.
    """
    likes = card.likes.get(scope, 0.0)
    grown_up = log2(likes) + card.seen_ms / cfg.half_life_ms if likes > 0 else -inf
    born = log2(cfg.birth) + card.first_ms / cfg.half_life_ms
    high, low = max(grown_up, born), min(grown_up, born)
    return high + log2(1.0 + 2.0 ** max(low - high, -1000.0))


_encode = msgspec.msgpack.Encoder().encode
_decoder = msgspec.msgpack.Decoder(tuple[int, int, int, str, tuple[str, ...], dict[str, float]])


def _dump(card: Card) -> bytes:
    return _encode((card.first_ms, card.seen_ms, card.met, card.author, card.topics, card.likes))


def _load(raw: bytes) -> Card:
    try:
        return Card(*_decoder.decode(raw))
    except msgspec.MsgspecError as error:
        raise StateCorruptError(f"card of an item: {error}; restore an older snapshot") from error


CODEC: Final[Codec[Card]] = register(Codec(kind=b"fi", version=1, encode=_dump, decoders={1: _load}))
