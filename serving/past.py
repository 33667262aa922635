"""A person's interests over time, from what is served."""

from collections.abc import Sequence

from schemas.served_interests import InterestRecord, PastRecord
from serving.interests import interests_of

MOST_TOPICS = 8


def points_of(now: InterestRecord, past: Sequence[PastRecord]) -> list[PastRecord]:
    """Return earlier points and the present one, oldest first."""
    found = interests_of("", now, MOST_TOPICS)
    last = PastRecord(
        as_of_ms=now.as_of_ms,
        liked=found.liked,
        labels=found.labels,
        topics=tuple(one.topic for one in found.topics),
        slow=tuple(round(one.slow, 4) for one in found.topics),
        fast=tuple(round(one.fast, 4) for one in found.topics),
    )
    return [*(one for one in past if one.as_of_ms < now.as_of_ms), last]


def leading(points: Sequence[PastRecord], most: int) -> list[str]:
    """Return the topics with the largest shares over all points, strongest first; names break ties."""
    mass: dict[str, float] = {}
    for point in points:
        for topic, slow, fast in zip(point.topics, point.slow, point.fast, strict=True):
            mass[topic] = mass.get(topic, 0.0) + slow + fast
    return sorted(mass, key=lambda topic: (-mass[topic], topic))[:most]
