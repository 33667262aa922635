"""Numbers, times and spans of time as short text for people."""

from datetime import datetime, timezone

_SECOND_MS, _MINUTE_MS, _HOUR_MS, _DAY_MS = 1_000, 60_000, 3_600_000, 86_400_000
_TEN_DAYS_MS = 10 * _DAY_MS
_TENS = 10.0
# From which value, in which unit, with a digit after the point or without. Four digits are read easily.
# Each starts where rounding would give the one before another digit.
_UNITS = (
    (999_500_000, 1e9, "G", 1),
    (99_950_000, 1e6, "M", 0),
    (999_500, 1e6, "M", 1),
    (99_950, 1e3, "k", 0),
    (9_999.5, 1e3, "k", 1),
)


def number(value: float) -> str:
    """Return a number in at most 5 characters (0 to 99 G), with one digit after the point below 10.

    >>> [number(v) for v in (0, 0.14, 7, 12.6, 1234, 23_456, 123_456, 1_200_000)]
    ['0', '0.1', '7', '13', '1234', '23.5k', '123k', '1.2M']
    """
    for start, unit, letter, digits in _UNITS:
        if abs(value) >= start:
            return f"{value / unit:.{digits}f}{letter}"
    if abs(value) < _TENS and value != int(value):
        return f"{value:.1f}"
    return f"{value:.0f}"


def span(duration_ms: int) -> str:
    """Return a span of time in at most 5 characters, up to 9,999 days.

    >>> [span(v) for v in (45_000, 300_000, 7_200_000, 7_500_000, 50 * 3_600_000, 250 * 3_600_000)]
    ['45s', '5m', '2h', '2h05', '2d02h', '10d']
    """
    if duration_ms < _MINUTE_MS:
        return f"{max(duration_ms, 0) // _SECOND_MS}s"
    if duration_ms < _HOUR_MS:
        return f"{duration_ms // _MINUTE_MS}m"
    large, small, letter, rest = _HOUR_MS, _MINUTE_MS, "h", ""
    if duration_ms >= _DAY_MS:
        large, small, letter, rest = _DAY_MS, _HOUR_MS, "d", "h"
    count = duration_ms % large // small if duration_ms < _TEN_DAYS_MS else 0
    return f"{duration_ms // large}{letter}" + (f"{count:02}{rest}" if count else "")


def long_span(duration_ms: int) -> str:
    """Return a span of time in words, to two units.

    >>> [long_span(v) for v in (1_000, 300_000, 3_600_000, 27 * 3_600_000)]
    ['1 second', '5 minutes', '1 hour', '1 day 3 hours']
    """
    units = ((_DAY_MS, "day"), (_HOUR_MS, "hour"), (_MINUTE_MS, "minute"), (_SECOND_MS, "second"))
    parts: list[str] = []
    rest_ms = max(duration_ms, 0)
    for size_ms, name in units:
        count, rest_ms = divmod(rest_ms, size_ms)
        if count:
            parts.append(counted(count, name))
        elif parts:
            break  # "1 day 3 minutes" would claim too much
    return " ".join(parts[:2]) or "0 seconds"


def counted(count: int, noun: str) -> str:
    """Return a count with its noun.

    >>> counted(1, "user"), counted(2500, "user")
    ('1 user', '2,500 users')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def moment(at_ms: int) -> str:
    """Return a moment of event time to the minute.

    >>> moment(1_442_102_400_000)
    '2015-09-13 00:00'
    """
    return _utc(at_ms).strftime("%Y-%m-%d %H:%M")


def clock(at_ms: int, seen_from_ms: int) -> str:
    """Return the time of day of a moment, with its date when that is another day than the one seen from.

    >>> clock(1_442_102_400_000, 1_442_106_000_000), clock(1_442_102_400_000, 1_442_188_800_000)
    ('00:00', '2015-09-13 00:00')
    """
    same_day = _utc(at_ms).date() == _utc(seen_from_ms).date()
    return _utc(at_ms).strftime("%H:%M") if same_day else moment(at_ms)


def _utc(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / _SECOND_MS, tz=timezone.utc)
