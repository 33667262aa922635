"""Everything that is kept of one person: interests, and what waits for an outcome; stored in parts."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from state import outcome_join
from state.codec import Codec, StateCorruptError, register
from state.interest_features import FEATURES
from state.interest_model import Scored
from state.interest_user import Receipt, UserState
from state.outcome_join import JoinState, Shown


@dataclass(slots=True)
class Person:
    """One person.

    Attributes:
        user: Interests.
        join: What was shown and done.
        seen_ms: Event time of the newest deed; 0 = nothing yet.
        user_changed: ``user`` is not as stored. Most deeds change only the join.
        user_stored: Something is stored of ``user``.
        stored: Pieces of the join that are stored apart from the index.
    """

    user: UserState = field(default_factory=UserState)
    join: JoinState = field(default_factory=JoinState)
    seen_ms: int = 0
    user_changed: bool = False
    user_stored: bool = False
    stored: range = range(0)


class Index(msgspec.Struct, array_like=True):
    """What is stored of a person in one small value, read before anything else.

    Attributes:
        seen_ms: As of Person.
        known: Interests are stored.
        settled: As of JoinState.
        next_number: As of JoinState.
        kept: How many impressions are kept.
        newest: The newest piece of them; the others are stored apart.
    """

    seen_ms: int
    known: bool
    settled: int
    next_number: int
    kept: int
    newest: list[Shown]

    def pieces(self) -> range:
        """Return the pieces that are stored apart."""
        first, last = self.next_number - self.kept, self.next_number - 1
        return range(outcome_join.piece_of(first), outcome_join.piece_of(last)) if self.kept else range(0)


class Kept(msgspec.Struct, array_like=True, gc=False):
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
_decoder = msgspec.msgpack.Decoder(Index)
_SCORED: Final = struct.Struct(f"<d{len(FEATURES)}f")
_MANY: Final = np.dtype([("p", "<f8"), ("features", "<f4", (len(FEATURES),))])
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


def unpack_many(raw: Sequence[bytes]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float32]]:
    """Return probabilities, and a row of features for each, of many predictions.

    Raises:
        StateCorruptError: Another length.
    """
    if any(len(one) != _SCORED.size for one in raw):
        raise StateCorruptError(f"a kept prediction has not {_SCORED.size} bytes; restore an older snapshot")
    table = np.frombuffer(b"".join(raw), _MANY)
    return table["p"].astype(np.float64), table["features"].astype(np.float32)


def index_of(person: Person) -> Index:
    """Return what to store first of a person."""
    join, known = person.join, person.user_changed or person.user_stored
    newest = outcome_join.piece(join, outcome_join.piece_of(join.next_number - 1)) if join.shown else []
    return Index(person.seen_ms, known, join.settled, join.next_number, len(join.shown), newest)


def person_of(index: Index, older: Sequence[Shown], user: UserState | None) -> Person:
    """Return a person from what was stored.

    Args:
        index: Read first; says what else there is.
        older: Impressions of ``index.pieces()``; those that are kept no more are left out.
        user: Interests; None = none are stored.

    Raises:
        StateCorruptError: A piece is missing.
    """
    first = index.next_number - index.kept
    shown = [one for one in (*older, *index.newest) if one.number >= first]
    if len(shown) != index.kept or (user is None) is index.known:
        raise StateCorruptError(
            f"a person with {len(shown)} of {index.kept} kept impressions; restore an older snapshot"
        )
    join = JoinState(shown, index.settled, index.next_number)
    return Person(
        UserState() if user is None else user,
        join,
        index.seen_ms,
        user_stored=index.known,
        stored=index.pieces(),
    )


def _load(raw: bytes) -> Index:
    try:
        return _decoder.decode(raw)
    except msgspec.MsgspecError as error:
        raise StateCorruptError(f"a person: {error}; restore an older snapshot") from error


CODEC: Final[Codec[Index]] = register(Codec(kind=b"ip", version=1, encode=_encode, decoders={1: _load}))
