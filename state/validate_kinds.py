"""The kinds of rules a record must obey: each judges one plain record and whole columns alike.

The two forms stand side by side so that they cannot drift apart unseen; a property test compares them.
A field that is missing or null is not judged here: it has its default.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Protocol

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_FAR_MS = 2**62  # record timestamps are clipped here, so that adding a limit cannot overflow


class RecordColumns(Protocol):
    """What the rules ask of a decoded batch; one value per record unless said otherwise."""

    n: int
    ok: Bools
    names: frozenset[str]

    def ints(self, name: str) -> Ints:
        """Return whole numbers; 0 where absent."""

    def floats(self, name: str) -> Floats:
        """Return numbers; 0 where absent."""

    def symbols(self, name: str) -> Ints:
        """Return indexes of an enum; 0 is the symbol "unknown"."""

    def present(self, name: str) -> Bools:
        """Return where a nullable field has a value."""

    def spans(self, name: str) -> tuple[Ints, Ints]:
        """Return (starts, lengths in bytes) of texts."""

    def codes(self, name: str) -> tuple[Ints, list[str]]:
        """Return a code per record and the distinct texts."""

    def longer_than(self, name: str, limit_chars: int) -> Bools:
        """Return which texts have more characters than the limit."""

    def items(self, name: str) -> tuple[Ints, Ints, Ints]:
        """Return (record, start, length in bytes) of each item of an array."""

    def items_longer_than(self, name: str, limit_chars: int) -> tuple[Ints, Bools]:
        """Return (record, has more characters than the limit) of each item of an array."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How far event time may lie from the timestamp of the Kafka record that carries it, milliseconds."""

    max_age_ms: int = 30 * 86_400_000
    max_ahead_ms: int = 5 * 60_000


class Rule(Protocol):
    """One thing that a record must obey."""

    @property
    def field(self) -> str:
        """Return the name of the field, `array.field` for a field of an array's items."""

    @property
    def text(self) -> str:
        """Return what is expected, as a sentence that names the field."""

    def refuses(self, value: object) -> bool:
        """Judge one plain value that is neither missing nor null."""

    def refuses_rows(self, columns: RecordColumns) -> Bools:
        """Judge the field of every record."""


def _is_text(value: object, least: int, most: int) -> bool:
    return isinstance(value, str) and least <= len(value) <= most


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _span(least: int, most: int) -> str:
    return f"{least} to {most:,}" if least else f"at most {most:,}"


@dataclass(frozen=True, slots=True)
class Text:
    """A text with a number of characters (code points) in a range."""

    field: str
    least: int
    most: int

    @property
    def text(self) -> str:
        """What is expected."""
        return f"{self.field} must have {_span(self.least, self.most)} characters"

    def refuses(self, value: object) -> bool:
        """Judge one value."""
        return not _is_text(value, self.least, self.most)

    def refuses_rows(self, columns: RecordColumns) -> Bools:
        """Judge all rows; only texts with more bytes than the limit are counted in characters."""
        out = columns.longer_than(self.field, self.most)
        # Every character is at least one byte, so for a least of 1 bytes are as good.
        return out | (columns.spans(self.field)[1] < self.least) if self.least else out


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number with a lower limit."""

    field: str
    least: int

    @property
    def text(self) -> str:
        """What is expected."""
        return f"{self.field} must be {self.least} or more"

    def refuses(self, value: object) -> bool:
        """Judge one value."""
        return not (_is_whole(value) and isinstance(value, int) and value >= self.least)

    def refuses_rows(self, columns: RecordColumns) -> Bools:
        """Judge all rows."""
        return (columns.ints(self.field) < self.least) & columns.present(self.field)


@dataclass(frozen=True, slots=True)
class Real:
    """A finite number in a range; the lower end may be open."""

    field: str
    low: float
    high: float = inf
    open_low: bool = False

    @property
    def text(self) -> str:
        """What is expected."""
        low = f"more than {self.low:g}" if self.open_low else f"{self.low:g} or more"
        return f"{self.field} must be {low} and {'finite' if self.high == inf else f'at most {self.high:g}'}"

    def refuses(self, value: object) -> bool:
        """Judge one value; a whole number is a number."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            return True
        above = value > self.low if self.open_low else value >= self.low
        return not (above and value <= self.high and value != inf)

    def refuses_rows(self, columns: RecordColumns) -> Bools:
        """Judge all rows; comparisons with NaN are false, so NaN is refused."""
        values = columns.floats(self.field)
        above: Bools = values > self.low if self.open_low else values >= self.low
        below: Bools = (values <= self.high) & (values != inf)
        return ~(above & below) & columns.present(self.field)


