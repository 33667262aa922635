"""Everything that is kept of one person: interests, and what waits for an outcome."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from state import interest_user_codec, outcome_join
from state.codec import Codec, StateCorruptError, register
from state.interest_features import FEATURES
from state.interest_model import Scored
from state.interest_user import Receipt, UserState
from state.outcome_join import JoinState


@dataclass(slots=True)
class Person:
    """One person.

    Attributes:
        user: Interests.
        join: What was shown and done.
        seen_ms: Event time of the newest deed; 0 = nothing yet.
        user_raw: Stored bytes of ``user``; None = it has changed. Most deeds change only the join.
    """

    user: UserState = field(default_factory=UserState)
    join: JoinState = field(default_factory=JoinState)
    seen_ms: int = 0
    user_raw: bytes | None = None


class Kept(msgspec.Struct, array_like=True):
    """What the model keeps of something shown until no label can change any more.

    Attributes:
        scored: The prediction (``pack_scored``).
        author: Of the item.
        topics: Of the item.
        receipt: What the label added to the person's counts; None = there is no label.
    """

    scored: bytes
    author: str
    topics: tuple[str, ...]
    receipt: tuple[float, int, float, float, float] | None = None

    def names(self) -> Sequence[str]:
        """Return what the person's interest is counted under."""
        return (*self.topics, f"@{self.author}") if self.author else self.topics

    def added(self) -> Receipt | None:
        """Return the receipt as the model gave it."""
        return None if self.receipt is None else Receipt(*self.receipt)


_encode = msgspec.msgpack.Encoder().encode
_decoder = msgspec.msgpack.Decoder(tuple[bytes, bytes, int])
_SCORED: Final = struct.Struct(f"<d{len(FEATURES)}f")
dumps_kept = msgspec.msgpack.Encoder().encode
loads_kept = msgspec.msgpack.Decoder(Kept).decode


def pack_scored(scored: Scored) -> bytes:
    """Return a prediction in half the bytes of ``interest_model.pack``: features as 32-bit floats.

    A label is always learned from what `unpack_scored` returns, so that a restart changes nothing.
    """
    return _SCORED.pack(scored.p, *scored.features)


def unpack_scored(raw: bytes) -> Scored:
    """Return a prediction whose features are rounded to 32 bits.

    Raises:
        StateCorruptError: Another length.
    """
    if len(raw) != _SCORED.size:
        raise StateCorruptError(
            f"a kept prediction has {len(raw)} bytes, expected {_SCORED.size}; restore an older snapshot"
        )
    p, *values = _SCORED.unpack(raw)
    return Scored(p, tuple(values))


def _dump(one: Person) -> bytes:
    if one.user_raw is None:
        one.user_raw = interest_user_codec.CODEC.dumps(one.user)
    return _encode((one.user_raw, outcome_join.CODEC.dumps(one.join), one.seen_ms))


def _load(raw: bytes) -> Person:
    try:
        user, join, seen_ms = _decoder.decode(raw)
    except msgspec.MsgspecError as error:
        raise StateCorruptError(f"a person: {error}; restore an older snapshot") from error
    return Person(interest_user_codec.CODEC.loads(user), outcome_join.CODEC.loads(join), seen_ms, user)


CODEC: Final[Codec[Person]] = register(Codec(kind=b"ip", version=1, encode=_dump, decoders={1: _load}))
