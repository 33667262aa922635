"""The order of a slate: best first, but no creator and no topic crowds out the others.

Greedy: each place goes to the candidate whose score, times what is left of its creator's and its topics'
factors, is highest. Factors only fall, so a candidate whose recomputed value still leads needs no comparison
with the rest (lazy greedy, Minoux 1978): about n log n instead of n^2.

Source: the author factor (1 - floor) * decay^n + floor is that of DiversityDiscountProvider in Twitter's
published home mixer; the cap on a creator's share is ours.
"""

from collections import Counter
from collections.abc import Sequence
from heapq import heapify, heappop, heappush
from typing import NamedTuple

from state.feed_candidates import Candidate
from state.feed_config import FeedConfig


class Scored(NamedTuple):
    """A candidate with its worth.

    Attributes:
        candidate: The item.
        p: Probability that the person likes it.
        score: p, lowered for what the person does not follow and for creators it is tired of.
    """

    candidate: Candidate
    p: float
    score: float


class Ranked(NamedTuple):
    """A candidate in its place.

    Attributes:
        scored: The candidate.
        worth: Its score when it was placed, lowered by what stands before it.
    """

    scored: Scored
    worth: float


def base_score(
    cfg: FeedConfig, one: Candidate, p: float, *, followed: bool, tired_ms: int | None, at_ms: int
) -> float:
    """Return the score of a candidate before it has a place.

    Args:
        cfg: Settings.
        one: The candidate.
        p: Probability that the person likes it; hides, blocks, mutes and reports are labels against.
        followed: The person follows its creator.
        tired_ms: When the person last hid an item of its creator; None = never.
        at_ms: Event time.
    """
    score = p if followed else p * cfg.out_of_network
    if tired_ms is not None and one.author:
        rested = min(max((at_ms - tired_ms) / cfg.tired_ms, 0.0), 1.0)
        score *= cfg.tired + (1.0 - cfg.tired) * rested
    return score


def ordered(cfg: FeedConfig, candidates: Sequence[Scored]) -> list[Ranked]:
    """Return all candidates in their order. O(n log n) usually; equal worth in the order of ids."""
    heap = [(-one.score, one.candidate.item, at) for at, one in enumerate(candidates)]
    heapify(heap)
    authors: Counter[str] = Counter()
    topics: Counter[str] = Counter()
    parked: dict[str, list[tuple[float, str, int]]] = {}
    out: list[Ranked] = []
    forced = False
    while heap or parked:
        forced |= not heap  # only creators that had their share are left
        for name in [one for one in parked if forced or _allowed(cfg, authors[one], len(out))]:
            for entry in parked.pop(name):
                heappush(heap, entry)
        _, item, at = heappop(heap)
        one = candidates[at]
        author = one.candidate.author
        worth = one.score * _factor(cfg, one.candidate, authors, topics)
        if author and not forced and not _allowed(cfg, authors[author], len(out)):
            parked.setdefault(author, []).append((-worth, item, at))
        elif heap and (-worth, item) > heap[0][:2]:
            heappush(heap, (-worth, item, at))
        else:
            out.append(Ranked(one, worth))
            authors[author] += bool(author)
            topics.update(one.candidate.topics)
            forced = False
    return out


def _allowed(cfg: FeedConfig, count: int, placed: int) -> bool:
    """Return whether a creator with so many items may have the next place."""
    return count + 1 <= 1 + cfg.author_share * (placed + 1)


def _factor(cfg: FeedConfig, one: Candidate, authors: Counter[str], topics: Counter[str]) -> float:
    by_author = (1.0 - cfg.author_floor) * cfg.author_decay ** authors[one.author] + cfg.author_floor
    most = max((topics[topic] for topic in one.topics), default=0)
    return by_author * ((1.0 - cfg.topic_floor) * cfg.topic_decay**most + cfg.topic_floor)
