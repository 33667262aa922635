"""Mapped events to encoded batches: wire header and Avro body, grouped by topic."""

import io
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, TypeAlias, cast

import fastavro

from producers.batch import EncodedBatch
from producers.errors import ConfigError
from producers.mapping.contract import EVENTS
from producers.mapping.event import Mapped
from schemas.errors import SchemasError
from schemas.registry import Registry, open_registry
from schemas.topics import topic_of
from schemas.wire import header

if TYPE_CHECKING:
    from schemas.record_trace import Headers
    from schemas.released import Schema

BATCH_EVENTS = 5_000


class EventEncoder:
    """Encodes events under the newest schemas of a registry; build it once. About 10 us an event.

    Args:
        registry: Knows the schemas.
        events: Which events will come; those that mappings make by default.
    """

    def __init__(self, registry: Registry, events: Iterable[str] = EVENTS) -> None:
        self._kinds: dict[str, tuple[bytes, Schema, str]] = {}
        self.topics: dict[str, str] = {}  # event -> Kafka topic
        for event in events:
            topic = topic_of(event)
            schema_id = registry.id_of(topic.subject)
            parsed = cast("Schema", fastavro.parse_schema(registry.schema(schema_id)))
            self._kinds[event] = (header(schema_id), parsed, topic.key)
            self.topics[event] = topic.name

    def encode(self, mapped: Mapped) -> tuple[bytes, bytes]:
        """Key and value of one event; `topics` tells where they go."""
        head, schema, key_field = self._kinds[mapped.event]
        out = io.BytesIO()
        out.write(head)
        fastavro.schemaless_writer(out, schema, mapped.record)
        return cast("str", mapped.record[key_field]).encode(), out.getvalue()


def open_encoder(registry_url: str | None, events: Iterable[str] = EVENTS) -> EventEncoder:
    """Build an encoder on the registry at a URL; None = our own files.

    Raises:
        ConfigError: The URL is wrong, or the registry does not answer.
    """
    try:
        return EventEncoder(open_registry(registry_url), events)
    except SchemasError as error:
        raise ConfigError(f"schema registry: {error}") from error


NewBatcher: TypeAlias = "Callable[[EventEncoder, int | None], Batcher]"


class _Pending:
    """Events of one topic that wait for their batch."""

    def __init__(self) -> None:
        self.keys: list[bytes] = []
        self.values: list[bytes] = []
        self.times_ms: list[int] = []
        self.headers: dict[int, Headers] = {}


class Batcher:
    """Collects events until there are enough, or until they span enough event time."""

    def __init__(self, encoder: EventEncoder, max_span_ms: int | None = None) -> None:
        self._encoder, self._max_span_ms = encoder, max_span_ms
        self._pending: dict[str, _Pending] = {}
        self._first_ms = self._events = 0

    def add(self, mapped: Mapped) -> Iterator[EncodedBatch]:
        """Take one event; yield what became full before it."""
        at_ms = mapped.source_ms
        if self._events >= BATCH_EVENTS or (
            self._events and self._max_span_ms is not None and at_ms - self._first_ms > self._max_span_ms
        ):
            yield from self.flush()
        if not self._events:
            self._first_ms = at_ms
        self._events += 1
        key, value = self._encoder.encode(mapped)
        pending = self._pending.get(mapped.event)
        if pending is None:
            pending = self._pending[mapped.event] = _Pending()
        pending.keys.append(key)
        pending.values.append(value)
        pending.times_ms.append(at_ms)

    def flush(self) -> Iterator[EncodedBatch]:
        """Yield what is there, one batch a topic."""
        pending, self._pending, self._events = self._pending, {}, 0
        for event, rows in pending.items():
            yield EncodedBatch(
                self._encoder.topics[event], rows.keys, rows.values, rows.times_ms, rows.headers
            )
