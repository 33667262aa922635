"""Score items for a person, as the job would predict them: with the head that the job learned."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from schemas.served_interests import HeadRecord, InterestRecord, ItemRecord
from state import interest_head, interest_model
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
        reasons: (feature, what it adds on the log-odds scale), strongest first.
    """

    item: str
    p: float
    known: bool
    reasons: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Item:
    """An item to score.

    Attributes:
        item: Its id.
        record: As served; None = nobody met it.
        author: Its author, where there is no record; empty = unknown.
        topics: Its topics, where there is no record.
    """

    item: str
    record: ItemRecord | None = None
    author: str = ""
    topics: Sequence[str] = ()


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
        """Return how likely a person likes each item, in their order. About 10 us an item.

        Args:
            user: As served; None = unknown.
            items: What to score.
        """
        person = None if user is None else _user(self._cfg, user)
        moments = [one.record.as_of_ms for one in items if one.record is not None]
        at_ms = max([*moments, self._as_of_ms, user.as_of_ms if user else 0])
        out = []
        for one in items:
            scored = interest_model.predict(self._cfg, self._state, person, self._about(one), at_ms)
            adds = [
                (name, weight * value)
                for name, weight, value in zip(FEATURES, self._state.weights, scored.features, strict=True)
            ]
            adds.sort(key=lambda pair: -abs(pair[1]))
            reasons = tuple(pair for pair in adds[:_SHOWN_REASONS] if abs(pair[1]) > _NO_REASON)
            out.append(Score(one.item, scored.p, one.record is not None, reasons))
        return out

    def _about(self, one: Item) -> About:
        record = one.record
        author, given = (record.author, record.topics) if record else (one.author, one.topics)
        topics = [name for name in map(normalise, given) if name]
        creator = f"@{author}" if author else ""
        return About(
            topics=[*topics, creator] if creator else topics,
            item=None if record is None else _stats(record),
            creator=self._names.get(creator),
            topic_stats=[self._names.get(topic) for topic in topics],
            item_id=one.item,
        )


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
