"""The text rows that cross from Python into Flink's own operators, and back.

A counted row is ``pane_start (13) weight (13) events (8) key_length (3) key entries``: fixed widths, so that
SQL cuts it with SUBSTRING. The key is topic, unit separator, scope; entries are base64 and concatenate.
A refused record is ``!`` and seven fields with record separators between them.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from state.entries import ENTRY, Entries
from state.exact import Ints
from state.pane_batch import PaneRows
from state.trend_engine import KEY_SEPARATOR

PANE_AT, WEIGHT_AT, EVENTS_AT, LENGTH_AT, KEY_AT = 1, 14, 27, 35, 38  # SQL counts characters from 1
BAD_MARK = "!"
FIELD_SEPARATOR = "\x1e"
_ENTRY_CHARS = 16
WEIGHT_SHIFT = 10**12  # keeps a negative weight sum a plain 13-digit number; SQL takes it off again


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A record that could not be counted, with all that a dead letter needs."""

    topic: str
    partition: int
    offset: int
    error: str
    message: str
    schema_id: str
    value: bytes


def counted(rows: PaneRows) -> list[str]:
    """Return the text of each row. O(total bytes), no Python step per row."""
    n = len(rows.pane_start_ms)
    if not n:
        return []
    keys = _keys(rows)
    length = np.asarray(pc.utf8_length(keys)).astype(np.int64)
    head = np.empty((n, KEY_AT - 1), np.uint8)
    for at, width, values in (
        (PANE_AT, 13, rows.pane_start_ms),
        (WEIGHT_AT, 13, rows.weight_milli + WEIGHT_SHIFT),
        (EVENTS_AT, 8, rows.events),
        (LENGTH_AT, 3, length),
    ):
        _digits(head, at - 1, width, values)
    heads = _strings(np.arange(n + 1) * head.shape[1], head.tobytes())
    entries = _strings(rows.offsets * _ENTRY_CHARS, base64.b64encode(rows.entries.tobytes()))
    return pc.binary_join_element_wise(heads, keys, entries, "").to_pylist()  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class CountedRow:
    """One parsed row; ``who`` is still encoded."""

    pane_start_ms: int
    weight_milli: int
    events: int
    key: str
    who: str


def parse(text: str) -> CountedRow:
    """Read a counted row, as the job's SQL does."""
    length = int(text[LENGTH_AT - 1 : KEY_AT - 1])
    return CountedRow(
        pane_start_ms=int(text[: WEIGHT_AT - 1]),
        weight_milli=int(text[WEIGHT_AT - 1 : EVENTS_AT - 1]) - WEIGHT_SHIFT,
        events=int(text[EVENTS_AT - 1 : LENGTH_AT - 1]),
        key=text[KEY_AT - 1 : KEY_AT - 1 + length],
        who=text[KEY_AT - 1 + length :],
    )


def bad(record: BadRecord) -> str:
    """Return the text of a refused record."""
    fields = (
        record.topic,
        str(record.partition),
        str(record.offset),
        record.error,
        record.message,
        record.schema_id,
        record.value.hex(),
    )
    return BAD_MARK + FIELD_SEPARATOR.join(f.replace(FIELD_SEPARATOR, " ") for f in fields)


def entries_of(texts: Sequence[str]) -> tuple[Entries, Ints]:
    """Decode the joined entries of many panes: (entries, offsets). O(total bytes)."""
    raw = np.frombuffer(base64.b64decode("".join(texts)), ENTRY)
    sizes = np.fromiter((len(t) // _ENTRY_CHARS for t in texts), np.int64, len(texts))
    return raw, np.append(0, np.cumsum(sizes))


def _keys(rows: PaneRows) -> pa.StringArray:
    topics = pa.array(rows.topics, pa.string()).take(pa.array(rows.topic))
    scopes = pa.array(rows.scopes, pa.string()).take(pa.array(rows.scope))
    return pc.binary_join_element_wise(topics, scopes, KEY_SEPARATOR)


def _digits(out: npt.NDArray[np.uint8], at: int, width: int, values: Ints) -> None:
    """Write numbers with leading zeros into columns of a byte matrix."""
    rest = values.astype(np.int64)
    if rest.size and (int(rest.min()) < 0 or int(rest.max()) >= 10**width):
        raise ValueError(f"a number from {int(rest.min())} to {int(rest.max())} does not fit {width} digits")
    for column in range(at + width - 1, at - 1, -1):
        rest, digit = np.divmod(rest, 10)
        out[:, column] = digit + ord("0")


def _strings(offsets: Ints, data: bytes) -> pa.StringArray:
    return pa.StringArray.from_buffers(
        len(offsets) - 1, pa.py_buffer(offsets.astype(np.int32)), pa.py_buffer(data)
    )
