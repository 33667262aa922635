"""What travels between the steps: deeds of one shard, and messages that leave.

Deeds for items travel as ``shard (2 bytes) pane (8 bytes) deeds``, deeds for people as ``shard (2 bytes)
deeds``. They live between two steps only, so they carry no version; where they wait in state, an upgrade of
the uid goes with a change of ``Deed``.
"""

from collections.abc import Iterable, Sequence

import msgspec

from state.outcome_join import Deed

DEEDS, SERVED, EXAMPLES, NOTES = b"D", b"S", b"E", b"N"  # first byte of a message of a step
_SHARD_BYTES, _PANE_BYTES = 2, 8
_SHORT, _MIDDLE, _LONG = 0x90, 0xDC, 0xDD  # first byte of an array of up to 15, 2**16 - 1, 2**32 - 1 parts
_CANARY = b"\x80" + bytes(_PANE_BYTES - 1)  # in place of a pane, and in front of what goes to people
encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[Deed]).decode


def item_piece(shard: int, pane: int, deeds: Sequence[object]) -> bytes:
    """Return deeds, as such or as tuples, with the address of their items."""
    address = shard.to_bytes(_SHARD_BYTES, "big") + pane.to_bytes(_PANE_BYTES, "big", signed=True)
    return address + encode(deeds)


def people_piece(shard: int, deeds: Sequence[Deed]) -> bytes:
    """Return deeds with the address of their people."""
    return shard.to_bytes(_SHARD_BYTES, "big") + encode(deeds)


def canary_piece(shard: int, at_ms: int) -> bytes:
    """Return a canary with an address, for items and for people."""
    return shard.to_bytes(_SHARD_BYTES, "big") + _CANARY + str(at_ms).encode()


def canary_of(raw: bytes) -> int | None:
    """Return the event time of a canary, None for deeds."""
    at = _SHARD_BYTES + _PANE_BYTES
    return int(raw[at:]) if raw[_SHARD_BYTES:at] == _CANARY else None


def shard_of(raw: bytes) -> int:
    """Return the shard that a piece goes to."""
    return int.from_bytes(raw[:_SHARD_BYTES], "big")


def pane_of(raw: bytes) -> int:
    """Return the pane of a piece for items."""
    return int.from_bytes(raw[_SHARD_BYTES : _SHARD_BYTES + _PANE_BYTES], "big", signed=True)


def item_body(raw: bytes) -> bytes:
    """Return a piece for items without its address."""
    return raw[_SHARD_BYTES + _PANE_BYTES :]


def people_body(raw: bytes) -> bytes:
    """Return a piece for people without its address."""
    return raw[_SHARD_BYTES:]


def deeds_of(body: bytes) -> list[Deed]:
    """Return the deeds of a body."""
    return _decode(body)


def joined(bodies: Iterable[bytes]) -> bytes:
    """Return several bodies as one. Deeds are not read: their bytes follow each other under a new count.

    Source: msgpack's specification, formats of arrays.

    >>> msgspec.msgpack.decode(joined([encode([1, 2]), encode([3])]))
    [1, 2, 3]
    """
    count, parts = 0, [b""]
    for body in bodies:
        kind = body[0]
        size = 0 if kind & 0xF0 == _SHORT else 2 if kind == _MIDDLE else 4
        count += int.from_bytes(body[1 : 1 + size], "big") if size else kind & 0x0F
        parts.append(body[1 + size :])
    parts[0] = bytes([_LONG]) + count.to_bytes(4, "big")
    return b"".join(parts)
