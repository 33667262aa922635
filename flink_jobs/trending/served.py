"""What the detectors emit, as writes to Redis."""

from flink_jobs._shell.redis_sink import RankedWrite
from schemas.served import AsOf, TrendRecord, as_of_key, decode_as_of, decode_trend, fence, list_key, meta_key
from state.ranking import floor
from state.trend_config import TrendConfig

TTL_MS = 30 * 86_400_000  # longer than any replay that may still write
GLOBAL = "global"


def write_of(cfg: TrendConfig, message: bytes) -> RankedWrite:
    """Turn a message of DetectShard (one letter, then the record) into a fenced write.

    Raises:
        ServedError: Not such a message.
    """
    return _trend(cfg, decode_trend(message[1:]), message) if message[:1] == b"T" else _as_of(message)


def _trend(cfg: TrendConfig, record: TrendRecord, message: bytes) -> RankedWrite:
    end_ms = record.pane_start_ms + record.pane_ms
    return RankedWrite(
        hash_key=meta_key(record.scope, record.topic),
        list_key=list_key(record.scope),
        fence=fence(record.pane_start_ms),
        value=message[1:],
        ttl_ms=TTL_MS,
        member=record.topic,
        rank=record.rank,
        lowest_rank=floor(cfg.min_strength, end_ms, cfg.half_life_ms),
    )


def _as_of(message: bytes) -> RankedWrite:
    record: AsOf = decode_as_of(message[1:])
    return RankedWrite(
        hash_key=as_of_key(GLOBAL),
        list_key=list_key(GLOBAL),
        fence=fence(record.as_of_ms),
        value=message[1:],
        ttl_ms=TTL_MS,
    )
