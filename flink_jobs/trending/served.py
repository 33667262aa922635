"""What the lists emit for readers: one message per list and moment, one fenced write each."""

import msgspec

from flink_jobs._shell.for_readers import TTL_MS
from flink_jobs._shell.redis_sink import Entry, ListWrite, Places
from flink_jobs.trending.news import CANARIES
from schemas.served import AsOf, as_of_key, denied_key, encode, fence, list_key, meta_key
from schemas.served_canary import CANARY_TTL_MS, canary_key
from state.list_state import ListChange
from state.trend_config import TrendConfig

_Places = list[tuple[str, float]]


class _Message(msgspec.Struct, frozen=True, array_like=True):
    """A list at one moment.

    Attributes:
        kind: Of its topics.
        scope: Its scope.
        at_ms: The moment: the fence of all writes.
        as_of: How far the list has come.
        places: (topic, rank) of all.
        allowed: (topic, rank) of those that may be shown to everybody.
        denied: (topic, until ms) of what may not be shown in this scope.
        records: (topic, record) of what is new.
    """

    kind: str
    scope: str
    at_ms: int
    as_of: bytes
    places: _Places
    allowed: _Places
    denied: list[tuple[str, int]]
    records: list[tuple[str, bytes]]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Message).decode


def message_of(cfg: TrendConfig, kind: str, scope: str, at_ms: int, change: ListChange) -> bytes:
    """Return what changed in a list at a moment: the end of a pane, or that of a correction.

    Each message says all of a list that is not in its records: whichever of two comes first, the newer holds.
    """
    as_of = AsOf(
        as_of_ms=at_ms - at_ms % cfg.burst.pane_ms,
        pane_ms=cfg.burst.pane_ms,
        half_life_ms=cfg.half_life_ms,
        min_strength=cfg.min_strength,
    )
    return _encode(
        _Message(
            kind=kind,
            scope=scope,
            at_ms=at_ms,
            as_of=encode(as_of),
            places=change.places,
            allowed=change.allowed,
            denied=change.denied,
            records=[(record.topic, encode(record)) for record in change.records],
        )
    )


def canary_message(at_ms: int) -> bytes:
    """Return a canary in place of a list; it has neither places nor records."""
    return _encode(
        _Message(
            kind=CANARIES,
            scope="",
            at_ms=at_ms,
            as_of=str(at_ms).encode(),
            places=[],
            allowed=[],
            denied=[],
            records=[],
        )
    )


def write_of(message: bytes) -> ListWrite:
    """Turn a message into a write.

    Raises:
        ServedError: The scope cannot be part of a key.
    """
    m = _decode(message)
    if m.kind == CANARIES:
        key = canary_key("trending")
        return ListWrite(key, fence(m.at_ms), CANARY_TTL_MS, value=m.as_of, places=(), entries=())
    return ListWrite(
        version_key=as_of_key(m.scope, m.kind),
        fence=fence(m.at_ms),
        ttl_ms=TTL_MS,
        value=m.as_of,
        places=[
            Places(list_key(m.scope, m.kind), m.places),
            Places(list_key(m.scope, m.kind, allowed=True), m.allowed),
            Places(denied_key(m.scope, m.kind), m.denied),
        ],
        entries=[Entry(meta_key(m.scope, topic, m.kind), raw) for topic, raw in m.records],
    )
