"""Run the interest model over a file of events: each row is predicted before its label is learned.

Rows that share an impression are one slate: all of it is scored, then all of it is learned, when its last row
has passed. A row without a label is scored too; if its action says that the user liked or disliked the item
(a click of a history, a hide), the user's counts take that in and nothing else does. Labels of rows outside
of slates teach the shared head only where both kinds occur among them (`LoneLabels`); in the job a setting
says that.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from groundswell.offline.interest_rows import Row
from state import interest_head, interest_model, interest_stats, residual
from state.interest_config import InterestConfig
from state.interest_features import View, view
from state.interest_head import HeadState, base_prob
from state.interest_lone import LoneLabels
from state.interest_model import About, Scored
from state.interest_stats import ItemStats
from state.interest_step import Step, step_towards
from state.interest_user import UserState, observe
from state.residual import Case, NoResidual, Residual

# How much an action moves what is known of a user; what is absent weighs 1.
ACTION_WEIGHTS: Mapping[str, float] = MappingProxyType(
    {"cart": 3.0, "fav": 3.0, "buy": 2.0, "share": 2.0, "reply": 2.0, "follow": 2.0}
)
AGAINST = frozenset({"skip", "hide", "block", "mute", "report", "dislike"})
_SAYS_NOTHING = frozenset({"", "impression", "view", "show"})


_NOBODY = (("", 0), view(InterestConfig(), 0.5, None, 0))


class Predicted(NamedTuple):
    """A row and what was predicted of it before its label was learned."""

    row: Row
    p: float


@dataclass(slots=True)
class Replay:
    """Everything that is known at one moment of a file.

    Attributes:
        cfg: Settings.
        head: What all users share.
        users: By user id.
        items: By item id.
        creators: By creator id.
        topics: By topic.
        head_step: Who moves the weights of the head, see `interest_step.learn`.
        residual: Adds to the head's margin what the head cannot know; nothing by default.
        lone: Labels outside of slates so far.
        seen: The user that was looked at last, until something is learned.
    """

    cfg: InterestConfig = field(default_factory=InterestConfig)
    head: HeadState = field(default_factory=HeadState)
    users: dict[str, UserState] = field(default_factory=dict)
    items: dict[str, ItemStats] = field(default_factory=dict)
    creators: dict[str, ItemStats] = field(default_factory=dict)
    topics: dict[str, ItemStats] = field(default_factory=dict)
    head_step: Step = step_towards
    residual: Residual = field(default_factory=NoResidual)
    lone: LoneLabels = field(default_factory=LoneLabels)
    seen: tuple[tuple[str, int], View] = field(default_factory=lambda: _NOBODY)


def replay(rows: Iterable[Row], last: Mapping[str, int], state: Replay) -> Iterator[Predicted]:
    """Yield each row with its prediction, in order. About 15 us a row.

    Args:
        rows: In order of time.
        last: Of `interest_rows.last_rows`: where each slate ends.
        state: Changed in place.
    """
    open_slates: dict[str, list[tuple[Row, Scored]]] = {}
    for at, row in enumerate(rows):
        scored = score(state, row)
        yield Predicted(row, scored.p)
        if not row.impression:
            learn(state, row, scored, 1.0)
            continue
        slate = open_slates.setdefault(row.impression, [])
        slate.append((row, scored))
        if at >= last[row.impression]:
            del open_slates[row.impression]
            step = 1.0 / len(slate)
            for one, found in slate:
                learn(state, one, found, step)


def score(state: Replay, row: Row) -> Scored:
    """Predict a row; nothing is changed."""
    about = About(
        _tastes(row),
        state.items.get(row.item),
        state.creators.get(row.creator) if row.creator else None,
        list(map(state.topics.get, row.topics)),
        row.item,
    )
    key, seen = state.seen
    if key != (row.user, row.at_ms):
        seen = view(state.cfg, base_prob(state.head), state.users.get(row.user), row.at_ms)
        state.seen = ((row.user, row.at_ms), seen)
    scored = interest_model.predict_seen(state.head, seen, about)
    if isinstance(state.residual, NoResidual):
        return scored
    return Scored(residual.prob(state.residual, _case(row, scored.p)), scored.features)


def learn(state: Replay, row: Row, scored: Scored, step: float) -> None:
    """Learn a row that was scored; ``step`` is its share of an event."""
    label = row.label
    state.seen = _NOBODY
    if label is None and row.action in _SAYS_NOTHING:
        return
    user, topics, at_ms = state.users.get(row.user), _tastes(row), row.at_ms
    if user is None:
        user = state.users[row.user] = UserState()
    liked = row.action not in AGAINST if label is None else label == 1
    weight = ACTION_WEIGHTS.get(row.action, 1.0) if liked else 1.0
    if label is None:
        observe(
            state.cfg,
            user,
            topics,
            at_ms,
            pos=weight if liked else 0.0,
            n=weight,
            step=step,
            item=row.item,
        )
        return
    teaches = bool(row.impression) or state.lone.teaches(label)
    if teaches and not isinstance(state.residual, NoResidual):
        # Of a slate the head may have moved a little since: what is left to learn is as of now.
        state.residual.learn(_case(row, interest_head.prob(state.head, scored.features)), label)
    interest_model.learn(
        state.cfg,
        state.head,
        user,
        topics,
        scored,
        label=label,
        at_ms=at_ms,
        weight=weight,
        step=step,
        item=row.item,
        head_step=state.head_step if teaches else None,
    )
    if row.item:
        _count(state.cfg, state.items, row.item, label, at_ms)
    if row.creator:
        _count(state.cfg, state.creators, row.creator, label, at_ms)
    for topic in row.topics:
        _count(state.cfg, state.topics, topic, label, at_ms)


def _count(cfg: InterestConfig, known: dict[str, ItemStats], name: str, label: int, at_ms: int) -> None:
    stats = known.get(name)
    if stats is None:
        stats = known[name] = ItemStats()
    interest_stats.add(cfg, stats, label, 1.0, at_ms)


def _case(row: Row, p: float) -> Case:
    """Return a row as residual learners see it; p is the head's."""
    return Case(row.user, row.item, row.creator, row.topics, row.at_ms, math.log(p / (1.0 - p)))


def _tastes(row: Row) -> tuple[str, ...]:
    """Return what a user can come to like about a row: its topics and its creator."""
    return (*row.topics, f"@{row.creator}") if row.creator else row.topics
