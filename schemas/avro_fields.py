"""Read one field of all rows at once: nullable fields, enums and arrays on top of the tape's primitives.

Every function takes the positions and ends of some rows, and returns a column, the next positions, and the
bad rows or None.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from schemas.avro_plan import Field
from schemas.avro_tape import Bools, Ints, Tape, Words
from schemas.avro_walk import FIXED_BYTES, Reader, RecordError, read_raw

# After so many items or blocks, rows that still have some are finished one by one in plain Python, if few.
# One record with a million empty tags then costs its length, not a million numpy calls.
MAX_ROUNDS = 64
FEW_ROWS = 32
_INT32 = 2**31


@dataclass(slots=True)
class Spans:
    """Runs of bytes on the tape, one per row."""

    starts: Ints
    sizes: Ints
    present: Bools | None = None


@dataclass(slots=True)
class Numbers:
    """Raw values, one per row: int64 for varints, uint64 words for fixed sizes."""

    raw: Ints | Words
    present: Bools | None = None


@dataclass(slots=True)
class Items:
    """All items of an array field, ordered by row and place in the row."""

    rows: Ints
    inner: dict[str, "Spans | Numbers"]


Raw: TypeAlias = Spans | Numbers
Step: TypeAlias = tuple[Raw, Ints, "Bools | None"]


def _words(values: Ints) -> Words:
    return values.view(np.uint64)


def either(left: Bools | None, right: Bools | None) -> Bools | None:
    """Rows that are bad in one or the other."""
    if left is None or right is None:
        return right if left is None else left
    return left | right


def read_column(field: Field, tape: Tape, pos: Ints, end: Ints) -> Step:
    """Read one field that is no array."""
    return _nullable(field, tape, pos, end) if field.nullable else _plain(field, tape, pos, end)


def _plain(field: Field, tape: Tape, pos: Ints, end: Ints) -> Step:
    if field.spans:
        starts, sizes, after, bad = tape.span(pos, end)
        return Spans(starts, sizes), after, bad
    if field.kind in FIXED_BYTES:
        word, after, bad = tape.fixed(pos, end, FIXED_BYTES[field.kind])
        return Numbers(word), after, bad
    values, after, bad = tape.varint(pos, end)
    wrong: Bools | None = None
    if values.size and field.kind == "enum" and (values.min() < 0 or values.max() >= len(field.symbols)):
        wrong = (values < 0) | (values >= len(field.symbols))
    elif values.size and field.kind == "int" and (values.min() < -_INT32 or values.max() >= _INT32):
        wrong = (values < -_INT32) | (values >= _INT32)
    return Numbers(values), after, either(bad, wrong)


def _nullable(field: Field, tape: Tape, pos: Ints, end: Ints) -> Step:
    branch, after, bad = tape.varint(pos, end)
    rows = np.flatnonzero(branch)
    present = branch == 1
    if rows.size and (branch.min() < 0 or branch.max() > 1):
        bad = either(bad, (branch < 0) | (branch > 1))
        rows = np.flatnonzero(present)
    inner, inner_after, wrong = _plain(field, tape, after[rows], end[rows])
    after[rows] = inner_after
    if wrong is not None:
        bad = np.zeros(len(pos), np.bool_) if bad is None else bad
        bad[rows[wrong]] = True
    if isinstance(inner, Spans):
        starts, sizes = np.zeros(len(pos), np.int64), np.zeros(len(pos), np.int64)
        starts[rows], sizes[rows] = inner.starts, inner.sizes
        return Spans(starts, sizes, present), after, bad
    words = inner.raw.dtype == np.uint64
    raw: Ints | Words = np.zeros(len(pos), np.uint64) if words else np.zeros(len(pos), np.int64)
    raw[rows] = inner.raw
    return Numbers(raw, present), after, bad


class ArrayReader:
    """Reads one array field of all rows: one round reads the next item of every row that has one left."""

    def __init__(self, field: Field, tape: Tape, pos: Ints, end: Ints) -> None:
        self._fields = field.items
        self._field = field
        self._tape = tape
        self._pos = pos.copy()
        self._end = end
        self._bad = np.zeros(len(pos), np.bool_)
        self._seen = np.zeros(len(pos), np.int64)  # items of earlier blocks
        self._done = np.zeros(len(pos), np.bool_)
        self._blocks = self._rounds = 0
        self._rows: list[Ints] = []
        self._places: list[Ints] = []
        self._parts: dict[str, list[tuple[Ints | Words, Ints]]] = {item.name: [] for item in field.items}

    def read(self) -> tuple[Items, Ints, Bools | None]:
        """Read every block of every row."""
        rows = np.arange(len(self._pos), dtype=np.int64)
        while rows.size:
            if self._blocks >= MAX_ROUNDS and rows.size < FEW_ROWS:
                for row in rows.tolist():
                    self._finish(row, 0)
                break
            rows, left = self._block_heads(rows)
            self._block(rows, left)
            self._seen[rows] += left
            rows = rows[~(self._bad[rows] | self._done[rows])]
        return self._collect(), self._pos, self._bad if self._bad.any() else None

    def _spoil(self, rows: Ints) -> None:
        self._bad[rows] = True
        self._pos[rows] = self._tape.sink

    def _block_heads(self, rows: Ints) -> tuple[Ints, Ints]:
        """Item counts of the next block: (rows that have one, their counts)."""
        self._blocks += 1
        count, after, bad = self._tape.varint(self._pos[rows], self._end[rows])
        if count.min() < 0:
            sized = np.flatnonzero(count < 0)
            _, after[sized], wrong = self._tape.varint(after[sized], self._end[rows[sized]])
            if wrong is not None:
                bad = np.zeros(len(rows), np.bool_) if bad is None else bad
                bad[sized[wrong]] = True
            count = np.abs(count)
        self._pos[rows] = after
        wrong = (count > self._end[rows] - after) | (count < 0)  # an item takes at least one byte
        if bad is not None:
            wrong |= bad
        if wrong.any():
            self._spoil(rows[wrong])
            count[wrong] = 0
        more = count > 0
        return rows[more], count[more]

    def _block(self, rows: Ints, left: Ints) -> None:
        place = 0
        while rows.size:
            if self._rounds >= MAX_ROUNDS and rows.size < FEW_ROWS:
                for row, items in zip(rows.tolist(), (left - place).tolist(), strict=True):
                    self._seen[row] += place
                    self._finish(row, items)
                return
            self._rounds += 1
            rows, keep = self._round(rows, place)
            left = left if keep is None else left[keep]
            place += 1
            more = left > place
            rows, left = rows[more], left[more]

    def _round(self, rows: Ints, place: int) -> tuple[Ints, Bools | None]:
        pos, end = self._pos[rows], self._end[rows]
        bad: Bools | None = None
        got: list[tuple[Ints | Words, Ints]] = []
        for field in self._fields:
            raw, pos, wrong = _plain(field, self._tape, pos, end)
            if wrong is not None:  # park within this round, so that the next field stays in bounds
                pos[wrong] = self._tape.sink
                bad = either(bad, wrong)
            got.append(
                (raw.starts, raw.sizes) if isinstance(raw, Spans) else (raw.raw, raw.raw.view(np.int64))
            )
        over = pos > end
        keep: Bools | None = None
        if bad is not None or over.any():
            keep = ~(over if bad is None else over | bad)
            self._spoil(rows[~keep])
            rows, pos = rows[keep], pos[keep]
            got = [(first[keep], second[keep]) for first, second in got]
        self._pos[rows] = pos
        self._rows.append(rows)
        self._places.append(self._seen[rows] + place)
        for field, part in zip(self._fields, got, strict=True):
            self._parts[field.name].append(part)
        return rows, keep

    def _finish(self, row: int, left: int) -> None:
        """Read one row's array to its end in plain Python, beginning with `left` items of the open block."""
        self._done[row] = True
        base = int(self._pos[row])
        reader = Reader(self._tape.data[base : int(self._end[row])].tobytes(), 0, int(self._end[row]) - base)
        parts: dict[str, list[tuple[int, int]]] = {field.name: [] for field in self._fields}
        short = self._fields[0] if len(self._fields) == 1 and self._fields[0].spans else None
        done = 0
        try:
            while left or (left := self._count(reader, base)):
                done += left
                while left:
                    if short is not None:
                        spans = reader.short_spans(left)
                        parts[short.name] += [(base + start, size) for start, size in spans]
                        left -= len(spans)
                    if left:
                        for field in self._fields:
                            parts[field.name].append(self._item(reader, field, base))
                        left -= 1
        except RecordError:
            self._spoil(np.array([row], np.int64))
            return
        self._pos[row] = base + reader.pos
        self._rows.append(np.full(done, row, np.int64))
        self._places.append(self._seen[row] + np.arange(done))
        for name, pairs in parts.items():
            both = np.array(pairs, np.uint64).reshape(-1, 2)
            self._parts[name].append((both[:, 0].copy(), both[:, 1].view(np.int64).copy()))

    def _count(self, reader: Reader, base: int) -> int:
        begin = reader.pos
        count = reader.count()
        self._blank(base + begin, base + reader.pos)
        return count

    def _blank(self, start: int, end: int) -> None:
        """Blank what was read; a number of one byte is below 128 and may stay."""
        if end > start + 1:
            self._tape.data[start:end] = 0

    def _item(self, reader: Reader, field: Field, base: int) -> tuple[int, int]:
        """One value as two unsigned words: (start, length) of a span, or the raw number twice."""
        begin = reader.pos
        if field.spans:
            start, size = reader.span()
            self._blank(base + begin, base + start)
            return base + start, size
        raw = read_raw(reader, field) & 0xFFFFFFFFFFFFFFFF
        self._tape.data[base + begin : base + reader.pos] = 0
        return raw, raw

    def _collect(self) -> Items:
        """Put the items of all rounds into the order of rows, without those of bad rows."""
        rows = np.concatenate(self._rows) if self._rows else np.zeros(0, np.int64)
        good = None if not self._bad.any() else ~self._bad[rows]
        rows = rows if good is None else rows[good]
        counts = np.bincount(rows, minlength=len(self._pos)).astype(np.int64)
        places = np.concatenate(self._places) if self._places else rows
        places = (np.cumsum(counts) - counts)[rows] + (places if good is None else places[good])

        def arrange(parts: list[Ints | Words]) -> Ints:
            joined = (
                np.concatenate([part.view(np.int64) for part in parts]) if parts else np.zeros(0, np.int64)
            )
            out = np.empty(len(rows), np.int64)
            out[places] = joined if good is None else joined[good]
            return out

        inner: dict[str, Spans | Numbers] = {}
        for field in self._fields:
            first = arrange([part[0] for part in self._parts[field.name]])
            if field.spans:
                inner[field.name] = Spans(first, arrange([part[1] for part in self._parts[field.name]]))
            else:
                inner[field.name] = Numbers(_words(first) if field.kind in FIXED_BYTES else first)
        return Items(np.repeat(np.arange(len(self._pos), dtype=np.int64), counts), inner)
