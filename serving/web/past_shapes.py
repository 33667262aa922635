"""What a person's interests over time look like."""

import msgspec


class PastTopic(msgspec.Struct, frozen=True, kw_only=True):
    """One topic at one moment.

    Attributes:
        topic: Its name; a creator's starts with an @.
        slow: Share of the person's liking of the last weeks, 0 to 1.
        fast: The same of the last hours and deeds.
    """

    topic: str
    slow: float
    fast: float


class PastInterests(msgspec.Struct, frozen=True, kw_only=True):
    """What a person liked at a moment.

    Attributes:
        as_of_ms: Event time of the newest label it knows.
        liked: Positive labels of the last weeks, faded.
        labels: All labels of the last weeks, faded.
        topics: At most eight, strongest first.
    """

    as_of_ms: int
    liked: float
    labels: float
    topics: tuple[PastTopic, ...]


class InterestHistory(msgspec.Struct, frozen=True, kw_only=True):
    """Interests over time: the end of each of the last 48 hours with a label, and now.

    Attributes:
        as_of_ms: Event time of the newest change.
        points: Oldest first.
    """

    as_of_ms: int
    points: tuple[PastInterests, ...]
