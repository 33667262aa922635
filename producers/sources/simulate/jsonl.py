"""The simulated events as JSON lines: one object a record, for programs that share no code with us.

Malformed records are left out; second copies are in, because they are good records.
"""

import gzip
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cache
from itertools import repeat
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

import msgspec
import numpy as np

from producers.errors import ConfigError
from producers.sources.simulate.encode import EventColumns
from producers.sources.simulate.rows import size
from schemas.avro_plan import Field, Plan, compile_plan
from schemas.released import schema_of

if TYPE_CHECKING:
    import pyarrow as pa

_GZIP_LEVEL = 4


class JsonLines:
    """Appends records to an open file, in the order of production within each event."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self.written = 0

    def write(self, part: EventColumns) -> None:
        """Append the good records of one event's columns. About 6 us a record."""
        lines = [
            line
            for line, damage in zip(_lines(part), part.rows["damage"].tolist(), strict=True)
            if not damage
        ]
        self._out.write(b"".join(lines))
        self.written += len(lines)


@contextmanager
def open_lines(path: Path) -> Iterator[JsonLines]:
    """Open a file for writing; a name that ends in `.gz` is compressed.

    Raises:
        ConfigError: The file cannot be written.
    """
    with ExitStack() as stack:
        try:
            out: IO[bytes] = stack.enter_context(path.open("wb"))
        except OSError as error:
            raise ConfigError(f"--out {path}: {error.strerror}") from error
        if path.suffix == ".gz":
            # No name and no time in the header: the same simulation gives the same file.
            packed = gzip.GzipFile("", "wb", _GZIP_LEVEL, out, mtime=0)
            out = cast("IO[bytes]", stack.enter_context(packed))
        yield JsonLines(out)


@cache
def _plan(event: str) -> Plan:
    return compile_plan(schema_of(event))


def _lines(part: EventColumns) -> Iterator[bytes]:
    fields = _plan(part.event).fields
    names = ("event", *(field.name for field in fields))
    encode = msgspec.json.Encoder().encode
    columns = [_values(field, part.columns, size(part.rows)) for field in fields]
    for values in zip(repeat(part.event), *columns):
        yield encode(dict(zip(names, values, strict=True))) + b"\n"


def _values(field: Field, columns: Mapping[str, object], count: int) -> Iterable[object]:
    """Plain values of one field, in any of the shapes that the encoder takes."""
    column = columns.get(field.name, field.default)
    if isinstance(column, tuple):
        return _pairs(field, column)
    if field.symbols and isinstance(column, np.ndarray):
        return [field.symbols[number] for number in column.tolist()]
    if isinstance(column, np.ndarray):
        return cast("list[object]", column.tolist())
    if column is None or isinstance(column, str | bool | int | float | list):
        return repeat(column, count)
    return cast("list[object]", cast("pa.Array", column).to_pylist())


def _pairs(field: Field, column: tuple[object, object]) -> list[object]:
    first = cast("np.ndarray[tuple[int], np.dtype[np.int64]]", column[0])
    if field.nullable:
        values = cast("np.ndarray[tuple[int], np.dtype[np.generic]]", column[1])
        return [
            value if present else None for value, present in zip(values.tolist(), first.tolist(), strict=True)
        ]
    flat = _flat(column[1])
    ends = np.cumsum(first).tolist()
    return [flat[end - count : end] for end, count in zip(ends, first.tolist(), strict=True)]


def _flat(items: object) -> list[object]:
    if isinstance(items, Mapping):
        lists = [cast("pa.Array", item).to_pylist() for item in items.values()]
        return [dict(zip(items, values, strict=True)) for values in zip(*lists, strict=True)]
    return cast("list[object]", cast("pa.Array", items).to_pylist())
