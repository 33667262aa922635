"""How far a shard of people has come, and the head that its people share."""

from dataclasses import dataclass, field
from typing import Final

import msgspec

from state import interest_head
from state.codec import Codec, StateCorruptError, register
from state.interest_head import HeadState


@dataclass(slots=True)
class Progress:
    """State of a shard beside its people, as of one moment.

    Attributes:
        done_ms: All deeds before this event time are handled.
        newest_ms: Newest event time of a deed.
        next_number: Number of the next message that waits.
        head: The head.
    """

    done_ms: int = 0
    newest_ms: int = 0
    next_number: int = 0
    head: HeadState = field(default_factory=HeadState)


_encode = msgspec.msgpack.Encoder().encode
_decoder = msgspec.msgpack.Decoder(tuple[int, int, int, bytes])
_TOLD_BYTES: Final = 8


def _dump(one: Progress) -> bytes:
    return _encode((one.done_ms, one.newest_ms, one.next_number, interest_head.CODEC.dumps(one.head)))


def _load(raw: bytes) -> Progress:
    try:
        done_ms, newest_ms, number, head = _decoder.decode(raw)
    except msgspec.MsgspecError as error:
        raise StateCorruptError(f"progress of a shard: {error}; restore an older snapshot") from error
    return Progress(done_ms, newest_ms, number, interest_head.CODEC.loads(head))


CODEC: Final[Codec[Progress]] = register(Codec(kind=b"is", version=1, encode=_dump, decoders={1: _load}))


def _load_told(raw: bytes) -> int:
    if len(raw) != _TOLD_BYTES:
        raise StateCorruptError(
            f"a moment of {len(raw)} bytes, expected {_TOLD_BYTES}; restore an older snapshot"
        )
    return int.from_bytes(raw, "big", signed=True)


# The event time to which all that follows from deeds was told, which is at or after that of `Progress`.
TOLD: Final[Codec[int]] = register(
    Codec(
        kind=b"it",
        version=1,
        encode=lambda at_ms: at_ms.to_bytes(_TOLD_BYTES, "big", signed=True),
        decoders={1: _load_told},
    )
)
