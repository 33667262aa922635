"""The arithmetic of a token bucket: how often somebody may ask. Pure; the script in Redis does the same."""

from dataclasses import dataclass
from math import ceil


@dataclass(frozen=True, slots=True)
class Rate:
    """How often.

    Attributes:
        per_s: Requests per second that may go on for ever.
        burst: Requests at once after a silence.
    """

    per_s: float
    burst: int


@dataclass(frozen=True, slots=True)
class Bucket:
    """What is left.

    Attributes:
        tokens: Requests that may be made at once, with fractions.
        at_ms: The moment this was so, any clock.
    """

    tokens: float
    at_ms: int


def full(rate: Rate, now_ms: int) -> Bucket:
    """Return the bucket of somebody who has not asked yet."""
    return Bucket(float(rate.burst), now_ms)


def take(rate: Rate, bucket: Bucket, now_ms: int, want: int) -> tuple[int, Bucket]:
    """Take up to ``want`` whole tokens; return how many were taken and what is left.

    A clock that went back gives nothing and takes nothing away. Between two moments no more than
    ``burst + per_s * seconds`` tokens are ever taken, however they are asked for.

        >>> take(Rate(10.0, 5), Bucket(0.0, 1_000), 1_250, 4)
        (2, Bucket(tokens=0.5, at_ms=1250))
    """
    at_ms = max(now_ms, bucket.at_ms)
    tokens = min(float(rate.burst), bucket.tokens + (at_ms - bucket.at_ms) * rate.per_s / 1000)
    taken = min(want, int(tokens))
    return taken, Bucket(tokens - taken, at_ms)


def wait_ms(rate: Rate, bucket: Bucket) -> int:
    """Return how long it takes until there is a whole token, from the bucket's moment.

    >>> wait_ms(Rate(10.0, 5), Bucket(0.5, 0)), wait_ms(Rate(10.0, 5), Bucket(2.0, 0))
    (50, 0)
    """
    return max(ceil((1 - bucket.tokens) * 1000 / rate.per_s), 0)
