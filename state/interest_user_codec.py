"""The stored bytes of a user: about 50, and about 30 for each topic."""

import struct
import sys
from array import array
from typing import Final

from state.codec import Codec, StateCorruptError, register
from state.interest_user import WIDTH, UserState

_HEAD: Final = struct.Struct("<dqddHB")  # events, seen_ms, slow_base, fast_base, topics, recent
_FLOAT_BYTES: Final = 4
MAX_NAME_BYTES: Final = 65_535


def _encode(user: UserState) -> bytes:
    counts = user.total + user.rows
    if sys.byteorder == "big":
        counts.byteswap()
    recent = struct.pack(f"<{len(user.recent)}I", *user.recent)
    names = [name.encode() for name in user.names]
    return b"".join(
        (
            _HEAD.pack(
                user.events, user.seen_ms, user.slow_base, user.fast_base, len(names), len(user.recent)
            ),
            counts.tobytes(),
            recent,
            struct.pack(f"<{len(names)}H", *map(len, names)),
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
    events, seen_ms, slow_base, fast_base, n, n_recent = _HEAD.unpack_from(payload)
    at = _HEAD.size
    end = at + _FLOAT_BYTES * WIDTH * (n + 1)
    counts = array("f")
    counts.frombytes(payload[at:end])
    if sys.byteorder == "big":
        counts.byteswap()
    recent = struct.unpack_from(f"<{n_recent}I", payload, end)
    end += 4 * n_recent
    sizes = struct.unpack_from(f"<{n}H", payload, end)
    at = end + 2 * n
    names = []
    for size in sizes:
        names.append(payload[at : at + size].decode())
        at += size
    if at != len(payload):
        raise ValueError(f"{at} bytes expected")
    return UserState(
        names=names,
        rows=counts[WIDTH:],
        total=counts[:WIDTH],
        places={name: place for place, name in enumerate(names)},
        recent=array("I", recent),
        events=events,
        seen_ms=seen_ms,
        slow_base=slow_base,
        fast_base=fast_base,
    )


CODEC: Final[Codec[UserState]] = register(
    Codec(kind=b"iu", version=1, encode=_encode, decoders={1: _decode_v1})
)
