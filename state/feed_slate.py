"""A slate as a decision: what it was made from, and the same again from what was logged."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import blake2b
from typing import Final, Literal

import msgspec

from state.feed_candidates import Candidate
from state.feed_config import POLICY, FeedConfig
from state.feed_explore import Place, explore
from state.feed_order import Ranked, Scored, ordered

Rung = Literal["full", "cached", "popular", "trending", "static", "none"]
RUNGS: Final[tuple[Rung, ...]] = ("full", "cached", "popular", "trending", "static", "none")
_HASH_BYTES: Final = 16
_encode = msgspec.msgpack.Encoder().encode


@dataclass(frozen=True, slots=True)
class Slate:
    """A decision.

    Attributes:
        decision_id: Names it; the source of its random numbers.
        rung: How it was made, the first rung of the ladder that had anything.
        settings: Of the policy.
        candidates: What could be shown, scored, in the order in which they were found.
        places: What is shown, in order.
        as_of_ms: Event time of the newest of what it was made from.
    """

    decision_id: str
    rung: Rung
    settings: FeedConfig
    candidates: Sequence[Scored]
    places: Sequence[Place]
    as_of_ms: int

    @property
    def inputs_hash(self) -> str:
        """Digest of all that the places follow from: equal inputs have equal digests."""
        return inputs_hash(self.decision_id, self.rung, self.settings, self.candidates)


def decide(
    cfg: FeedConfig, candidates: Sequence[Scored], decision_id: str, as_of_ms: int, rung: Rung = "full"
) -> Slate:
    """Return the slate of some candidates: a function of the arguments alone. O(n log n).

    Only the full rung reorders and explores; the lower ones show their candidates as they come.
    """
    if rung == "full":
        places = explore(cfg, ordered(cfg, candidates), decision_id)
    else:
        places = [Place(Ranked(one, one.score), 1.0, explored=False) for one in candidates[: cfg.depth]]
    return Slate(decision_id, rung, cfg, candidates, places, as_of_ms)


def inputs_hash(decision_id: str, rung: Rung, cfg: FeedConfig, candidates: Sequence[Scored]) -> str:
    """Return the digest of what a slate is made from."""
    rows = [(c.item, c.author, c.topics, c.met, c.source, c.new, p, score) for c, p, score in candidates]
    raw = _encode((POLICY, decision_id, rung, asdict(cfg), rows))
    return blake2b(raw, digest_size=_HASH_BYTES).hexdigest()


def unscored(candidates: Sequence[Candidate]) -> list[Scored]:
    """Return candidates of a lower rung, which nobody scored: in their order, with nothing said of them."""
    return [Scored(one, 0.0, 0.0) for one in candidates]


def lowest(rungs: Sequence[tuple[Rung, Sequence[Candidate]]]) -> tuple[Rung, Sequence[Candidate]]:
    """Return the first rung that has candidates; ("none", ()) when none has.

    >>> lowest([("popular", []), ("static", [Candidate("p1")])])[0]
    'static'
    """
    return next(((rung, some) for rung, some in rungs if some), ("none", ()))
