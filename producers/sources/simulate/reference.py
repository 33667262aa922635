"""What a careful reader makes of one record, slowly and by other code: the judge of damaged records."""

import io
from functools import cache
from typing import cast

import fastavro

from schemas.errors import WireError
from schemas.released import newest, schema_of
from schemas.wire import split

MAX_OLD_MS, MAX_NEW_MS = 30 * 86_400_000, 300_000


@cache
def _schema(event: str) -> dict[str, object]:
    return cast("dict[str, object]", fastavro.parse_schema(schema_of(event)))


def read(value: bytes, event: str) -> dict[str, object]:
    """Decode one value with fastavro.

    Raises:
        ValueError: With the reason why it cannot be read.
    """
    try:
        schema_id, body = split(value)
    except WireError as error:
        raise ValueError(f"wire: {error}") from error
    if schema_id != newest()[event].id:
        raise ValueError(f"schema id {schema_id} is not the one of {event}")
    stream = io.BytesIO(body)
    try:
        record = fastavro.schemaless_reader(stream, _schema(event), None)
    except Exception as error:  # fastavro raises whatever the bytes lead to
        raise ValueError(f"avro: {type(error).__name__}: {error}") from error
    if stream.tell() != len(body):
        raise ValueError(f"avro: {len(body) - stream.tell()} bytes left over")
    return cast("dict[str, object]", record)


def refusal(value: bytes, event: str, record_ms: int) -> str:
    """Why a record must be refused; empty when it is good."""
    try:
        record = read(value, event)
    except ValueError as error:
        return str(error)
    if not record["actor_id"]:
        return "actor_id is empty"
    source_ms = cast("int", record["source_ms"])
    if not record_ms - MAX_OLD_MS <= source_ms <= record_ms + MAX_NEW_MS:
        return f"source_ms is {source_ms - record_ms} ms from the record timestamp"
    return ""
