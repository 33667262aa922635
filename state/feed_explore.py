"""The exploration budget: one place in each block of a slate goes to an item of a new creator.

The block's other places keep the ranked order. Which item is lifted is drawn by score, those met by few more
often; which place it gets is drawn evenly. So the probability of each place is known exactly: it is the
propensity, given the blocks before. Nothing is drawn from a block whose items are all that is left.

Random numbers come from a hash of the decision's id, so any program can make a decision again.

Source: lifting a new creator's post into a slot, and budgets by slate, after author_cold_start.rs in the
published x-algorithm; propensities for later evaluation, Strehl et al., NIPS 2010.
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Final, NamedTuple

from state.feed_config import FeedConfig
from state.feed_order import Ranked

_BYTES: Final = 8
_SHIFT: Final = 11  # a float has 53 bits
_LEAST: Final = 1e-6


class Place(NamedTuple):
    """One place of a slate.

    Attributes:
        ranked: What is shown there.
        propensity: Probability that it is shown there, given the blocks before, in (0, 1].
        explored: It was lifted.
    """

    ranked: Ranked
    propensity: float
    explored: bool


def uniform(decision_id: str, number: int) -> float:
    """Return the n-th random number of a decision, in [0, 1).

    The first 53 bits of the BLAKE2b-64 of ``<decision id>/<number>``.

        >>> uniform("d1", 0) == uniform("d1", 0), uniform("d1", 0) == uniform("d1", 1)
        (True, False)
    """
    digest = blake2b(f"{decision_id}/{number}".encode(), digest_size=_BYTES).digest()
    return float((int.from_bytes(digest, "big") >> _SHIFT) / (1 << (64 - _SHIFT)))


def explore(cfg: FeedConfig, ranked: Sequence[Ranked], decision_id: str) -> list[Place]:
    """Return the slate: at most ``depth`` places. O(blocks x candidates).

    Args:
        cfg: Settings.
        ranked: All candidates in their order.
        decision_id: Where the random numbers come from.
    """
    left, out = list(ranked), list[Place]()
    for number in range(cfg.depth // cfg.block):
        first = 0 if number else cfg.block_start
        kept, chances = left[: cfg.block - 1], _chances(cfg, left)
        if not chances:
            out += [Place(one, 1.0, explored=False) for one in left[: cfg.block]]
            left = left[cfg.block :]
            continue
        drawn, p_drawn = _draw(chances, uniform(decision_id, 2 * number))
        slots = cfg.block - first
        slot = first + int(uniform(decision_id, 2 * number + 1) * slots)
        places = [
            Place(one, _stays(at, slot, first, cfg.block), explored=False) for at, one in enumerate(kept)
        ]
        places.insert(slot, Place(left[drawn], p_drawn / slots, explored=True))
        out += places
        left = [one for at, one in enumerate(left) if at >= len(kept) and at != drawn]
    return out


def _chances(cfg: FeedConfig, left: Sequence[Ranked]) -> list[tuple[int, float]]:
    """Return (index, probability) of what may be lifted: the best item of each creator new to the block."""
    authors = {one.scored.candidate.author for one in left[: cfg.block - 1]}
    weights: list[tuple[int, float]] = []
    for at in range(cfg.block, len(left)):
        one = left[at].scored
        if one.candidate.new and one.candidate.author not in authors:
            authors.add(one.candidate.author)
            weights.append((at, max(one.score, _LEAST) / (1.0 + one.candidate.met / cfg.explore_met)))
    total = sum(weight for _, weight in weights)
    return [(at, weight / total) for at, weight in weights]


def _draw(chances: Sequence[tuple[int, float]], u: float) -> tuple[int, float]:
    passed = 0.0
    for at, chance in chances:
        passed += chance
        if u < passed:
            return at, chance
    return chances[-1]  # rounding


def _stays(rank: int, slot: int, first: int, block: int) -> float:
    """Return how likely a ranked item of a block stands where it stands: before the lifted one, or behind."""
    slots = block - first
    behind = max(rank - first + 1, 0)  # slots that push it back by one
    return (slots - behind) / slots if slot > rank else behind / slots
