"""Between plain records and columns, for tests: the slow and obvious way. And fastavro as the reference."""

import io
from collections.abc import Mapping, Sequence

import fastavro
import numpy as np
import pyarrow as pa
from hypothesis import strategies as st

from schemas.avro_encode import Column
from schemas.avro_plan import Field, Plan, compile_plan
from schemas.columns import Columns
from schemas.released import Schema
from schemas.wire import HEADER_BYTES, header

SCHEMA_ID = 7

# Every shape that the codec knows, and none of our events uses: the reserve for tomorrow's schemas.
ODD_SCHEMA: Schema = {
    "type": "record",
    "name": "Odd",
    "fields": [
        {"name": "raw", "type": "bytes"},
        {"name": "single", "type": "float", "default": 1.5},
        {"name": "maybe_text", "type": ["null", "string"], "default": None},
        {"name": "maybe_raw", "type": ["null", "bytes"], "default": None},
        {"name": "maybe_flag", "type": ["null", "boolean"], "default": None},
        {"name": "hue", "type": {"type": "enum", "name": "Hue", "symbols": ["red", "green", "blue"]}},
        {"name": "maybe_hue", "type": ["null", "Hue"], "default": None},
        {"name": "wholes", "type": {"type": "array", "items": "long"}, "default": [3, -4]},
        {"name": "reals", "type": {"type": "array", "items": "double"}, "default": []},
        {"name": "raws", "type": {"type": "array", "items": "bytes"}, "default": []},
        {"name": "hues", "type": {"type": "array", "items": "Hue"}, "default": []},
        {
            "name": "parts",
            "type": {
                "type": "array",
                "items": {
                    "type": "record",
                    "name": "Part",
                    "fields": [
                        {"name": "label", "type": "string"},
                        {"name": "size", "type": "int"},
                        {"name": "flag", "type": "boolean"},
                        {"name": "single", "type": "float"},
                    ],
                },
            },
            "default": [],
        },
        {"name": "last", "type": "long", "default": -1},
    ],
}
ODD_PLAN = compile_plan(ODD_SCHEMA)

Row = dict[str, object]


def reference_encode(schema: Schema, row: Mapping[str, object], schema_id: int = SCHEMA_ID) -> bytes:
    """Encode one record with fastavro behind our header."""
    out = io.BytesIO()
    out.write(header(schema_id))
    fastavro.schemaless_writer(out, fastavro.parse_schema(schema), row)
    return out.getvalue()


def reference_decode(schema: Schema, value: bytes) -> Row | None:
    """Decode one value with fastavro; None when it raises or bytes are left over."""
    body = io.BytesIO(value)
    body.seek(HEADER_BYTES)
    if len(value) < HEADER_BYTES:
        return None
    try:
        row = fastavro.schemaless_reader(body, fastavro.parse_schema(schema), None)
    except (EOFError, IndexError, UnicodeDecodeError, ValueError, OverflowError):
        return None
    return row if body.tell() == len(value) else None


_NUMPY = {"int": np.int64, "long": np.int64, "float": np.float64, "double": np.float64, "boolean": np.bool_}


def _flat(field: Field, values: Sequence[object]) -> np.ndarray | pa.Array:
    if field.spans:
        empty = "" if field.kind == "string" else b""
        return pa.array(
            [empty if value is None else value for value in values],
            pa.string() if field.kind == "string" else pa.binary(),
        )
    if field.kind == "enum":
        return np.array(
            [0 if value is None else field.symbols.index(str(value)) for value in values], np.int64
        )
    return np.array([0 if value is None else value for value in values], _NUMPY[field.kind])


def columns_of(plan: Plan, rows: Sequence[Mapping[str, object]]) -> dict[str, Column]:
    """Columns for the batch encoder."""
    out: dict[str, Column] = {}
    for field in plan.fields:
        values = [row[field.name] for row in rows]
        if field.items:
            counts = np.array([len(value) for value in values], np.int64)
            items = [item for value in values for item in value]
            plain = field.items[0].name == ""
            flat = {
                inner.name: _flat(inner, items if plain else [item[inner.name] for item in items])
                for inner in field.items
            }
            out[field.name] = (counts, flat[""] if plain else flat)
        elif field.nullable:
            out[field.name] = (
                np.array([value is not None for value in values], np.bool_),
                _flat(field, values),
            )
        else:
            out[field.name] = _flat(field, values)
    return out


def _list(field: Field, columns: Columns) -> list[object]:
    match field.kind:
        case "string" | "bytes":
            return columns.strings(field.name).to_pylist()
        case "int" | "long":
            return columns.ints(field.name).tolist()
        case "enum":
            return [field.symbols[index] for index in columns.symbols(field.name).tolist()]
        case "boolean":
            return columns.bools(field.name).tolist()
        case _:
            return columns.floats(field.name).tolist()


