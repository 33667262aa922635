"""Encode a batch of records from columns: the bytes that a record-by-record writer gives, far cheaper."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from schemas.arrow_text import text_buffers
from schemas.avro_parts import Array, Constant, Fixed, Nullable, Output, Part, Record, Span, Varint
from schemas.avro_plan import Field, Plan
from schemas.avro_put import put_value
from schemas.avro_tape import Bools, Ints
from schemas.errors import ContractError
from schemas.wire import header

Numbers: TypeAlias = npt.NDArray[np.generic]
# A plain Python value stands for itself in every row. Text is a pyarrow array, which has no types to name.
Column: TypeAlias = (
    "Numbers | pa.Array | str | bytes | int | float | list[object] | tuple[Bools, Numbers | pa.Array] | "
    "tuple[Ints, pa.Array | Mapping[str, Numbers | pa.Array]] | None"
)
_INT32 = 2**31


@dataclass(frozen=True, slots=True)
class EncodedColumns:
    """Encoded values in a row: value i is `buffer[offsets[i]:offsets[i + 1]]`, wire header included."""

    buffer: bytes
    offsets: Ints

    def values(self) -> list[bytes]:
        """Cut the buffer into values."""
        return [self.buffer[start:end] for start, end in pairwise(self.offsets.tolist())]


def encode(plan: Plan, columns: Mapping[str, Column], n: int, schema_id: int) -> EncodedColumns:
    """Encode n records.

    Args:
        plan: The compiled schema.
        columns: Field name to column. A column is: a numpy array for numbers, booleans and enum indexes; a
            pyarrow string, binary or dictionary array for text and bytes; `(present, values)` for a nullable
            field, where both have n rows and values of absent rows are ignored; `(counts, items)` for an
            array, where items is one flat column, or a mapping of field name to flat column for an array of
            records; or one plain Python value (an enum's symbol, None for null), the same in every row. A
            missing column means the default of the field.
        n: Number of records.
        schema_id: Goes into the wire header of every value.

    Raises:
        ContractError: A column is missing without a default, unknown, of the wrong type or length, or holds a
            value outside its type. The message names the column.
    """
    unknown = set(columns) - {field.name for field in plan.fields}
    if unknown:
        raise ContractError(f"{plan.name} has no fields {sorted(unknown)}")
    whole = Record([Constant(header(schema_id)), *(_part(plan, field, columns, n) for field in plan.fields)])
    offsets = np.zeros(n + 1, np.int64)
    np.cumsum(np.broadcast_to(np.asarray(whole.sizes), (n,)), out=offsets[1:])
    out = Output(int(offsets[-1]))
    whole.write(out, offsets[:-1])
    return EncodedColumns(bytes(memoryview(out.raw)[: int(offsets[-1])]), offsets)


def _part(plan: Plan, field: Field, columns: Mapping[str, Column], n: int) -> Part:
    where = f"{plan.name}.{field.name}"
    if field.name not in columns:
        if not field.has_default:
            raise ContractError(f"{where} has no default, so its column must be given")
        return Constant(put_value(field, field.default))
    column = columns[field.name]
    if column is None or isinstance(column, str | bytes | bool | int | float | list):
        return Constant(put_value(field, column))
    if field.items:
        counts, items = _pair(column, where, "(counts, items)")
        return _array(field, np.asarray(counts), items, n, where)
    if field.nullable:
        present, values = _pair(column, where, "(present, values)")
        return _nullable(field, np.asarray(present), values, n, where)
    return _plain(field, column, n, where)


def _pair(column: object, where: str, wanted: str) -> tuple[object, object]:
    if not isinstance(column, tuple) or len(column) != 2:  # noqa: PLR2004
        raise ContractError(f"{where}: column is a {type(column).__name__}, expected {wanted}")
    return column


def _nullable(field: Field, present: Numbers, values: object, n: int, where: str) -> Part:
    if present.dtype != np.bool_ or present.shape != (n,):
        raise ContractError(f"{where}: present is {present.dtype}{present.shape}, expected bool({n},)")
    rows = np.flatnonzero(present)
    if _length(values) != n:
        raise ContractError(f"{where}: column has {_length(values)} rows, expected {n}")
    picked = values[rows] if isinstance(values, np.ndarray) else cast("pa.Array", values).take(pa.array(rows))
    return Nullable(present.view(np.bool_), _plain(field, picked, len(rows), where))


def _array(field: Field, counts: Numbers, items: object, n: int, where: str) -> Part:
    if counts.dtype.kind not in "iu" or counts.shape != (n,) or (n and counts.min() < 0):
        raise ContractError(
            f"{where}: counts are {counts.dtype}{counts.shape}, expected {n} whole numbers from 0 up"
        )
    wide = counts.astype(np.int64)
    total = int(wide.sum())
    flat = items if isinstance(items, Mapping) else {"": items}
    if set(flat) != {item.name for item in field.items}:
        raise ContractError(
            f"{where}: items have {sorted(flat)}, expected {[item.name for item in field.items]}"
        )
    inner = [_plain(item, flat[item.name], total, f"{where}.{item.name}".rstrip(".")) for item in field.items]
    return Array(wide, inner[0] if len(inner) == 1 else Record(inner))


def _length(column: object) -> int:
    return len(column) if hasattr(column, "__len__") else -1


def _plain(field: Field, column: object, n: int, where: str) -> Part:
    if _length(column) != n:
        raise ContractError(f"{where}: column has {_length(column)} rows, expected {n}")
    if field.spans:
        return _span(field, column, where)
    if not isinstance(column, np.ndarray):
        raise ContractError(f"{where}: column is a {type(column).__name__}, expected a numpy array")
    return _NUMBERS[field.kind](field, column, where)


def _whole(field: Field, column: Numbers, where: str) -> Part:
    if column.dtype.kind not in "iu":
        raise ContractError(f"{where}: column is {column.dtype}, expected whole numbers")
    low, high = (int(column.min()), int(column.max())) if len(column) else (0, 0)
    limits = {"int": (-_INT32, _INT32), "enum": (0, len(field.symbols))}.get(field.kind, (-(2**63), 2**63))
    if low < limits[0] or high >= limits[1]:
        raise ContractError(f"{where}: values {low}..{high} are outside {limits[0]}..{limits[1] - 1}")
    return Varint(column.astype(np.int64))


def _real(field: Field, column: Numbers, where: str) -> Part:
    if column.dtype.kind not in "iuf":
        raise ContractError(f"{where}: column is {column.dtype}, expected numbers")
    if field.kind == "double":
        return Fixed(column.astype(np.float64).view(np.uint64), 8)
    with np.errstate(over="ignore"):
        narrow = column.astype(np.float32)
    if np.isinf(narrow).sum() != np.isinf(column).sum():
        raise ContractError(f"{where}: a value does not fit a float")
    return Fixed(narrow.view(np.uint32).astype(np.uint64), 4)


def _boolean(field: Field, column: Numbers, where: str) -> Part:
    del field
    if column.dtype != np.bool_:
        raise ContractError(f"{where}: column is {column.dtype}, expected bool")
    return Fixed(column.astype(np.uint64), 1)


_NUMBERS: dict[str, Callable[[Field, Numbers, str], Part]] = {
    "int": _whole,
    "long": _whole,
    "enum": _whole,
    "float": _real,
    "double": _real,
    "boolean": _boolean,
}


def _span(field: Field, column: object, where: str) -> Part:
    wanted = pa.string() if field.kind == "string" else pa.binary()
    if not isinstance(column, pa.Array | pa.ChunkedArray):
        raise ContractError(
            f"{where}: column is a {type(column).__name__}, expected a pyarrow {wanted} array"
        )
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if array.type != wanted or array.null_count:
        raise ContractError(
            f"{where}: column is {array.type} with {array.null_count} nulls, expected {wanted}, none"
        )
    return Span(*text_buffers(array))
