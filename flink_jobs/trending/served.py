"""What the detectors emit for readers: one message per shard and pane, one fenced write per list."""

from collections.abc import Sequence

import msgspec

from flink_jobs._shell.redis_sink import Entry, ListWrite
from schemas.served import AsOf, TrendRecord, as_of_key, decode_as_of, encode, fence, list_key, meta_key
from state.ranking import floor
from state.scopes import GLOBAL
from state.trend_config import TrendConfig

TTL_MS = 30 * 86_400_000  # longer than any replay that may still write


class _Message(msgspec.Struct, frozen=True, array_like=True):
    """How far a shard has come, and (topic, rank, record) of each scope."""

    as_of: bytes
    lists: dict[str, list[tuple[str, float, bytes]]]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Message).decode


def message_of(cfg: TrendConfig, as_of_ms: int, records: Sequence[TrendRecord]) -> bytes:
    """Return how far a shard has come and its records of the pane that ended then, as one message."""
    as_of = AsOf(
        as_of_ms=as_of_ms,
        pane_ms=cfg.burst.pane_ms,
        half_life_ms=cfg.half_life_ms,
        min_strength=cfg.min_strength,
    )
    lists: dict[str, list[tuple[str, float, bytes]]] = {}
    for record in records:
        lists.setdefault(record.scope, []).append((record.topic, record.rank, encode(record)))
    return _encode(_Message(encode(as_of), lists))


def writes_of(message: bytes) -> list[ListWrite]:
    """Turn a message into writes, the records first: who sees the new time sees what belongs to it.

    Raises:
        ServedError: Not such a message.
    """
    parts = _decode(message)
    as_of = decode_as_of(parts.as_of)
    lowest = floor(as_of.min_strength, as_of.as_of_ms, as_of.half_life_ms)
    lists = [
        ListWrite(
            list_key=list_key(scope),
            fence=fence(as_of.as_of_ms),
            ttl_ms=TTL_MS,
            entries=[Entry(meta_key(scope, topic), raw, topic, rank) for topic, rank, raw in records],
            lowest_rank=lowest,
        )
        for scope, records in parts.lists.items()
    ]
    moment = Entry(as_of_key(GLOBAL), parts.as_of)
    return [*lists, ListWrite(list_key(GLOBAL), fence(as_of.as_of_ms), TTL_MS, [moment])]
