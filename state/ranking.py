"""Order trends by a strength that fades, without ever re-scoring.

The strength of a burst t ms after its peak is S(t) = peak x 2^(-(t - t_peak) / h). Its logarithm is
log2(peak) + t_peak / h - t / h, and the last term is the same for all: sorting by the first two gives the
order at every moment. So a sorted set keeps ``log_strength`` and nobody touches it again.

    >>> early, late = log_strength(8.0, 0, 3_600_000), log_strength(5.0, 3_600_000, 3_600_000)
    >>> early < late  # after an hour the 8 is worth 4
    True
    >>> current(early, 3_600_000, 3_600_000)
    4.0
"""

from math import log2

_ABSURD_HALF_LIVES = 1000.0


def log_strength(peak_score: float, peak_ms: int, half_life_ms: int) -> float:
    """Return log2(peak) + peak_ms / half_life_ms: the time-free rank of a burst.

    With milliseconds since 1970 and a half-life of hours this is near 1.6e5; a float64 then still tells
    strengths apart that differ by 1 part in 10^10.

    Args:
        peak_score: Strength at the peak, > 0.
        peak_ms: Event time of the peak, UTC ms.
        half_life_ms: Time in which strength halves, > 0.

    Raises:
        ValueError: Strength or half-life is not positive.
    """
    _need_positive(peak_score=peak_score, half_life_ms=half_life_ms)
    return log2(peak_score) + peak_ms / half_life_ms


def current(rank: float, now_ms: int, half_life_ms: int) -> float:
    """Return the strength at ``now_ms`` of a burst with this ``log_strength``; 0 when it underflows.

    Raises:
        ValueError: The half-life is not positive, or ``now_ms`` lies over a thousand half-lives before
            the peak (two different half-lives, or seconds for milliseconds).
    """
    _need_positive(half_life_ms=half_life_ms)
    exponent = rank - now_ms / half_life_ms
    if exponent > _ABSURD_HALF_LIVES:
        raise ValueError(
            f"rank {rank} lies {exponent:.0f} half-lives after {now_ms} ms; use the half-life of "
            "log_strength, and milliseconds"
        )
    return float(2.0**exponent)


def floor(min_strength: float, now_ms: int, half_life_ms: int) -> float:
    """Return the rank below which a burst is weaker than ``min_strength`` at ``now_ms``: trim there.

    Raises:
        ValueError: Strength or half-life is not positive.
    """
    return log_strength(min_strength, now_ms, half_life_ms)


def _need_positive(**values: float) -> None:
    """Refuse values that have no logarithm or cannot divide."""
    for name, value in values.items():
        if not value > 0:
            raise ValueError(f"{name} = {value}: expected a number above 0")
