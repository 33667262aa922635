"""Rows of JSONL, CSV and TSV, one at a time; a line that is not a row is reported, never fatal."""

import csv
from collections.abc import Iterator
from typing import BinaryIO, TypeAlias

import msgspec

from producers.errors import ConfigError
from producers.mapping.spec import InputSpec, Mapping, Path, paths_of
from producers.sources.lines import Malformed, iter_lines

RawRow: TypeAlias = tuple[int, bytes, object]  # line number, bytes, decoded row
_DETAIL_CHARS = 120


def _jsonl(stream: BinaryIO) -> Iterator[RawRow | Malformed]:
    decode = msgspec.json.Decoder().decode
    for item in iter_lines(stream):
        if isinstance(item, Malformed):
            yield item
            continue
        number, line = item
        try:
            row: object = decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            yield Malformed(number, "not JSON", str(error)[:_DETAIL_CHARS])
            continue
        if isinstance(row, dict):
            yield number, line, row
        else:
            yield Malformed(number, "expected a JSON object", f"found {type(row).__name__}")


class _Text:
    """Feeds the csv module, which takes only text, and keeps what could not be given to it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.line = 0
        self.malformed: list[Malformed] = []

    def __iter__(self) -> Iterator[str]:
        for item in iter_lines(self._stream, empty=True):
            if isinstance(item, Malformed):
                self.malformed.append(item)
                continue
            self.line = item[0]
            # Bytes that are not UTF-8 come through as surrogates; the mapping refuses them field by field.
            yield item[1].decode("utf-8", "surrogateescape") + "\n"

    def take_malformed(self) -> list[Malformed]:
        """Lines left out since the last call."""
        taken, self.malformed = self.malformed, []
        return taken


def _cells(text: _Text, spec: InputSpec) -> Iterator[tuple[int, list[str]] | Malformed]:
    # TSV has no quoting: a quote is a character like any other.
    if spec.format == "tsv":
        reader = csv.reader(iter(text), delimiter="\t", quoting=csv.QUOTE_NONE)
    else:
        reader = csv.reader(iter(text), delimiter=spec.delimiter, strict=True)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            yield Malformed(text.line, f"not {spec.format.upper()}", str(error))
            continue
        yield from text.take_malformed()
        if cells:
            yield text.line, cells
    yield from text.take_malformed()


def _table(stream: BinaryIO, mapping: Mapping) -> Iterator[RawRow | Malformed]:
    columns: tuple[str, ...] | None = mapping.input.columns
    if columns is not None:
        _check_columns(mapping, columns)
    for item in _cells(_Text(stream), mapping.input):
        if isinstance(item, Malformed):
            yield item
            continue
        line, cells = item
        if columns is None:
            columns = tuple(cells)
            _check_columns(mapping, columns)
        elif len(cells) != len(columns):
            yield Malformed(line, f"expected {len(columns)} cells", f"found {len(cells)}")
        else:
            raw = "\x1f".join(cells).encode("utf-8", "surrogateescape")
            yield line, raw, dict(zip(columns, cells, strict=True))


def _check_columns(mapping: Mapping, columns: tuple[str, ...]) -> None:
    def name(path: Path) -> str:
        return r"\.".join(path) if len(path) > 1 else path[0]

    unknown = sorted({name(path) for path in paths_of(mapping) if len(path) > 1 or path[0] not in columns})
    if unknown:
        raise ConfigError(
            f"mapping {mapping.name} asks for {', '.join(unknown)}; "
            f"the file has the columns {', '.join(columns)}. "
            r"A dot in a column's name is written \."
        )


def iter_rows(stream: BinaryIO, mapping: Mapping) -> Iterator[RawRow | Malformed]:
    """Read rows as the mapping's `[input]` says.

    Raises:
        ConfigError: A CSV or TSV file has not the columns that the mapping asks for.
    """
    return _jsonl(stream) if mapping.input.format == "jsonl" else _table(stream, mapping)
