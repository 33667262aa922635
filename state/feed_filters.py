"""What may not be shown to a person. The first reason that holds is the one that is told."""

from collections import Counter
from collections.abc import Iterable, Mapping
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


def filtered(
    cfg: FeedConfig, viewer: Viewer, barred: Barred, candidates: Iterable[Candidate], at_ms: int
) -> tuple[list[Candidate], Counter[str]]:
    """Return those that may be shown, in their order, and how many were left out for which reason. O(n)."""
    kept: list[Candidate] = []
    dropped: Counter[str] = Counter()
    for one in candidates:
        reason = _reason(cfg, viewer, barred, one, at_ms)
        if reason:
            dropped[reason] += 1
        else:
            kept.append(one)
    return kept, dropped


def _reason(cfg: FeedConfig, viewer: Viewer, barred: Barred, one: Candidate, at_ms: int) -> str:  # noqa: PLR0911
    if one.author and one.author == viewer.user:
        return "own"
    if one.item in viewer.hidden:
        return "hidden"
    if seen_hash(one.item) in viewer.seen:
        return "seen"
    if one.author in viewer.blocked:
        return "blocked"
    if one.author in viewer.muted:
        return "muted"
    if _holds(barred.posts.get(one.item), at_ms) or _holds(barred.users.get(one.author), at_ms):
        return "moderated"
    if one.first_ms and one.first_ms <= at_ms - cfg.max_age_ms:
        return "old"
    return ""


def _holds(until_ms: int | None, at_ms: int) -> bool:
    return until_ms is not None and (not until_ms or until_ms > at_ms)
