"""What may not be shown to a person. The first reason that holds is the one that is told."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from state.feed_candidates import Candidate
from state.feed_config import FeedConfig
from state.feed_viewer import seen_hash


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks.

    Attributes:
        user: Its id; its own items are not shown.
        follows: Creators.
        hidden: Items.
        blocked: Creators.
        muted: Creators.
        seen: Hashes of items (``feed_viewer.seen_hash``).
        tired: Creator -> when an item of its was hidden.
    """

    user: str
    follows: AbstractSet[str] = frozenset()
    hidden: AbstractSet[str] = frozenset()
    blocked: AbstractSet[str] = frozenset()
    muted: AbstractSet[str] = frozenset()
    seen: AbstractSet[int] = frozenset()
    tired: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Barred:
    """What nobody is shown.

    Attributes:
        posts: Item -> until when, ms; 0 = for ever.
        users: Creator -> likewise.
    """

    posts: Mapping[str, int] = field(default_factory=dict)
    users: Mapping[str, int] = field(default_factory=dict)


def against(cfg: FeedConfig, viewer: Viewer, barred: Barred, one: Candidate, at_ms: int) -> str:  # noqa: PLR0911
    """Return why an item may not be shown: own, hidden, seen, blocked, muted, moderated or old; "" = it may.

    About 1 us.
    """
    if one.author and one.author == viewer.user:
        return "own"
    if one.item in viewer.hidden:
        return "hidden"
    if viewer.seen and seen_hash(one.item) in viewer.seen:
        return "seen"
    if one.author in viewer.blocked:
        return "blocked"
    if one.author in viewer.muted:
        return "muted"
    if is_barred(barred, one.item, one.author, at_ms):
        return "moderated"
    if one.first_ms and one.first_ms <= at_ms - cfg.max_age_ms:
        return "old"
    return ""


def is_barred(barred: Barred, item: str, author: str, at_ms: int) -> bool:
    """Return whether nobody may be shown an item."""
    return _holds(barred.posts.get(item), at_ms) or _holds(barred.users.get(author), at_ms)


def _holds(until_ms: int | None, at_ms: int) -> bool:
    return until_ms is not None and (not until_ms or until_ms > at_ms)
