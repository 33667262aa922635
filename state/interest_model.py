"""How likely a user is to like an item, learned from each label as it comes: the calls and their order.

For one impression, in this order:

1. ``scored = predict(cfg, head, user, about, at_ms)`` when the item is shown. Keep ``scored`` (``pack``,
   8 bytes a feature) with the impression until its label is known. Nothing is changed.
2. When the label comes, or the wait is over (then 0):
   ``receipt = learn(cfg, head, user, about.topics, scored, label=.., weight=.., at_ms=..)``. Head and user
   are changed. Elsewhere ``interest_stats.add(cfg, stats, weight x label, weight, at_ms)`` counts the item,
   its creator and its topics; those counts may arrive whole panes later.
3. A positive that comes after its negative was learned: ``receipt = flip(cfg, head, user, topics, scored,
   receipt)``; counts of items: ``add(cfg, stats, weight, 0, at_ms)``.
4. An undo of what was learned as positive: ``undo(cfg, user, topics, receipt)``; counts of items: ``add(cfg,
   stats, -weight, -weight, at_ms)``. The head keeps what it learned: who undoes did like it once.

What a user does without an impression (a follow, an old history) is ``observe``: the user's counts learn,
the head does not.

The caller keeps one ``UserState`` a user, one ``HeadState`` a subtask, ``ItemStats`` by item, creator and
topic. Duplicates are the caller's matter. All are plain values with codecs; results do not depend on when
they are stored and read back.
"""

import struct
from collections.abc import Sequence
from typing import Final, NamedTuple

from state import interest_head, interest_step, interest_user
from state.interest_config import InterestConfig
from state.interest_features import FEATURES, Features, View, features, item_prob, view
from state.interest_head import HeadState
from state.interest_stats import ItemStats
from state.interest_step import Step, step_towards
from state.interest_user import WIDTH, Receipt, UserState, observe, scales

_PACKED: Final = struct.Struct(f"<{1 + len(FEATURES)}d")


class About(NamedTuple):
    """What is known of an item at the moment of a prediction; everything may be unknown.

    Attributes:
        topics: Labels of the item as counted for the user: tags, genre, category, "@creator".
        item: Counts of the item.
        creator: Counts of its creator.
        topic_stats: Counts of its topics over all users.
        item_id: To know it again; empty = unknown.
    """

    topics: Sequence[str] = ()
    item: ItemStats | None = None
    creator: ItemStats | None = None
    topic_stats: Sequence[ItemStats | None] = ()
    item_id: str = ""


class Scored(NamedTuple):
    """A prediction and what it was made of.

    Attributes:
        p: Probability of a positive label, in (0, 1).
        features: In the order of FEATURES.
    """

    p: float
    features: Features


class Interest(NamedTuple):
    """One topic of a user, for reading.

    Attributes:
        topic: Its name.
        slow: Decayed positives of weeks, as a share of the user's.
        fast: Decayed positives of the last hours and events, as a share of the user's.
        events: Decayed labels, slow.
    """

    topic: str
    slow: float
    fast: float
    events: float


def predict(cfg: InterestConfig, head: HeadState, user: UserState | None, about: About, at_ms: int) -> Scored:
    """Return how likely a user likes an item at a moment. Changes nothing; about 5 us."""
    return predict_seen(head, view(cfg, interest_head.base_prob(head), user, at_ms), about)


def predict_seen(head: HeadState, seen: View, about: About) -> Scored:
    """Return the same for a user that was looked at once for many candidates. About 4 us."""
    topics, item, creator, topic_stats, item_id = about
    values = features(seen, item, creator, topic_stats, topics, item_id)
    return Scored(interest_head.prob(head, values), values)


def learn(
    cfg: InterestConfig,
    head: HeadState,
    user: UserState,
    topics: Sequence[str],
    scored: Scored,
    *,
    label: int,
    at_ms: int,
    weight: float = 1.0,
    step: float = 1.0,
    item: str = "",
    head_step: Step | None = step_towards,
) -> Receipt:
    """Learn a label: head and user. About 11 us.

    Args:
        cfg: Settings.
        head: Changed in place.
        user: Changed in place.
        topics: As in ``About``.
        scored: What ``predict`` returned when the item was shown.
        label: 1 or 0.
        at_ms: Time of the impression, UTC.
        weight: How much the label moves what is known of the user, above 0. The head takes whole steps.
        step: How much of an event of the user this is; rows of one slate share one.
        item: As ``About.item_id``.
        head_step: Who moves the head's weights, see `interest_step.learn`; None = the label is no lesson for
            the head, which stays as it is.
    """
    if head_step is not None:
        interest_step.learn(cfg, head, scored.features, label, head_step)
    return observe(
        cfg,
        user,
        topics,
        at_ms,
        pos=weight * label,
        n=weight,
        residual=weight * (label - item_prob(scored.features)),
        step=step,
        item=item,
    )


def flip(
    cfg: InterestConfig,
    head: HeadState,
    user: UserState,
    topics: Sequence[str],
    scored: Scored,
    receipt: Receipt,
    item: str = "",
) -> Receipt:
    """Make a learned negative a positive, in head and user, and return the new receipt. About 7 us."""
    interest_step.flip(cfg, head, scored.features)
    return interest_user.turn(cfg, user, topics, receipt, item)


def undo(
    cfg: InterestConfig, user: UserState, topics: Sequence[str], receipt: Receipt, item: str = ""
) -> None:
    """Take back what is left of a learned or observed event from the user's counts. About 2 us."""
    interest_user.unobserve(cfg, user, topics, receipt, item)


def top_topics(cfg: InterestConfig, user: UserState, at_ms: int, limit: int = 10) -> list[Interest]:
    """Return a user's topics with the most liking, slow and fast together, best first. O(topics)."""
    slow, fast = scales(cfg, user, at_ms)
    whole = max(user.total[0] * slow, 1e-9)
    whole_fast = max(user.total[2] * fast, 1e-9)
    found = [
        Interest(
            topic=name,
            slow=max(user.rows[at * WIDTH] * slow, 0.0) / whole,
            fast=max(user.rows[at * WIDTH + 2] * fast, 0.0) / whole_fast,
            events=max(user.rows[at * WIDTH + 1] * slow, 0.0),
        )
        for at, name in enumerate(user.names)
    ]
    found.sort(key=lambda one: (-(one.slow + one.fast), one.topic))
    return found[:limit]


def pack(scored: Scored) -> bytes:
    """Return a prediction as bytes of a fixed length, to be kept until its label comes."""
    return _PACKED.pack(scored.p, *scored.features)


def unpack(raw: bytes) -> Scored:
    """Return what `pack` packed, bit for bit.

    Raises:
        struct.error: Another length.
    """
    p, *values = _PACKED.unpack(raw)
    return Scored(p, tuple(values))
