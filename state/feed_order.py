"""The order of a slate: best first, but no creator and no topic crowds out the others.

Greedy: each place goes to the candidate whose score, times what is left of its creator's and its topics'
factors, is highest. Factors only fall, so a candidate whose recomputed value still leads needs no comparison
with the rest (lazy greedy, Minoux 1978): about n log n instead of n^2.

Source: the author factor (1 - floor) * decay^n + floor is that of DiversityDiscountProvider in Twitter's
published home mixer; the cap on a creator's share is ours.
"""

from collections.abc import Sequence
from heapq import heapify, heappop, heappush, heapreplace
from typing import Final, NamedTuple

from state.feed_candidates import Candidate
from state.feed_config import FeedConfig

_LAST: Final = 64


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
    """Return all candidates in their order. O(n log n) usually, about 3 us a candidate.

    The first ``depth + block`` places are chosen one by one; who comes behind them stands in the order of the
    last worth that was computed. Equal worth: in the order of ids.
    """
    heap = [(-one.score, one.candidate.item, at) for at, one in enumerate(candidates)]
    heapify(heap)
    by_author, by_topic = _fall(cfg.author_decay, cfg.author_floor), _fall(cfg.topic_decay, cfg.topic_floor)
    authors: dict[str, int] = {}
    topics: dict[str, int] = {}
    parked: dict[str, list[tuple[float, str, int]]] = {}
    out: list[Ranked] = []
    forced, wanted, share = False, cfg.depth + cfg.block, cfg.author_share
    while (heap or parked) and len(out) < wanted:
        forced |= not heap  # only creators that had their share are left
        if parked:
            for name in [one for one in parked if forced or authors[one] <= share * (len(out) + 1)]:
                for entry in parked.pop(name):
                    heappush(heap, entry)
        _, item, at = heap[0]
        one = candidates[at]
        author, count = one.candidate.author, authors.get(one.candidate.author, 0)
        most = 0
        for topic in one.candidate.topics:
            most = max(most, topics.get(topic, 0))
        entry = (-one.score * by_author[min(count, _LAST)] * by_topic[min(most, _LAST)], item, at)
        if author and not forced and count > share * (len(out) + 1):
            heappop(heap)
            parked.setdefault(author, []).append(entry)
            continue
        heapreplace(heap, entry)
        if heap[0] is not entry:
            continue  # somebody else leads now
        heappop(heap)
        out.append(Ranked(one, -entry[0]))
        authors[author] = count + 1 if author else 0
        for topic in one.candidate.topics:
            topics[topic] = topics.get(topic, 0) + 1
        forced = False
    rest = sorted([*heap, *(entry for some in parked.values() for entry in some)])
    return out + [Ranked(candidates[at], -worth) for worth, _, at in rest]


def _fall(decay: float, floor: float) -> list[float]:
    """Return the factor after 0, 1, 2 ... places; it hardly changes any more behind the last."""
    return [(1.0 - floor) * decay**n + floor for n in range(_LAST + 1)]
