"""What the answer about canaries looks like."""

import msgspec


class Canaries(msgspec.Struct, frozen=True, kw_only=True):
    """The newest synthetic event that came through each job (`groundswell canary` sends them).

    Attributes:
        trending_ms: Through the trending job: its event time, milliseconds UTC; null = none within a day.
        interests_ms: The same through the interests job.
    """

    trending_ms: int | None
    interests_ms: int | None
