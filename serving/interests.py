"""What readers see of interests: a person's topics with the counts behind each."""

from dataclasses import dataclass

import numpy as np

from schemas.served_interests import COUNTS, InterestRecord


@dataclass(frozen=True, slots=True)
class Interest:
    """One topic of a person at a moment.

    Attributes:
        topic: Its name; a creator's starts with an @.
        slow: Share of the person's liking of the last weeks, 0 to 1. A deed with several topics counts for
            each, so shares may add to more than 1.
        fast: The same of the last hours and deeds.
        liked: Positive labels of the last weeks, faded.
        labels: All labels of the last weeks, faded.
        lift: How many times as often as on average this person likes what has the topic.
    """

    topic: str
    slow: float
    fast: float
    liked: float
    labels: float
    lift: float


@dataclass(frozen=True, slots=True)
class Interests:
    """A person's interests at a moment, strongest first.

    Attributes:
        user: Who.
        as_of_ms: Event time of the newest change.
        events: Labels so far.
        liked: Positive labels of the last weeks, faded.
        labels: All labels of the last weeks, faded.
        topics: Slow and fast together, strongest first.
    """

    user: str
    as_of_ms: int
    events: float
    liked: float
    labels: float
    topics: tuple[Interest, ...]


def interests_of(user: str, record: InterestRecord, limit: int, at_ms: int | None = None) -> Interests:
    """Return the strongest topics of a person.

    Args:
        user: Who.
        record: As served.
        limit: Topics at most.
        at_ms: As of which event time; the newest change by default.
    """
    age_ms = max(0, (record.as_of_ms if at_ms is None else at_ms) - record.as_of_ms)
    slow = 0.5 ** (age_ms / record.slow_half_life_ms)
    fast = 0.5 ** (age_ms / record.fast_half_life_ms)
    faded = np.array([slow, slow, fast, fast, slow])
    total = np.maximum(np.frombuffer(record.total, "<f4") * faded, 0.0).tolist()
    counts = np.maximum(np.frombuffer(record.counts, "<f4").reshape(-1, COUNTS) * faded, 0.0).tolist()
    own = total[0] / max(total[1], 1e-9)
    found = [
        Interest(
            topic=topic,
            slow=row[0] / max(total[0], 1e-9),
            fast=row[2] / max(total[2], 1e-9),
            liked=row[0],
            labels=row[1],
            lift=row[0] / max(row[1], 1e-9) / max(own, 1e-9),
        )
        for topic, row in zip(record.topics, counts, strict=True)
    ]
    found.sort(key=lambda one: (-(one.slow + one.fast), one.topic))
    return Interests(user, record.as_of_ms, record.events, total[0], total[1], tuple(found[:limit]))
