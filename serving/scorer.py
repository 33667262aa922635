"""Score items for a person, as the job would predict them: with the head that the job learned."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import msgspec
import numpy as np

from schemas.served_interests import HeadRecord, InterestRecord, ItemRecord
from state import interest_features, interest_head, interest_model
from state.interest_config import InterestConfig
from state.interest_features import FEATURES
from state.interest_head import HeadState
from state.interest_model import About
from state.interest_stats import ItemStats
from state.interest_user import UserState, fast_clock, slow_clock
from state.topics import normalise

_SHOWN_REASONS = 3
_NO_REASON = 0.005  # on the log-odds scale


@dataclass(frozen=True, slots=True)
class Score:
    """How likely a person likes an item.

    Attributes:
        item: Which.
        p: Probability, 0 to 1.
        known: The item has been met by somebody.
        features: What the probability was made of.
        weights: Of the features.
    """

    item: str
    p: float
    known: bool
    features: Sequence[float]
    weights: Sequence[float]

    @property
    def reasons(self) -> tuple[tuple[str, float], ...]:
        """Return (feature, what it adds on the log-odds scale), the strongest three."""
        adds = [(name, a * b) for name, a, b in zip(FEATURES, self.weights, self.features, strict=True)]
        adds.sort(key=lambda pair: -abs(pair[1]))
        return tuple(pair for pair in adds[:_SHOWN_REASONS] if abs(pair[1]) > _NO_REASON)


@dataclass(frozen=True, slots=True)
class Item:
    """An item to score, prepared: it may be kept and scored for many people.

    Attributes:
        item: Its id.
        topics: As in a person's counts: normalised, then the creator as "@name".
        creator: "@name"; empty = unknown.
        stats: Its counts; None = nobody met it.
        as_of_ms: Of the counts; 0 = none.
    """

    item: str
    topics: tuple[str, ...] = ()
    creator: str = ""
    stats: ItemStats | None = None
    as_of_ms: int = 0

    @classmethod
    def of(cls, item: str, record: ItemRecord | None, author: str = "", topics: Sequence[str] = ()) -> "Item":
        """Prepare an item. About 2 us.

        Args:
            item: Its id.
            record: As served; None = nobody met it.
            author: Its author, where there is no record; empty = unknown.
            topics: Its topics, where there is no record.
        """
        if record is not None:
            author, topics = record.author, record.topics
        names = [name for name in map(_normalised, topics) if name]
        creator = f"@{author}" if author else ""
        stats = None if record is None else _stats(record)
        return cls(
            item,
            (*names, creator) if creator else tuple(names),
            creator,
            stats,
            record.as_of_ms if record else 0,
        )


_normalised = lru_cache(maxsize=50_000)(normalise)


class Scorer:
    """A head, ready to score. Made once for each head: it may know thousands of names.

    Args:
        head: Of the person's shard, as served; None = a fresh one.
    """

    def __init__(self, head: HeadRecord | None) -> None:
        self._cfg, self._state, self._as_of_ms = InterestConfig(), HeadState(), 0
        self._names: dict[str, ItemStats] = {}
        if head is not None:
            self._cfg = msgspec.convert(head.settings, InterestConfig, strict=False)
            self._state, self._as_of_ms = interest_head.CODEC.loads(head.state), head.as_of_ms
            self._names = {
                name: ItemStats(pos, n) for name, (pos, n) in zip(head.names, head.stats, strict=True)
            }

    def score(self, user: InterestRecord | None, items: Sequence[Item]) -> list[Score]:
        """Return how likely a person likes each item, in their order. About 8 us an item.

        Args:
            user: As served; None = unknown.
            items: What to score.
        """
        state, names, weights = self._state, self._names.get, tuple(self._state.weights)
        person = None if user is None else _user(self._cfg, user)
        at_ms = max([one.as_of_ms for one in items] + [self._as_of_ms, user.as_of_ms if user else 0])
        seen = interest_features.view(self._cfg, interest_head.base_prob(state), person, at_ms)
        out = []
        for one in items:
            known = [names(topic) for topic in one.topics if topic != one.creator]
            about = About(one.topics, one.stats, names(one.creator), known, one.item)
            p, features = interest_model.predict_seen(state, seen, about)
            out.append(Score(one.item, p, one.stats is not None, features, weights))
        return out


def _stats(record: ItemRecord) -> ItemStats:
    return ItemStats(record.pos, record.n, record.short_pos, record.short_n, record.as_of_ms)


def _user(cfg: InterestConfig, record: InterestRecord) -> UserState:
    """Return the person's state as it was at the newest change."""
    state = UserState(
        names=list(record.topics),
        places={name: at for at, name in enumerate(record.topics)},
        events=record.events,
        seen_ms=record.as_of_ms,
        slow_base=slow_clock(cfg, record.events, record.as_of_ms),
        fast_base=fast_clock(cfg, record.events, record.as_of_ms),
    )
    state.recent.extend(record.recent)
    state.rows.extend(np.frombuffer(record.counts, "<f4").tolist())
    state.total[:] = type(state.total)("f", np.frombuffer(record.total, "<f4").tolist())
    return state
