"""Rows to batches of Kafka records: Avro values with wire header, keys, record timestamps."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from producers.batch import EncodedBatch
from producers.sources.simulate.columns import EVENTS, ColumnWriter
from producers.sources.simulate.damage import break_values
from producers.sources.simulate.ids import utf8_list
from producers.sources.simulate.rows import CONTENT, ENGAGEMENT, MODERATION, Rows, size, take
from producers.sources.simulate.world import World
from schemas.avro_encode import Column, encode
from schemas.avro_plan import Plan, compile_plan
from schemas.registry import Registry
from schemas.topics import topic_of

if TYPE_CHECKING:
    import pyarrow as pa

_ORDER = (CONTENT, ENGAGEMENT, MODERATION)  # posts before the reactions to them


@dataclass(frozen=True, slots=True)
class EventColumns:
    """One event's part of a batch before it is encoded."""

    event: str
    rows: Rows
    columns: Mapping[str, Column]


class RowEncoder:
    """Encodes the rows of one world under the newest schemas of a registry."""

    def __init__(self, world: World, registry: Registry) -> None:
        self._world = world
        self._writer = ColumnWriter(world)
        self._topic: dict[str, str] = {}
        self._key: dict[str, str] = {}
        self._plan: dict[str, Plan] = {}
        self._schema_id: dict[str, int] = {}
        for event in EVENTS.values():
            topic = topic_of(event)
            schema_id = registry.id_of(topic.subject)
            self._topic[event], self._key[event], self._schema_id[event] = topic.name, topic.key, schema_id
            self._plan[event] = compile_plan(registry.schema(schema_id))

    def columns(self, rows: Rows) -> Iterator[EventColumns]:
        """Split rows by event and build their columns."""
        for kind in _ORDER:
            of_kind = rows["kind"] == kind
            if of_kind.any():
                own = take(rows, of_kind)
                yield EventColumns(EVENTS[kind], own, self._writer.columns(EVENTS[kind], own))

    def batch(self, part: EventColumns) -> EncodedBatch:
        """Encode one event's columns; damaged rows come out damaged."""
        event, rows = part.event, part.rows
        encoded = encode(self._plan[event], part.columns, size(rows), self._schema_id[event])
        values = encoded.values()
        break_values(values, rows, self._world.config, event)
        keys = utf8_list(cast("pa.StringArray", part.columns[self._key[event]]))
        return EncodedBatch(self._topic[event], keys, values, rows["at_ms"].tolist())
