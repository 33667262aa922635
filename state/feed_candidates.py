"""Candidates of a feed: from which source, and why. Each item once, however many sources name it.

What may not be shown to the person takes no place of a source: who has seen the best of a pool gets what
comes behind it.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple, Protocol, get_args

from state.feed_config import FeedConfig

Source = Literal["in_network", "interest", "trending", "popular", "new", "static"]
SOURCES: Final[tuple[Source, ...]] = get_args(Source)


class Pooled(Protocol):
    """An item of a pool, as served."""

    @property
    def item(self) -> str:
        """Its id."""

    @property
    def author(self) -> str:
        """Its creator; empty = unknown."""

    @property
    def topics(self) -> tuple[str, ...]:
        """Its topics."""

    @property
    def first_ms(self) -> int:
        """When it was made, or first heard of."""

    @property
    def met(self) -> int:
        """People who met it."""


class Candidate(NamedTuple):
    """An item that may be shown.

    Attributes:
        item: Its id.
        author: Its creator; empty = unknown.
        topics: Its topics.
        first_ms: When it was made, or first heard of, event time.
        met: People who met it.
        source: Where it comes from: the first source that names it.
        why: The followed creator, the topic or the scope that it was found by.
        new: It is a new creator's and may be explored.
    """

    item: str
    author: str = ""
    topics: tuple[str, ...] = ()
    first_ms: int = 0
    met: int = 0
    source: Source = "popular"
    why: str = ""
    new: bool = False


@dataclass(frozen=True, slots=True)
class Drawn:
    """A pool that a source draws from.

    Attributes:
        source: For whom.
        why: What the pool is called in reasons.
        items: Best first.
    """

    source: Source
    why: str
    items: Sequence[Pooled]


@dataclass(slots=True)
class Gathered:
    """What was found.

    Attributes:
        candidates: What may be shown, source by source.
        dropped: Reason -> items that were looked at and may not be shown.
    """

    candidates: list[Candidate] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)


def gather(cfg: FeedConfig, pools: Iterable[Drawn], reason: Callable[[Candidate], str]) -> Gathered:
    """Return candidates, source by source, each source in turns from its pools. O(items looked at).

    Args:
        cfg: Says how many a source may name.
        pools: The pools of a source in the order of their weight.
        reason: Says why an item may not be shown; "" = it may.
    """
    of_source: dict[Source, list[Drawn]] = {}
    for pool in pools:
        of_source.setdefault(pool.source, []).append(pool)
    new = {one.item for pool in of_source.get("new", ()) for one in pool.items}
    out, looked_at = Gathered(), set[str]()
    quotas: Mapping[Source, int] = {
        "in_network": cfg.in_network,
        "interest": cfg.interest,
        "trending": cfg.trending,
        "popular": cfg.popular,
        "new": cfg.new,
        "static": cfg.depth,
    }
    for source in SOURCES:
        left = quotas[source]
        for why, one in _in_turns(of_source.get(source, ())):
            if left <= 0:
                break
            if one.item in looked_at:
                continue
            looked_at.add(one.item)
            found = Candidate(
                one.item, one.author, one.topics, one.first_ms, one.met, source, why, one.item in new
            )
            if against := reason(found):
                out.dropped[against] += 1
            else:
                out.candidates.append(found)
                left -= 1
    return out


def _in_turns(pools: Sequence[Drawn]) -> Iterator[tuple[str, Pooled]]:
    """Yield the best of each pool, then the second of each, and so on."""
    for place in range(max((len(pool.items) for pool in pools), default=0)):
        for pool in pools:
            if place < len(pool.items):
                yield pool.why, pool.items[place]
