"""Labels as records of the examples topic: one message per shard and turn, one record per change."""

from collections.abc import Sequence

import msgspec
import numpy as np
import pyarrow as pa

from flink_jobs._shell.raw_batch import FIELD_SEPARATOR
from schemas.avro_encode import Column, encode
from schemas.avro_plan import compile_plan
from schemas.registry import Registry
from schemas.released import schema_of
from schemas.topics import topic_of
from state import interest_person
from state.interest_turn import MODEL, Example

EVENT = "interest_example"


class _Row(msgspec.Struct, frozen=True, array_like=True):
    event_id: str
    source_ms: int
    actor_id: str
    item_id: str
    kind: str
    label: int
    scored: bytes
    shown_ms: int
    from_impression: bool
    author_id: str
    topics: tuple[str, ...]
    decision_id: str
    position: int


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[_Row]).decode
_TEXTS = ("event_id", "actor_id", "item_id", "author_id", "decision_id")


def message_of(examples: Sequence[Example]) -> bytes:
    """Return examples as one message."""
    return _encode([_row(one) for one in examples])


def _row(one: Example) -> _Row:
    shown, change = one.change.shown, one.change
    label = change.was if change.now is None else change.now
    return _Row(
        shown.event_id,
        one.at_ms,
        one.user,
        shown.item,
        change.kind,
        label or 0,
        one.kept.scored,
        shown.at_ms,
        not shown.alone,
        one.kept.author,
        one.kept.topics,
        shown.decision,
        shown.position,
    )


def key_of(actor_id: str, event_id: str, model_tag: str = "") -> str:
    """Return the Kafka key of an example: all changes of one have the same, so the last one stays.

    Those of a registered model end with its tag: models that run side by side do not replace each other's.
    """
    key = f"{actor_id}|{event_id}|{model_tag}" if model_tag else f"{actor_id}|{event_id}"
    return key.replace(FIELD_SEPARATOR, " ")


class ExampleRecords:
    """Encodes messages as records of the examples topic. One per worker; keeps the compiled schema."""

    def __init__(self, registry: Registry, model_tag: str = "") -> None:
        self._tag, self._model = model_tag, model_tag or MODEL
        self._plan = compile_plan(schema_of(EVENT))
        self._schema_id = registry.id_of(topic_of(EVENT).subject)
        self._kinds = list(self._plan.field("kind").symbols).index

    def of(self, message: bytes) -> list[str]:
        """Return key, value in hex and event time of each record, with record separators. O(rows)."""
        rows, tag = _decode(message), self._tag
        p, features = interest_person.unpack_many([row.scored for row in rows])
        position = np.array([row.position for row in rows], np.int64)
        columns: dict[str, Column] = {
            **{name: pa.array([getattr(row, name) for row in rows], pa.string()) for name in _TEXTS},
            "source_ms": np.array([row.source_ms for row in rows], np.int64),
            "shown_ms": np.array([row.shown_ms for row in rows], np.int64),
            "kind": np.array([self._kinds(row.kind) for row in rows]),
            "label": np.array([row.label for row in rows], np.int64),
            "p": p,
            "features": (
                np.full(len(rows), features.shape[1]),
                features.ravel(),
            ),
            "model": self._model,
            "from_impression": np.array([row.from_impression for row in rows], np.bool_),
            "topics": (
                np.array([len(row.topics) for row in rows]),
                pa.array([topic for row in rows for topic in row.topics], pa.string()),
            ),
            "position": (position >= 0, position),
        }
        values = encode(self._plan, columns, len(rows), self._schema_id).values()
        return [
            FIELD_SEPARATOR.join((key_of(row.actor_id, row.event_id, tag), value.hex(), str(row.source_ms)))
            for row, value in zip(rows, values, strict=True)
        ]
