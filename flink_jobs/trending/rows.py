"""What leaves the decoder: pieces and decisions for the shards, refused records as text.

A piece travels as ``shard (2 bytes) pane (8 bytes) bytes of the piece``, so that Flink's side can route it
without decoding. A refused record is seven fields with record separators between them, which SQL splits.
"""

from dataclasses import dataclass

from state import contributions
from state.contributions import Contributions
from state.moderation import Decision, dumps_decision, loads_decision

FIELD_SEPARATOR = "\x1e"
_SHARD_BYTES, _PANE_BYTES = 2, 8
_NO_PANE = b"\x80" + bytes(_PANE_BYTES - 1)  # the smallest number of 64 bits


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A record that could not be counted, with all that a dead letter needs."""

    topic: str
    partition: int
    offset: int
    error: str
    message: str
    schema_id: str
    value: bytes


def bad(record: BadRecord) -> str:
    """Return the text of a refused record."""
    fields = (
        record.topic,
        str(record.partition),
        str(record.offset),
        record.error,
        record.message,
        record.schema_id,
        record.value.hex(),
    )
    return FIELD_SEPARATOR.join(f.replace(FIELD_SEPARATOR, " ") for f in fields)


def routed(shard: int, piece: Contributions) -> bytes:
    """Return a piece with its address in front."""
    address = shard.to_bytes(_SHARD_BYTES, "big") + piece.pane.to_bytes(_PANE_BYTES, "big", signed=True)
    return address + contributions.CODEC.dumps(piece)


def routed_decision(shard: int, decision: Decision) -> bytes:
    """Return a moderator's decision with its address in front; its pane is one that cannot be."""
    return shard.to_bytes(_SHARD_BYTES, "big") + _NO_PANE + dumps_decision(decision)


def decision_of(raw: bytes) -> Decision | None:
    """Return a routed decision, None for a piece.

    Raises:
        StateCorruptError: Neither of them.
    """
    at = _SHARD_BYTES + _PANE_BYTES
    return loads_decision(raw[at:]) if raw[_SHARD_BYTES:at] == _NO_PANE else None


def shard_of(raw: bytes) -> int:
    """Return the shard that a routed piece goes to."""
    return int.from_bytes(raw[:_SHARD_BYTES], "big")


def pane_of(raw: bytes) -> int:
    """Return the pane of a routed piece."""
    return int.from_bytes(raw[_SHARD_BYTES : _SHARD_BYTES + _PANE_BYTES], "big", signed=True)


def body_of(raw: bytes) -> bytes:
    """Return a routed piece without its address."""
    return raw[_SHARD_BYTES + _PANE_BYTES :]
