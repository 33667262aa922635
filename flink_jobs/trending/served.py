"""What the detectors emit for readers: one message per shard and pane, one fenced write per list."""

from collections.abc import Sequence

import msgspec

from flink_jobs._shell.redis_sink import Entry, ListWrite
from schemas.served import AsOf, TrendRecord, as_of_key, encode, fence, list_key, meta_key
from state.ranking import floor
from state.scopes import GLOBAL
from state.topic_kinds import kind_of, name_of, typed
from state.trend_config import TrendConfig

TTL_MS = 30 * 86_400_000  # longer than any replay that may still write


class _Message(msgspec.Struct, frozen=True, array_like=True):
    """Records of one moment, decided together.

    Attributes:
        at_ms: The moment: the fence of all writes.
        lowest_rank: Members below it leave their lists.
        as_of: How far the shard has come; empty between panes.
        lists: (topic, rank, record) of each scope, whose name carries the kind of its topics as theirs do.
    """

    at_ms: int
    lowest_rank: float
    as_of: bytes
    lists: dict[str, list[tuple[str, float, bytes]]]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Message).decode


def message_of(cfg: TrendConfig, at_ms: int, records: Sequence[TrendRecord], *, closes: bool) -> bytes:
    """Return the records of one moment as one message.

    Args:
        cfg: Settings.
        at_ms: The moment: the end of a pane, or that of a correction.
        records: What readers shall learn.
        closes: A pane ends at that moment.
    """
    as_of = AsOf(
        as_of_ms=at_ms,
        pane_ms=cfg.burst.pane_ms,
        half_life_ms=cfg.half_life_ms,
        min_strength=cfg.min_strength,
    )
    lists: dict[str, list[tuple[str, float, bytes]]] = {}
    for record in records:
        place = typed(record.kind, record.scope)
        lists.setdefault(place, []).append((record.topic, record.rank, encode(record)))
    lowest_rank = floor(cfg.min_strength, at_ms, cfg.half_life_ms)
    return _encode(_Message(at_ms, lowest_rank, encode(as_of) if closes else b"", lists))


def writes_of(message: bytes) -> list[ListWrite]:
    """Turn a message into writes, the records first: who sees the new time sees what belongs to it.

    Raises:
        ServedError: Not such a message.
    """
    parts = _decode(message)
    version = fence(parts.at_ms)
    lists = [
        ListWrite(
            list_key=list_key(name_of(place), kind_of(place)),
            fence=version,
            ttl_ms=TTL_MS,
            entries=[
                Entry(meta_key(name_of(place), topic, kind_of(place)), raw, topic, rank)
                for topic, rank, raw in records
            ],
            lowest_rank=parts.lowest_rank,
        )
        for place, records in parts.lists.items()
    ]
    if parts.as_of:
        moment = Entry(as_of_key(GLOBAL), parts.as_of)
        lists.append(ListWrite(list_key(GLOBAL), version, TTL_MS, [moment]))
    return lists
