"""Which topics people may be shown: those that a person allowed, and those that earned trust.

A topic is pending until a person allows it. A request for review is made only when it stands among the first
places. A topic that was shown and faded without a denial, several times, is trusted: it is shown without a
further review until that trust is old, a denial ends it, or the evidence of a moment is suspicious.

Source: review of trends before display, Mastodon ``Trends::Base``; trust by clean ends is ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from schemas.served import TrendRecord
from state.list_config import ListConfig
from state.moderation import ALLOWED
from state.shard_correction import DENIED, WITHDRAWN

TRUSTED, PENDING = "trusted", "pending"


@dataclass(slots=True)
class Review:
    """What is remembered of a topic.

    Attributes:
        asked_ms: When a review was last asked for; 0 = never.
        clean: How often it was shown to people and ended without a fault, since the last fault.
        clean_ms: When it last did.
        shown: It is shown to people now.
        touched_ms: When any of this changed: the oldest are forgotten first.
    """

    asked_ms: int = 0
    clean: int = 0
    clean_ms: int = 0
    shown: bool = False
    touched_ms: int = 0


def verdict(cfg: ListConfig, record: TrendRecord, review: Review | None, at_ms: int) -> str:
    """Return allowed, trusted or pending."""
    if record.review == ALLOWED:
        return ALLOWED
    if review is None or record.flags:
        return PENDING
    lasting = at_ms - review.clean_ms <= cfg.trust_ms
    return TRUSTED if review.clean >= cfg.trust_after and lasting else PENDING


def must_ask(cfg: ListConfig, position: int, review: Review | None, at_ms: int) -> bool:
    """Return whether people have to look at a pending topic now."""
    if position > cfg.review_places:
        return False
    asked_ms = review.asked_ms if review else 0
    return not asked_ms or at_ms - asked_ms >= cfg.review_again_ms


def shown_now(
    reviews: dict[str, Review], shown: Mapping[str, str], gone: Mapping[str, TrendRecord], at_ms: int
) -> None:
    """Take into account who is shown now and who no longer is. In place, O(remembered).

    Args:
        reviews: What is remembered.
        shown: Topics with a place that people see.
        gone: Last records of topics that a correction took out of the list.
        at_ms: The moment.
    """
    for topic in shown:
        review = reviews.setdefault(topic, Review())
        if not review.shown:
            review.shown, review.touched_ms = True, at_ms
    for topic, review in reviews.items():
        fault = gone[topic].reasons if topic in gone else ()
        if DENIED in fault:
            review.clean, review.shown, review.touched_ms = 0, False, at_ms
        elif review.shown and topic not in shown:
            review.shown, review.touched_ms = False, at_ms
            if WITHDRAWN not in fault:
                review.clean, review.clean_ms = review.clean + 1, at_ms


def forget(reviews: dict[str, Review], most: int) -> None:
    """Keep the ``most`` newest. In place."""
    if len(reviews) <= most:
        return
    oldest = sorted(reviews, key=lambda topic: (reviews[topic].touched_ms, topic))
    for topic in oldest[: len(reviews) - most]:
        del reviews[topic]
