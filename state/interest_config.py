"""What the interest model may be told: few numbers, each with its unit, range and reason."""

from dataclasses import dataclass
from typing import Final

from state.burst_config import DAY_MS

MAX_TOPICS: Final = 1024
MAX_RECENT: Final = 255
MAX_VARIANCE: Final = 100.0


class InterestConfigError(ValueError):
    """One or more settings are out of range; the message lists all of them."""


@dataclass(frozen=True, slots=True)
class InterestConfig:
    """Settings of the interest model. One set of defaults is meant for every kind of stream.

    What a user did fades with the user's own events and with time, whichever is faster: a busy evening
    and a week away both count.

    Attributes:
        long_events: Events of a user after which the slow memory keeps 1/e.
        long_half_life_ms: Time after which the slow memory keeps half.
        short_events: The same for the fast memory.
        short_half_life_ms: The same for the fast memory.
        item_half_life_ms: Time after which the counts of an item, creator or topic keep half.
        item_short_half_life_ms: The same for their fast counts.
        prior_events: Events that a rate starts with, at the rate expected without them.
        short_prior_events: The same for rates of the fast memory.
        base_events: Labels after which the overall rate keeps 1/e.
        max_topics: Topics kept for a user; the one with the least slow mass leaves.
        recent_items: Newest liked items that are remembered one by one.
        head_variance: Variance of the head's weights around where they start, before any label.
        head_drift: Share of that variance that each label adds again, so that the head never stops learning.
    """

    long_events: float = 100.0
    long_half_life_ms: float = 60.0 * DAY_MS
    short_events: float = 4.5
    short_half_life_ms: float = 1.0 * DAY_MS
    item_half_life_ms: float = 365.0 * DAY_MS
    item_short_half_life_ms: float = 1.0 * DAY_MS
    prior_events: float = 5.0
    short_prior_events: float = 2.0
    base_events: float = 10_000.0
    max_topics: int = 64
    recent_items: int = 16
    head_variance: float = 0.03
    head_drift: float = 1e-5

    def __post_init__(self) -> None:
        """Report every setting that is out of range at once.

        Raises:
            InterestConfigError: With one line per setting: what was found and what is allowed.
        """
        positive = (
            "long_events", "long_half_life_ms", "short_events", "short_half_life_ms", "item_half_life_ms",
            "item_short_half_life_ms", "prior_events", "short_prior_events", "base_events",
        )  # fmt: skip
        problems = [
            f"{name} = {getattr(self, name)!r}: expected above 0"
            for name in positive
            if not getattr(self, name) > 0
        ]
        if not 1 <= self.max_topics <= MAX_TOPICS:
            problems.append(f"max_topics = {self.max_topics!r}: expected 1 to {MAX_TOPICS}")
        if not 0 <= self.recent_items <= MAX_RECENT:
            problems.append(f"recent_items = {self.recent_items!r}: expected 0 to {MAX_RECENT}")
        if not 0 < self.head_variance <= MAX_VARIANCE:
            problems.append(
                f"head_variance = {self.head_variance!r}: expected above 0, at most {MAX_VARIANCE}"
            )
        if not 0 <= self.head_drift <= 1:
            problems.append(f"head_drift = {self.head_drift!r}: expected 0 to 1")
        if problems:
            raise InterestConfigError("interest settings:\n  " + "\n  ".join(problems))
