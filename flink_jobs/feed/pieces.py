"""What travels between the steps: acts and rows of one shard, and messages that leave.

A piece is ``what (1 byte) shard (1 byte) pane (8 bytes) body``; for people the pane is 0. Pieces live
between two steps only, so they carry no version; where they wait in state, an upgrade of the uid goes with a
change of ``Act`` or ``Row``.
"""

from collections.abc import Iterable, Sequence

import msgspec

from state.feed_acts import Act
from state.feed_pools import PoolKind, Row

CARDS, VIEWERS, POOLS, SERVED = b"C", b"V", b"P", b"S"  # first byte of what travels
_PANE_BYTES = 8
_BODY = 2 + _PANE_BYTES
encode = msgspec.msgpack.Encoder().encode
acts_of = msgspec.msgpack.Decoder(list[Act]).decode
Target = tuple[PoolKind, str]
rows_of = msgspec.msgpack.Decoder(list[tuple[Target, Row]]).decode


def piece(what: bytes, shard: int, pane: int, body: Sequence[object]) -> bytes:
    """Return acts or rows with where they go."""
    return what + bytes((shard,)) + pane.to_bytes(_PANE_BYTES, "big", signed=True) + encode(body)


def shard_of(raw: bytes) -> int:
    """Return the shard that a piece goes to."""
    return int(raw[1])


def pane_of(raw: bytes) -> int:
    """Return the pane of a piece."""
    return int.from_bytes(raw[2:_BODY], "big", signed=True)


def body_of(raw: bytes) -> bytes:
    """Return a piece without its address."""
    return raw[_BODY:]


def joined_acts(bodies: Iterable[bytes]) -> bytes:
    """Return several bodies of acts as one."""
    return encode([act for body in bodies for act in acts_of(body)])


def joined_rows(bodies: Iterable[bytes]) -> bytes:
    """Return several bodies of rows as one."""
    return encode([row for body in bodies for row in rows_of(body)])
