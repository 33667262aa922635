"""Single records to bytes and back, for tools and tests. Whole batches: `avro_encode` and `avro_decode`.

An old writer's record is read as the newest version of its event, with defaults for what the old one lacks.
"""

import io
from dataclasses import dataclass
from typing import cast
from weakref import WeakKeyDictionary

import fastavro
import msgspec

from schemas.avro_plan import Plan, compile_plan
from schemas.avro_put import put_value
from schemas.avro_walk import RecordError, walk
from schemas.errors import UnknownSchemaError
from schemas.records import RECORDS, Record
from schemas.registry import Registry
from schemas.released import Schema, event_of, schema_of
from schemas.topics import topic_of
from schemas.wire import HEADER_BYTES, header, split


@dataclass(frozen=True, slots=True)
class _Writer:
    """What is needed to read the records written under one schema id."""

    event: str
    plan: Plan
    parsed: Schema
    newest: Schema | None  # the reader's schema, or None when the writer's is the newest


class _Cache:
    """Parsed schemas of one registry; what an id means never changes."""

    def __init__(self) -> None:
        self.heads: dict[str, tuple[bytes, Plan]] = {}
        self.large: dict[str, tuple[bytes, Schema]] = {}
        self.writers: dict[int, _Writer] = {}


_CACHES: "WeakKeyDictionary[Registry, _Cache]" = WeakKeyDictionary()


def _parse(schema: Schema) -> Schema:
    return cast("Schema", fastavro.parse_schema(schema))


def encode_record(record: Record, registry: Registry) -> bytes:
    """Encode one record under the newest schema of its event, wire header included. About 20 us.

    Raises:
        ContractError: A value does not have its field's type; the message names the field.
        RegistryUnavailableError: The registry had to be asked and did not answer.
    """
    heads = _CACHES.setdefault(registry, _Cache()).heads
    if record.EVENT not in heads:
        schema_id = registry.id_of(topic_of(record.EVENT).subject)
        heads[record.EVENT] = header(schema_id), compile_plan(schema_of(record.EVENT))
    head, plan = heads[record.EVENT]
    values = cast("dict[str, object]", msgspec.to_builtins(record, builtin_types=(bytes,)))
    return head + b"".join(put_value(field, values[field.name]) for field in plan.fields)


def encode_large(record: Record, registry: Registry) -> bytes:
    """Encode as `encode_record` does, to the same bytes, by a compiled writer: for records with long arrays.

    About 1 us a value of an array; a wrong type is told in the writer's words.

    Raises:
        RegistryUnavailableError: The registry had to be asked and did not answer.
    """
    large = _CACHES.setdefault(registry, _Cache()).large
    if record.EVENT not in large:
        schema_id = registry.id_of(topic_of(record.EVENT).subject)
        large[record.EVENT] = header(schema_id), _parse(schema_of(record.EVENT))
    head, parsed = large[record.EVENT]
    body = io.BytesIO()
    body.write(head)
    fastavro.schemaless_writer(body, parsed, msgspec.to_builtins(record, builtin_types=(bytes,)))
    return body.getvalue()


def _writer(schema_id: int, registry: Registry) -> _Writer:
    writers = _CACHES.setdefault(registry, _Cache()).writers
    if schema_id not in writers:
        schema = registry.schema(schema_id)
        event = event_of(schema)
        if event is None:
            raise UnknownSchemaError(
                f"schema id {schema_id} is {schema.get('name')!r}, which is none of {sorted(RECORDS)}"
            )
        newest = None if schema == schema_of(event) else _parse(schema_of(event))
        writers[schema_id] = _Writer(event, compile_plan(schema), _parse(schema), newest)
    return writers[schema_id]


def decode_value(value: bytes, registry: Registry) -> tuple[str, Record]:
    """Decode one value with its wire header: (event name, record of the newest version). About 40 us.

    The verdict on damaged bytes is that of the batch decoder.

    Raises:
        WireError: The value is not in the wire format, or its body is damaged; the message names the field.
        UnknownSchemaError: The registry does not know the id, or it is no event of ours.
        RegistryUnavailableError: The registry had to be asked and did not answer.
    """
    schema_id, _ = split(value)
    writer = _writer(schema_id, registry)
    fields: object = walk(writer.plan, value)
    if writer.newest is not None:
        body = io.BytesIO(value)
        body.seek(HEADER_BYTES)
        fields = fastavro.schemaless_reader(body, writer.parsed, writer.newest)
    try:
        return writer.event, msgspec.convert(fields, RECORDS[writer.event])
    except msgspec.ValidationError as fault:
        raise RecordError(f"{writer.event} record of schema id {schema_id}: {fault}") from None
