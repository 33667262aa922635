"""Decode a batch of Avro records column by column: all records advance one field at a time.

Source: the layout of Avro's binary encoding (specification 1.12, "Binary Encoding"). Only lengths and numbers
are read here; text stays where it is until a column is asked for.
"""

from collections.abc import Sequence

import numpy as np

from schemas.avro_fields import ArrayReader, Items, Raw, Spans, read_column
from schemas.avro_plan import Field, Plan
from schemas.avro_put import put_value
from schemas.avro_tape import Bools, Bytes, Ints, Tape
from schemas.columns import Columns, Source
from schemas.wire import HEADER_BYTES


def decode(
    plan: Plan, values: Sequence[bytes], skip: int = HEADER_BYTES, reader: Plan | None = None
) -> Columns:
    """Decode a batch. Nothing is raised for a bad record: it is marked, and lends no byte to any column.

    A record is good only if every field is inside it, it ends exactly at its last byte, every string is
    UTF-8, and every enum index, union branch and number is in range: the same verdict as `avro_walk.walk`.
    About 0.5 us for an event of 24 fields and 160 bytes, in batches of 10,000.

    Args:
        plan: The compiled schema that the values were written with.
        values: Encoded records, at most 2 GiB together. They are kept, so that a reason can be given later.
        skip: Bytes of wire header in front of each record. Their content is not looked at.
        reader: A later version of the schema. Its fields that `plan` does not have read as their defaults, in
            every record.

    Raises:
        ValueError: The batch is too large.
        ContractError: A field that only the reader has is without a default.
    """
    added = plan.added_by(reader) if reader else ()
    defaults = [put_value(field, field.default) for field in added]
    tail = 64 + 16 * (1 + sum(1 + len(item.items) for item in plan.fields))
    tape = Tape(values, tail, b"".join(defaults))
    ok, raws = _walk(plan, tape, skip)
    at = tape.extra
    for field, default in zip(added, defaults, strict=True):
        raws[field.name] = _everywhere(field, tape, at, at + len(default))
        at += len(default)
    _check_text(plan, tape, ok, raws)
    return Columns(Plan(plan.name, (*plan.fields, *added)), tape, ok, raws, Source(plan, values, skip))


def _everywhere(field: Field, tape: Tape, start: int, end: int) -> Raw | Items:
    """Read one default as the value of every record."""
    n = len(tape.starts)
    return _read(field, tape, np.full(n, start), np.full(n, end))[0]


def _walk(plan: Plan, tape: Tape, skip: int) -> tuple[Bools, dict[str, Raw | Items]]:
    ok: Bools = tape.ends - tape.starts >= skip
    pos: Ints = np.where(ok, tape.starts + skip, tape.sink)
    end: Ints = np.where(ok, tape.ends, len(tape.data))
    for step in range(skip):
        tape.data[tape.starts[ok] + step if not ok.all() else tape.starts + step] = 0
    raws: dict[str, Raw | Items] = {}
    for field in plan.fields:
        raws[field.name], pos, bad = _read(field, tape, pos, end)
        if bad is not None:
            ok &= ~bad
            pos[bad] = tape.sink
            end[bad] = len(tape.data)
    return ok & (pos == tape.ends), raws


def _read(field: Field, tape: Tape, pos: Ints, end: Ints) -> tuple[Raw | Items, Ints, Bools | None]:
    if field.items:
        return ArrayReader(field, tape, pos, end).read()
    return read_column(field, tape, pos, end)


def _check_text(plan: Plan, tape: Tape, ok: Bools, raws: dict[str, Raw | Items]) -> None:
    """Mark the rows whose text is not UTF-8, and blank the bytes of every bad row."""
    for row in np.flatnonzero(~ok).tolist():
        tape.data[tape.starts[row] : tape.ends[row]] = 0
    text = _without_bytes_fields(plan, tape, ok, raws)
    if tape.text_is_valid(text):
        return
    whole = text.tobytes()
    for row, (start, end) in enumerate(zip(tape.starts.tolist(), tape.ends.tolist(), strict=True)):
        if not _is_text(whole[start:end]):
            ok[row] = False
            tape.data[start:end] = 0


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _without_bytes_fields(plan: Plan, tape: Tape, ok: Bools, raws: dict[str, Raw | Items]) -> Bytes:
    """The buffer, or a copy with blanks where `bytes` fields lie, which need not be text."""
    out = tape.data
    for field in plan.fields:
        raw = raws[field.name]
        pairs = [(field, raw, ok)] if not isinstance(raw, Items) else []
        if isinstance(raw, Items):
            pairs = [(inner, raw.inner[inner.name], ok[raw.rows]) for inner in field.items]
        for item, column, good in pairs:
            if item.kind == "bytes" and isinstance(column, Spans):
                out = out.copy() if out is tape.data else out
                starts, sizes = column.starts[good], column.sizes[good]
                first = np.repeat(starts - (np.cumsum(sizes) - sizes), sizes)
                out[first + np.arange(len(first))] = 0
    return out