@dataclass(frozen=True, slots=True)
class Known:
    """An enum that names something: not "unknown", which is what an old reader makes of a new symbol."""

    field: str

    @property
    def text(self) -> str:
        """What is expected."""
        return f"{self.field} must not be unknown"

    def refuses(self, value: object) -> bool:
        """Judge one value. Whether the symbol exists is the codec's business."""
        return not isinstance(value, str) or value in {"", "unknown"}

    def refuses_rows(self, columns: RecordColumns) -> Bools:
        """Judge all rows."""
        out: Bools = columns.symbols(self.field) == 0
        return out


@dataclass(frozen=True, slots=True)
class Among:
    """A text that is one of a few."""

    field: str
    choices: tuple[str, ...]

    @property
    def text(self) -> str:
        """What is expected."""
        return f"{self.field} must be one of {', '.join(self.choices)}"

    def refuses(self, value: object) -> bool:
        """Judge one value."""
        return value not in self.choices

    def refuses_rows(self, columns: RecordColumns) -> Bools:
        """Judge all rows: each distinct text once."""
        codes, texts = columns.codes(self.field)
        wrong: Bools = np.array([text not in self.choices for text in texts], np.bool_)
        return wrong[codes] & columns.ok


@dataclass(frozen=True, slots=True)
class Count:
    """An array with a limited number of items. `inner` is any field of an item that is a record."""

    field: str
    most: int
    inner: str = ""

    @property
    def text(self) -> str:
        """What is expected."""
        return f"{self.field} must have at most {self.most} items"

    def refuses(self, value: object) -> bool:
        """Judge one value."""
        return not isinstance(value, Sequence) or isinstance(value, str) or len(value) > self.most

    def refuses_rows(self, columns: RecordColumns) -> Bools:
        """Judge all rows."""
        rows = columns.items(f"{self.field}.{self.inner}" if self.inner else self.field)[0]
        return np.bincount(rows, minlength=columns.n) > self.most


@dataclass(frozen=True, slots=True)
class Each:
    """An array whose items are texts with a number of characters in a range."""

    array: str
    least: int
    most: int
    inner: str = ""

    @property
    def field(self) -> str:
        """Name of the field."""
        return self.array

    @property
    def text(self) -> str:
        """What is expected."""
        name = f"{self.array}.{self.inner}" if self.inner else self.array
        return f"each of {name} must have {_span(self.least, self.most)} characters"

    def refuses(self, value: object) -> bool:
        """Judge one value."""
        if not isinstance(value, Sequence):
            return True
        texts = [item.get(self.inner) if isinstance(item, Mapping) else item for item in value]
        return not all(_is_text(text, self.least, self.most) for text in texts)

    def refuses_rows(self, columns: RecordColumns) -> Bools:
        """Judge all rows: a record is refused with its first such item."""
        name = f"{self.array}.{self.inner}" if self.inner else self.array
        rows, wrong = columns.items_longer_than(name, self.most)
        if self.least:
            wrong |= columns.items(name)[2] < self.least
        out = np.zeros(columns.n, np.bool_)
        out[rows[wrong]] = True
        return out


def too_old(source_ms: Ints, record_ms: Ints, limits: Limits) -> Bools:
    """Which event times lie too far before the timestamps of their records."""
    return source_ms < np.clip(record_ms, -_FAR_MS, _FAR_MS) - limits.max_age_ms


def too_new(source_ms: Ints, record_ms: Ints, limits: Limits) -> Bools:
    """Which event times lie too far after the timestamps of their records."""
    return source_ms > np.clip(record_ms, -_FAR_MS, _FAR_MS) + limits.max_ahead_ms