def _items(field: Field, inner: Field, columns: Columns) -> tuple[list[int], list[object]]:
    name = f"{field.name}.{inner.name}" if inner.name else field.name
    match inner.kind:
        case "string" | "bytes":
            rows, text = columns.item_strings(name)
            return rows.tolist(), text.to_pylist()
        case "int" | "long" | "enum":
            rows, values = columns.item_ints(name)
            found = values.tolist()
            return rows.tolist(), [inner.symbols[at] for at in found] if inner.kind == "enum" else found
        case "boolean":
            rows, values = columns.item_bools(name)
        case _:
            rows, values = columns.item_floats(name)
    return rows.tolist(), values.tolist()


def rows_of(plan: Plan, columns: Columns) -> list[Row]:
    """Every record of decoded columns; a bad record shows its neutral values."""
    out: list[Row] = [{} for _ in range(columns.n)]
    for field in plan.fields:
        if field.items:
            for row in out:
                row[field.name] = []
            parts = [_items(field, inner, columns) for inner in field.items]
            for at, rows in enumerate(zip(*(values for _, values in parts), strict=True)):
                item = dict(zip((inner.name for inner in field.items), rows, strict=True))
                items = out[parts[0][0][at]][field.name]
                assert isinstance(items, list)
                items.append(item.get("", item))
            continue
        present = columns.present(field.name).tolist()
        for row, value, there in zip(out, _list(field, columns), present, strict=True):
            row[field.name] = value if there or not field.nullable else None
    return out


def neutral_row(plan: Plan) -> Row:
    """What a bad record looks like."""
    zero = {"string": "", "bytes": b"", "boolean": False, "float": 0.0, "double": 0.0, "array": []}
    return {
        field.name: None if field.nullable else field.symbols[0] if field.symbols else zero.get(field.kind, 0)
        for field in plan.fields
    }


_TEXT = st.text(max_size=12) | st.sampled_from(["", "x" * 63, "x" * 64, "東京" * 40, "a" * 9000])
_BYTES = st.binary(max_size=12) | st.sampled_from([b"\xff" * 70, b""])
_EDGES = [0, 1, -1, 63, 64, -64, -65, 2**31 - 1, -(2**31)]
_LONG_EDGES = [*_EDGES, 2**55, 2**56, 2**62, -(2**62), 2**63 - 1, -(2**63), 1_767_225_600_000]


_SCALARS: dict[str, st.SearchStrategy[object]] = {
    "string": _TEXT,
    "bytes": _BYTES,
    "int": st.sampled_from(_EDGES) | st.integers(-(2**31), 2**31 - 1),
    "long": st.sampled_from(_LONG_EDGES) | st.integers(-(2**63), 2**63 - 1),
    "float": st.floats(width=32, allow_nan=False),
    "double": st.floats(allow_nan=False),
    "boolean": st.booleans(),
}


def _values(field: Field) -> st.SearchStrategy[object]:
    if field.items:
        inner = {item.name: _values(item) for item in field.items}
        return st.lists(inner[""] if "" in inner else st.fixed_dictionaries(inner), max_size=4)
    return st.sampled_from(field.symbols) if field.symbols else _SCALARS[field.kind]


def rows(plan: Plan) -> st.SearchStrategy[Row]:
    """Any record of a plan."""
    return st.fixed_dictionaries(
        {
            field.name: st.none() | _values(field) if field.nullable else _values(field)
            for field in plan.fields
        }
    )


def damaged(value: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    """Cut, change, add or remove bytes behind the header; sometimes leave the value as it is."""

    @st.composite
    def build(draw: st.DrawFn) -> bytes:
        good = draw(value)
        body = bytearray(good[HEADER_BYTES:])
        at = draw(st.integers(0, len(body)))
        some = draw(
            st.binary(max_size=3) | st.sampled_from([b"\x80" * 9 + b"\x01", b"\xff" * 11, b"\x01", b"\x03"])
        )
        match draw(st.sampled_from(["cut", "change", "add", "remove", "replace", "keep", "short"])):
            case "cut":
                body = body[:at]
            case "change":
                body[at : at + len(some)] = some
            case "add":
                body[at:at] = some
            case "remove":
                del body[at : at + 1]
            case "replace":
                body = bytearray(draw(st.binary(max_size=40)))
            case "short":
                return good[: draw(st.integers(0, HEADER_BYTES))]
            case _:
                pass
        return good[:HEADER_BYTES] + bytes(body)

    return build()
