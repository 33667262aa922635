"""Closed panes on their way to the panes topic: one message per shard and pane, one record per row."""

import msgspec
import numpy as np
import pyarrow as pa

from flink_jobs._shell.raw_batch import FIELD_SEPARATOR
from schemas.avro_encode import encode
from schemas.avro_plan import compile_plan
from schemas.registry import Registry
from schemas.released import schema_of
from schemas.topics import topic_of
from state.pane_rows import PaneRows
from state.topic_kinds import kind_of, name_of


class _Message(msgspec.Struct, frozen=True, array_like=True):
    """Rows as columns; numbers little-endian, 64 bits."""

    pane: int
    topics: list[str]
    scopes: list[str]
    milli: bytes
    events: bytes
    users: bytes
    exact: bytes


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Message).decode


def message_of(rows: PaneRows, min_users: int) -> bytes | None:
    """Return the rows with enough users as one message; None when there are none."""
    rows = rows.take(np.flatnonzero(rows.who.users >= min_users))
    if not rows.keys:
        return None
    return _encode(
        _Message(
            pane=rows.pane,
            topics=rows.topics,
            scopes=rows.scopes,
            milli=rows.milli.tobytes(),
            events=rows.events.tobytes(),
            users=rows.who.users.tobytes(),
            exact=rows.who.exact.tobytes(),
        )
    )


class PaneRecords:
    """Encodes messages as records of the panes topic. One per worker; keeps the compiled schema."""

    def __init__(self, registry: Registry, pane_ms: int) -> None:
        self._plan = compile_plan(schema_of("trend_pane"))
        self._schema_id = registry.id_of(topic_of("trend_pane").subject)
        self._pane_ms = pane_ms

    def of(self, message: bytes) -> list[str]:
        """Return key, record separator, value in hex of each row. O(rows).

        One text, because SQL copies a whole list to take an item by index.
        """
        rows = _decode(message)
        start_ms = rows.pane * self._pane_ms
        names, kinds = [name_of(topic) for topic in rows.topics], [kind_of(topic) for topic in rows.topics]
        columns = {
            "topic": pa.array(names, pa.string()),
            "scope": pa.array(rows.scopes, pa.string()),
            "pane_start_ms": start_ms,
            "pane_ms": self._pane_ms,
            "weight_milli": np.frombuffer(rows.milli, "<i8"),
            "events": np.frombuffer(rows.events, "<i8"),
            "users": np.frombuffer(rows.users, "<i8"),
            "users_exact": np.frombuffer(rows.exact, np.bool_),
            "kind": pa.array(kinds, pa.string()),
        }
        values = encode(self._plan, columns, len(rows.topics), self._schema_id).values()
        return [
            # A key of a tag ends in a number, any other in its kind: no two topics share one.
            f"{name}|{scope}|{start_ms}{'' if kind == 'tag' else f'|{kind}'}{FIELD_SEPARATOR}{value.hex()}"
            for name, kind, scope, value in zip(names, kinds, rows.scopes, values, strict=True)
        ]
