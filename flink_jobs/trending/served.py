"""What the detectors emit for readers: one message per shard and pane, one fenced write per record."""

from collections.abc import Sequence

import msgspec

from flink_jobs._shell.redis_sink import RankedWrite
from schemas.served import (
    AsOf,
    TrendRecord,
    as_of_key,
    decode_as_of,
    decode_trend,
    encode,
    fence,
    list_key,
    meta_key,
)
from state.ranking import floor
from state.scopes import GLOBAL
from state.trend_config import TrendConfig

TTL_MS = 30 * 86_400_000  # longer than any replay that may still write

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(tuple[bytes, list[bytes]]).decode


def message_of(cfg: TrendConfig, as_of_ms: int, records: Sequence[TrendRecord]) -> bytes:
    """Return how far a shard has come and its records as one message."""
    as_of = AsOf(
        as_of_ms=as_of_ms,
        pane_ms=cfg.burst.pane_ms,
        half_life_ms=cfg.half_life_ms,
        min_strength=cfg.min_strength,
    )
    return _encode((encode(as_of), [encode(record) for record in records]))


def writes_of(cfg: TrendConfig, message: bytes) -> list[RankedWrite]:
    """Turn a message into writes, the records first: who sees the new time sees what belongs to it.

    Raises:
        ServedError: Not such a message.
    """
    as_of, records = _decode(message)
    return [*(_trend(cfg, raw) for raw in records), _as_of(as_of)]


def _trend(cfg: TrendConfig, raw: bytes) -> RankedWrite:
    record = decode_trend(raw)
    end_ms = record.pane_start_ms + record.pane_ms
    return RankedWrite(
        hash_key=meta_key(record.scope, record.topic),
        list_key=list_key(record.scope),
        fence=fence(record.pane_start_ms),
        value=raw,
        ttl_ms=TTL_MS,
        member=record.topic,
        rank=record.rank,
        lowest_rank=floor(cfg.min_strength, end_ms, cfg.half_life_ms),
    )


def _as_of(raw: bytes) -> RankedWrite:
    record: AsOf = decode_as_of(raw)
    return RankedWrite(
        hash_key=as_of_key(GLOBAL),
        list_key=list_key(GLOBAL),
        fence=fence(record.as_of_ms),
        value=raw,
        ttl_ms=TTL_MS,
    )
