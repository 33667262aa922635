"""Read one Avro record in plain Python: strict, slow, and able to say what is wrong and where.

This is the law that the batch decoder must obey, and the source of the reasons that dead letters carry. It
accepts what fastavro accepts, except where fastavro lets pass what the Avro specification forbids: a number
that does not fit its type (more than 64 bits, or more than 32 for an int), a negative enum index or union
branch (fastavro takes symbols from the end of the list), and a block of minus 2**63 items.
"""

import struct
from collections.abc import Callable
from typing import TypeAlias

from schemas.avro_plan import Field, Plan
from schemas.errors import WireError

Value: TypeAlias = "str | bytes | int | float | bool | list[Value] | dict[str, Value] | None"

MAX_VARINT_BYTES = 10
FIXED_BYTES = {"boolean": 1, "float": 4, "double": 8}
_INT32 = 2**31
_INT64 = 2**63


class RecordError(WireError):
    """One record cannot be read. The message names the field, the byte and the reason."""


class Reader:
    """A position in the bytes of one record. Reading past `end` is an error."""

    __slots__ = ("data", "end", "pos")

    def __init__(self, data: bytes, pos: int, end: int) -> None:
        self.data = data
        self.pos = pos
        self.end = end

    def number(self) -> int:
        """Read one zigzag varint of at most 64 bits."""
        if self.pos < self.end and self.data[self.pos] < 0x80:  # noqa: PLR2004 - one byte: by far the commonest
            self.pos += 1
            return (self.data[self.pos - 1] >> 1) ^ -(self.data[self.pos - 1] & 1)
        raw = shift = 0
        for at in range(self.pos, min(self.end, self.pos + MAX_VARINT_BYTES)):
            byte = self.data[at]
            raw |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:  # noqa: PLR2004 - the continuation bit
                if raw >= 2 * _INT64:
                    break
                self.pos = at + 1
                return (raw >> 1) ^ -(raw & 1)
        if shift == 7 * MAX_VARINT_BYTES:
            raise RecordError("number does not fit 64 bits")
        raise RecordError("record ends inside a number")

    def span(self) -> tuple[int, int]:
        """Read a length and jump over that many bytes: (start, length)."""
        size = self.number()
        if size < 0:
            raise RecordError(f"length is {size}, expected 0 or more")
        if size > self.end - self.pos:
            raise RecordError(f"length is {size}, but only {self.end - self.pos} bytes are left")
        start = self.pos
        self.pos += size
        return start, size

    def short_spans(self, most: int) -> list[tuple[int, int]]:
        """Jump over spans as long as their lengths take one byte and are right, at most so many."""
        data, pos, end = self.data, self.pos, self.end
        out = []
        for _ in range(most):
            if pos >= end or data[pos] & 0x81:  # a long length, or a negative one
                break
            size = data[pos] >> 1
            if size >= end - pos:
                break
            out.append((pos + 1, size))
            pos += 1 + size
        self.pos = pos
        return out

    def fixed(self, size: int) -> bytes:
        """Read exactly `size` bytes."""
        if size > self.end - self.pos:
            raise RecordError(f"expected {size} bytes, but only {self.end - self.pos} are left")
        self.pos += size
        return self.data[self.pos - size : self.pos]

    def count(self) -> int:
        """Read the item count in front of a block; 0 ends the array."""
        count = self.number()
        if count < 0:
            self.number()  # size of the block in bytes: we do not skip, so it is of no use
            count = -count
        if not 0 <= count <= self.end - self.pos:  # an item takes at least one byte
            raise RecordError(f"block of {count} items, but only {self.end - self.pos} bytes are left")
        return count


def _text(reader: Reader, _: Field) -> Value:
    """Read one string."""
    start, size = reader.span()
    try:
        return reader.data[start : start + size].decode()
    except UnicodeDecodeError as fault:
        raise RecordError(f"not UTF-8: {fault.reason} at character byte {fault.start}") from None


def _bytes(reader: Reader, _: Field) -> Value:
    start, size = reader.span()
    return reader.data[start : start + size]


def read_raw(reader: Reader, field: Field) -> int:
    """Read a number, boolean or enum without giving it a meaning: the bits of a float, the index of an enum.

    Raises:
        RecordError: The record ends here, or the value does not fit the type.
    """
    if field.kind in FIXED_BYTES:
        return int.from_bytes(reader.fixed(FIXED_BYTES[field.kind]), "little")
    value = reader.number()
    if field.kind == "int" and not -_INT32 <= value < _INT32:
        raise RecordError(f"{value} does not fit 32 bits")
    if field.kind == "enum" and not 0 <= value < len(field.symbols):
        raise RecordError(f"enum index {value}, expected 0..{len(field.symbols) - 1}")
    return value


def _array(reader: Reader, field: Field) -> Value:
    out: list[Value] = []
    while left := reader.count():
        for _ in range(left):
            item = {inner.name: read_field(reader, inner) for inner in field.items}
            out.append(item.get("", item))
    return out


_READERS: dict[str, Callable[[Reader, Field], Value]] = {
    "string": _text,
    "bytes": _bytes,
    "int": read_raw,
    "long": read_raw,
    "float": lambda reader, _: float(struct.unpack("<f", reader.fixed(4))[0]),
    "double": lambda reader, _: float(struct.unpack("<d", reader.fixed(8))[0]),
    "boolean": lambda reader, field: read_raw(reader, field) != 0,
    "enum": lambda reader, field: field.symbols[read_raw(reader, field)],
    "array": _array,
}


def read_field(reader: Reader, field: Field) -> Value:
    """Read one field at the reader's position.

    Raises:
        RecordError: Without the name of the field; `walk` adds it.
    """
    if field.nullable:
        branch = reader.number()
        if branch == 0:
            return None
        if branch != 1:
            raise RecordError(f"union branch {branch}, expected 0 or 1")
    return _READERS[field.kind](reader, field)


def walk(plan: Plan, value: bytes, skip: int = 5) -> dict[str, Value]:
    """Read one record; `skip` bytes of wire header are jumped over. About 1 us a field.

    Raises:
        RecordError: Naming the field, the byte at which it begins, and the reason.
    """
    if len(value) < skip:
        raise RecordError(f"value of {len(value)} bytes is shorter than the {skip} bytes of the wire header")
    reader = Reader(value, skip, len(value))
    out: dict[str, Value] = {}
    for field in plan.fields:
        begin = reader.pos
        try:
            out[field.name] = read_field(reader, field)
        except RecordError as fault:
            raise RecordError(f"{plan.name}.{field.name} at byte {begin}: {fault}") from None
    if reader.pos != reader.end:
        raise RecordError(
            f"{reader.end - reader.pos} bytes are left over after the last field of {plan.name}"
        )
    return out
