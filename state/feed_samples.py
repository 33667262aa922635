"""Sample posts of a topic: a few of its best ones of late, each of another creator."""

from collections.abc import Sequence
from typing import Final

from state.feed_candidates import Pooled
from state.feed_filters import Barred, is_barred

MOST: Final = 5
MAX_AGE_MS: Final = 86_400_000


def samples(pools: Sequence[Sequence[Pooled]], barred: Barred, at_ms: int) -> list[Pooled]:
    """Return at most five items of the last day, those liked and new first. O(items looked at).

    Each is of another creator while there are enough of them, so that no account stands for a topic alone;
    then the best of the others. Posts and people that moderators barred are left out.

    Args:
        pools: The topic's pool, and those of its other names; best first.
        barred: What nobody is shown.
        at_ms: Event time.
    """
    first: list[Pooled] = []
    others: list[Pooled] = []
    items, authors = set[str](), set[str]()
    for pool in pools:
        for one in pool:
            if one.item in items or one.first_ms <= at_ms - MAX_AGE_MS:
                continue
            if is_barred(barred, one.item, one.author, at_ms):
                continue
            items.add(one.item)
            (others if one.author in authors else first).append(one)
            if one.author:
                authors.add(one.author)
            if len(first) == MOST:
                return first
    return (first + others)[:MOST]
