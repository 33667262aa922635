"""Score items for a person, as the job would predict them: with the head that the job learned."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import msgspec
import numpy as np

from schemas.served_interests import HeadRecord, InterestRecord, ItemRecord
from state import interest_features, interest_head, interest_slate
from state.interest_config import InterestConfig
from state.interest_features import FEATURES
from state.interest_head import HeadState
from state.interest_model import About
from state.interest_slate import ItemPart
from state.interest_stats import ItemStats
from state.interest_turn import MODEL
from state.interest_user import UserState, fast_clock, slow_clock
from state.topics import normalise

_log = logging.getLogger("groundswell.serving")
_SHOWN_REASONS = 3
_MOST_PARTS = 50_000
_NO_REASON = 0.005  # on the log-odds scale


class Score(NamedTuple):
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
        head: Of the person's shard, as served; None = a fresh one. One of other features, from before an
            upgrade or after a rollback, counts as none: people are still ranked, and the log says so.

    Attributes:
        head: The same.
    """

    def __init__(self, head: HeadRecord | None) -> None:
        self.head = head
        self._cfg, self._state, self._as_of_ms = InterestConfig(), HeadState(), 0
        self._parts: dict[str, tuple[Item, ItemPart]] = {}
        self._names: dict[str, ItemStats] = {}
        if head is not None and head.model != MODEL:
            _log.warning(
                "Redis holds a head of features %s, this build has %s: a fresh one scores until the job has "
                "written another; deploy job and server of the same version",
                head.model,
                MODEL,
            )
        elif head is not None:
            self._cfg = msgspec.convert(head.settings, InterestConfig, strict=False)
            self._state, self._as_of_ms = interest_head.CODEC.loads(head.state), head.as_of_ms
            self._names = {
                name: ItemStats(pos, n) for name, (pos, n) in zip(head.names, head.stats, strict=True)
            }
        self._base_prob = interest_head.base_prob(self._state)
        self._nobody = interest_features.view(self._cfg, self._base_prob, None, 0)

    def score(self, user: InterestRecord | None, items: Sequence[Item]) -> list[Score]:
        """Return how likely a person likes each item, in order. About 3 us an item that was scored before.

        Args:
            user: As served; None = unknown.
            items: What to score.
        """
        state, weights = self._state, tuple(self._state.weights)
        person = None if user is None else _user(self._cfg, user)
        at_ms = max([one.as_of_ms for one in items] + [self._as_of_ms, user.as_of_ms if user else 0])
        seen = interest_features.view(self._cfg, self._base_prob, person, at_ms)
        table, out = interest_slate.tastes(seen), []
        for one in items:
            features = interest_slate.candidate(seen, table, self._part(one))
            p = interest_head.prob(state, features)
            out.append(Score(one.item, p, one.stats is not None, features, weights))
        return out

    def _part(self, one: Item) -> ItemPart:
        """Return what an item brings; kept as long as it is the very same item."""
        held = self._parts.get(one.item)
        if held is not None and held[0] is one:
            return held[1]
        names = self._names.get
        known = [names(topic) for topic in one.topics if topic != one.creator]
        about = About(one.topics, one.stats, names(one.creator), known, one.item)
        part = interest_slate.item_part(self._nobody, about)
        if len(self._parts) >= _MOST_PARTS:
            self._parts.clear()
        self._parts[one.item] = one, part
        return part


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
