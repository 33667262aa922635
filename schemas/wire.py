"""The five bytes in front of every Avro body: byte 0x00, then the schema id as a big-endian 32-bit integer.

Source: Confluent wire format, as every Confluent-compatible client writes it.
"""

import struct

from schemas.errors import WireError

MAGIC = 0
HEADER_BYTES = 5
MAX_SCHEMA_ID = 2**31 - 1

_HEADER = struct.Struct(">BI")


def header(schema_id: int) -> bytes:
    """Build the header for a schema id in 1 to 2**31 - 1.

    Raises:
        WireError: The id is outside that range.
    """
    if not 0 < schema_id <= MAX_SCHEMA_ID:
        raise WireError(f"schema id {schema_id} is outside 1..{MAX_SCHEMA_ID}; take the id from the registry")
    return _HEADER.pack(MAGIC, schema_id)


def split(value: bytes) -> tuple[int, bytes]:
    """Split a value into its schema id and its Avro body. The body is not decoded. O(length).

    Raises:
        WireError: The value is shorter than the header, has another first byte, or names no possible id.
    """
    if len(value) < HEADER_BYTES:
        raise WireError(
            f"value of {len(value)} bytes is shorter than the {HEADER_BYTES} bytes of the wire header"
        )
    magic, schema_id = _HEADER.unpack_from(value)
    if magic != MAGIC:
        raise WireError(
            f"first byte is 0x{magic:02x}, expected 0x00; was this written without the wire header?"
        )
    if not 0 < schema_id <= MAX_SCHEMA_ID:
        raise WireError(f"schema id {schema_id} is outside 1..{MAX_SCHEMA_ID}")
    return schema_id, value[HEADER_BYTES:]
