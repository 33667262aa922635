"""Values of rows made into values of fields. JSON gives typed values, CSV only text: both are accepted.

A value that cannot be converted raises `BadValueError`; a value that says nothing (None, empty text) is None.
"""

import math
import re
from datetime import datetime, timezone

MAX_TIME_MS = 253_402_300_800_000  # the year 10000: later times are a wrong unit
_INT64 = 2**63
_MS_PER_DAY = 86_400_000
_DETAIL_CHARS = 80

_LANGUAGE = re.compile(r"[a-z]{2,8}(-[a-z0-9]{1,8})*")
_REGION = re.compile(r"[A-Z]{2}")
_ISO_FRACTION = re.compile(r"\.(\d+)")
_TRUE = frozenset({"true", "1", "yes", "t", "y"})
_FALSE = frozenset({"false", "0", "no", "f", "n"})
_PER_MS = {"s": 1000.0, "ms": 1.0, "us": 0.001}


class BadValueError(ValueError):
    """A value does not fit; `expected` is fit for counting, `detail` says what was found."""

    def __init__(self, expected: str, found: object) -> None:
        self.expected = expected
        self.detail = _short(found)
        super().__init__(f"expected {expected}, found {self.detail}")


def _short(found: object) -> str:
    text = ascii(found)
    return text if len(text) <= _DETAIL_CHARS else f"{text[:_DETAIL_CHARS]}..."


def to_text(value: object) -> str | None:
    """Text of a string, number or truth value; None when it says nothing."""
    if isinstance(value, str):
        # Text from a file read with surrogateescape, or from Python, may hold what UTF-8 cannot.
        if not value.isascii() and not _encodable(value):
            raise BadValueError("valid UTF-8 text", value)
        return value or None
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and -_INT64 <= value < 2 * _INT64:
        return str(value)
    if isinstance(value, float) and math.isfinite(value):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    raise BadValueError("text or a number", value)


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def to_int(value: object, bits: int = 64) -> int | None:
    """Signed whole number of so many bits; None when there is no value."""
    if value is None or value == "":
        return None
    number: int | None = None
    if isinstance(value, int) and not isinstance(value, bool):
        number = value
    elif isinstance(value, float) and value.is_integer():
        number = int(value)
    elif isinstance(value, str):
        number = _int_of(value)
    if number is None or not -(1 << (bits - 1)) <= number < 1 << (bits - 1):
        raise BadValueError(f"a whole number of {bits} bits", value)
    return number


def _int_of(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:  # also more than 4300 digits
        pass
    try:
        number = float(text)
    except ValueError:
        return None
    return int(number) if number.is_integer() else None  # "12.0", "4.1e6"; not "nan"


def to_float(value: object) -> float | None:
    """Finite number; None when there is no value."""
    if value is None or value == "":
        return None
    if isinstance(value, (int, float, str)) and not isinstance(value, bool):
        try:
            number = float(value)
        except (ValueError, OverflowError):
            number = math.nan
        if math.isfinite(number):
            return number
    raise BadValueError("a finite number", value)


def to_bool(value: object) -> bool | None:
    """Truth value, from true/false, 1/0, yes/no in any case; None when there is no value."""
    if isinstance(value, bool):
        return value
    if value is None or value == "":
        return None
    word = str(value).casefold() if isinstance(value, (str, int)) else ""
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise BadValueError("true or false", value)


def to_language(value: object) -> str | None:
    """Language tag in lower case; None when the value is not shaped like one (unknown, not refused)."""
    text = to_text(value)
    if text is None:
        return None
    text = text.strip().replace("_", "-").lower() if text.isascii() else ""
    return text if _LANGUAGE.fullmatch(text) else None


def to_region(value: object) -> str | None:
    """Two capital letters; None when the value is not shaped like that (unknown, not refused)."""
    text = to_text(value)
    if text is None:
        return None
    text = text.strip().upper() if text.isascii() else ""
    return text if _REGION.fullmatch(text) else None


def to_ms(value: object, unit: str, pattern: str = "") -> int | None:
    """Milliseconds since 1970, UTC, from 0 to the year 9999; None when there is no value.

    Args:
        value: Number or text.
        unit: s, ms, us, iso or strptime.
        pattern: For strptime. Without an offset in the text, UTC is assumed; same for iso.
    """
    if value is None or value == "":
        return None
    if unit == "iso":
        ms = _iso_ms(value)
    elif unit == "strptime":
        ms = _strptime_ms(value, pattern)
    elif unit == "ms" and type(value) is int:
        ms = value
    else:
        number = to_float(value)
        ms = None if number is None else math.floor(number * _PER_MS[unit] + 1e-6)
    if ms is None or not 0 <= ms < MAX_TIME_MS:
        raise BadValueError(f"a time in {unit} between 1970 and 9999", value)
    return ms


def _iso_ms(value: object) -> int | None:
    if not isinstance(value, str):
        return None
    text = value[:-1] + "+00:00" if value[-1:] in "Zz" else value
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        # Python 3.10 takes only 3 or 6 digits of a second; 9 digits are common in logs.
        padded = _ISO_FRACTION.sub(lambda found: f".{found[1][:6]:0<6}", text, count=1)
        try:
            when = datetime.fromisoformat(padded)
        except ValueError:
            return None
    return _utc_ms(when)


def _strptime_ms(value: object, pattern: str) -> int | None:
    try:
        when = datetime.strptime(str(value), pattern)  # noqa: DTZ007 - _utc_ms adds the zone
    except (ValueError, OverflowError):
        return None
    return _utc_ms(when)


def _utc_ms(when: datetime) -> int | None:
    if when.tzinfo is None:
        when = when.replace(tzinfo=timezone.utc)
    try:
        return round(when.timestamp() * 1000)
    except (OverflowError, ValueError):
        return None


def age_days(value: object, unit: str, now_ms: int) -> int | None:
    """Whole days from an account's start to an event; never below 0.

    Args:
        value: The age itself (unit days), or the moment or year in which the account started.
        unit: days, year, s, ms, us or iso. A year counts from its middle, which is the least wrong guess.
        now_ms: Event time.
    """
    if unit == "days":
        return to_int(value, 32)
    if unit == "year":
        year = to_int(value)
        if year is None:
            return None
        if not 1970 <= year <= 9999:  # noqa: PLR2004 - the bounds of to_ms
            raise BadValueError("a year between 1970 and 9999", value)
        start_ms: int | None = round(datetime(year, 7, 1, tzinfo=timezone.utc).timestamp()) * 1000
    else:
        start_ms = to_ms(value, unit)
    return None if start_ms is None else max(0, (now_ms - start_ms) // _MS_PER_DAY)
