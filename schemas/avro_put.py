"""Write one Avro value in plain Python: for defaults and constants, encoded once and copied n times."""

import struct

from schemas.avro_plan import Field
from schemas.errors import ContractError


def put_number(value: int) -> bytes:
    """Zigzag varint of a number that fits 64 bits."""
    raw = (value << 1) ^ (value >> 63)
    out = bytearray()
    while raw > 0x7F:  # noqa: PLR2004 - seven bits a byte
        out.append(raw & 0x7F | 0x80)
        raw >>= 7
    out.append(raw)
    return bytes(out)


def _number(field: Field, value: int) -> bytes:
    bits = 31 if field.kind == "int" else 63
    if not -(2**bits) <= value < 2**bits:
        raise ContractError(f"{field.name}: {value} does not fit {field.kind}")
    return put_number(value)


def _enum(field: Field, value: str) -> bytes:
    if value not in field.symbols:
        raise ContractError(f"{field.name}: {value!r} is none of {', '.join(field.symbols)}")
    return put_number(field.symbols.index(value))


def _text(field: Field, value: str) -> bytes:
    try:
        data = value.encode()
    except UnicodeEncodeError as fault:
        raise ContractError(f"{field.name}: text cannot be UTF-8, {fault.reason} at {fault.start}") from None
    return put_number(len(data)) + data


def _real(field: Field, value: float) -> bytes:
    try:
        return struct.pack("<f" if field.kind == "float" else "<d", value)
    except OverflowError:
        raise ContractError(f"{field.name}: {value!r} does not fit a {field.kind}") from None


def _scalar(field: Field, value: object) -> bytes | None:
    """Bytes of a value that is no array; None when value and type do not go together."""
    match field.kind, value:
        case "string", str():
            out = _text(field, value)
        case "bytes", bytes():
            out = put_number(len(value)) + value
        case "enum", str():
            out = _enum(field, value)
        case "boolean", bool():
            out = bytes([value])
        case (("int" | "long"), int()) if not isinstance(value, bool):
            out = _number(field, value)
        case (("float" | "double"), int() | float()) if not isinstance(value, bool):
            out = _real(field, value)
        case _:
            return None
    return out


def _array(field: Field, value: object) -> bytes | None:
    if not isinstance(value, list | tuple):
        return None
    out = b""
    for item in value:
        inner = item if isinstance(item, dict) else {"": item}
        try:
            out += b"".join(put_value(part, inner.get(part.name)) for part in field.items)
        except ContractError as fault:
            raise ContractError(f"{field.name}[]{'.' if field.items[0].name else ''}{fault}") from None
    return (put_number(len(value)) + out if value else b"") + b"\0"


def put_value(field: Field, value: object) -> bytes:
    """Encode one value of a field, union branch included.

    Raises:
        ContractError: The value does not have the field's type.
    """
    if field.nullable and value is None:
        return b"\0"
    out = _array(field, value) if field.items else _scalar(field, value)
    if out is None:
        raise ContractError(
            f"{field.name}: {value!r} is no {field.kind}{' or null' if field.nullable else ''}"
        )
    return b"\x02" + out if field.nullable else out
