"""The stored bytes of a user: about 80, and about 28 for each topic with its name."""

import struct
import sys
from array import array
from typing import Final

from state.codec import Codec, StateCorruptError, register
from state.interest_user import WIDTH, UserState

_HEAD: Final = struct.Struct("<dIHIIHB")  # events, seen_ms (low, high), slow_base, fast_base, topics, recent
_FLOAT_BYTES: Final = 4
_LOW: Final = 0xFFFF_FFFF
_HASH_BYTES: Final = 2
_LONG: Final = 255  # length of a name from which on two more bytes tell it
MAX_NAME_BYTES: Final = 65_535


def _encode(user: UserState) -> bytes:
    counts = user.total + user.rows
    if sys.byteorder == "big":
        counts.byteswap()
    names, n_recent = [name.encode() for name in user.names], len(user.recent)
    return b"".join(
        (
            _HEAD.pack(
                user.events,
                user.seen_ms & _LOW,
                user.seen_ms >> 32,
                int(user.slow_base),
                int(user.fast_base),
                len(names),
                n_recent,
            ),
            counts.tobytes(),
            struct.pack(f"<{n_recent}H", *user.recent),
            bytes([min(len(name), _LONG) for name in names]),
            *(struct.pack("<H", len(name)) for name in names if len(name) >= _LONG),
            *names,
        )
    )


def _decode_v1(payload: bytes) -> UserState:
    try:
        return _read(payload)
    except (struct.error, ValueError) as error:
        raise StateCorruptError(
            f"user interests v1 of {len(payload)} bytes: {error}; restore an older snapshot"
        ) from error


def _read(payload: bytes) -> UserState:
    events, low, high, slow_base, fast_base, n, n_recent = _HEAD.unpack_from(payload)
    at = _HEAD.size
    end = at + _FLOAT_BYTES * WIDTH * (n + 1)
    counts = array("f")
    counts.frombytes(payload[at:end])
    if sys.byteorder == "big":
        counts.byteswap()
    recent = struct.unpack_from(f"<{n_recent}H", payload, end)
    end += _HASH_BYTES * n_recent
    sizes = list(payload[end : end + n])
    at = end + n
    for place, size in enumerate(sizes):
        if size == _LONG:
            (sizes[place],) = struct.unpack_from("<H", payload, at)
            at += 2
    names = []
    for size in sizes:
        names.append(payload[at : at + size].decode())
        at += size
    if at != len(payload) or len(sizes) != n:
        raise ValueError(f"{at} bytes expected")
    return UserState(
        names=names,
        rows=counts[WIDTH:],
        total=counts[:WIDTH],
        places={name: place for place, name in enumerate(names)},
        recent=list(recent),
        events=events,
        seen_ms=high << 32 | low,
        slow_base=slow_base,
        fast_base=fast_base,
    )


CODEC: Final[Codec[UserState]] = register(
    Codec(kind=b"iu", version=1, encode=_encode, decoders={1: _decode_v1})
)
