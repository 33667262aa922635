"""Hashed FTRL-proximal: a weight for each item, creator, topic and cross of them, in a table of fixed size.

Names share places by hash, so memory is bounded whatever comes; a weight is 0 until enough speaks for it, and
each place takes its own, shrinking steps.
"""

import math
import struct
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from zlib import crc32

from state.codec import Codec, StateCorruptError, register
from state.residual import Case

MOST_BITS: Final = 22
_HEAD: Final = struct.Struct("<BI")
_PLACE: Final = struct.Struct("<Iff")
_LIMIT: Final = 30.0
_HOUR_MS: Final = 3_600_000
_DAY_HOURS: Final = 24


@dataclass(frozen=True, slots=True)
class FtrlConfig:
    """Settings of the table.

    Attributes:
        bits: Of the number of places: 2 ** bits, 8 bytes each.
        alpha: Size of steps.
        beta: Evidence that steps start with.
        l1: Evidence below which a weight is 0.
        l2: Pull of weights towards 0.
        hours: Also a weight for each topic in each hour of the day.
        seed: Of the hash; another seed, other names share places.
    """

    bits: int = 18
    alpha: float = 0.05
    beta: float = 1.0
    l1: float = 0.0
    l2: float = 1.0
    hours: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        """Report every setting that is out of range at once.

        Raises:
            ValueError: With one line per setting.
        """
        checks = (
            (1 <= self.bits <= MOST_BITS, f"bits = {self.bits!r}: expected 1 to {MOST_BITS}"),
            (self.alpha > 0, f"alpha = {self.alpha!r}: expected above 0"),
            (self.beta > 0, f"beta = {self.beta!r}: expected above 0"),
            (self.l1 >= 0, f"l1 = {self.l1!r}: expected 0 or more"),
            (self.l2 >= 0, f"l2 = {self.l2!r}: expected 0 or more"),
            (0 <= self.seed < 1 << 32, f"seed = {self.seed!r}: expected 0 to 2^32 - 1"),
        )
        problems = [text for ok, text in checks if not ok]
        if problems:
            raise ValueError("\n".join(problems))


@dataclass(slots=True)
class FtrlState:
    """The table, in 32-bit floats, so that storing it changes nothing.

    Attributes:
        bits: Of its size.
        z: Sum of gradients, corrected for what weights were, of each place.
        n: Sum of squared gradients of each place.
    """

    bits: int
    z: "array[float]" = field(default_factory=lambda: array("f"))
    n: "array[float]" = field(default_factory=lambda: array("f"))

    def __post_init__(self) -> None:
        """Make an empty table where none was given."""
        if not len(self.z):
            self.z, self.n = array("f", bytes(4 << self.bits)), array("f", bytes(4 << self.bits))


class HashedFtrl:
    """A table that takes part in predictions.

    Source: H. B. McMahan et al., Ad Click Prediction: a View from the Trenches, KDD 2013, algorithm 1.

    >>> table = HashedFtrl(FtrlConfig(bits=10))
    >>> case = Case("ann", "p1", "max", ("tea",), 0, 0.0)
    >>> for _ in range(50):
    ...     table.learn(case, 1)
    >>> table.margin(case) > 0.5 > table.margin(case._replace(item="p2", creator="", topics=()))
    True
    """

    def __init__(self, cfg: FtrlConfig, state: FtrlState | None = None) -> None:
        self.cfg, self.state = cfg, state or FtrlState(cfg.bits)

    def margin(self, case: Case) -> float:
        """Return what to add. O(topics); about 5 us for an item of two topics."""
        return sum(self._weight(place) for place in self._places(case))

    def learn(self, case: Case, label: int) -> None:
        """Move the weights of a case. O(topics); about 10 us."""
        places = list(self._places(case))
        weights = [self._weight(place) for place in places]
        margin = max(-_LIMIT, min(_LIMIT, case.margin + sum(weights)))
        gradient = 1.0 / (1.0 + math.exp(-margin)) - label
        z, n, alpha, steep = self.state.z, self.state.n, self.cfg.alpha, gradient * gradient
        for place, weight in zip(places, weights, strict=True):
            before = n[place]
            n[place] = before + steep
            z[place] += gradient - (math.sqrt(before + steep) - math.sqrt(before)) / alpha * weight

    def _weight(self, place: int) -> float:
        z, cfg = self.state.z[place], self.cfg
        if -cfg.l1 <= z <= cfg.l1:
            return 0.0
        pull = z - math.copysign(cfg.l1, z)
        return -pull / ((cfg.beta + math.sqrt(self.state.n[place])) / cfg.alpha + cfg.l2)

    def _places(self, case: Case) -> Iterator[int]:
        mask, seed = (1 << self.cfg.bits) - 1, self.cfg.seed
        for name in names(case, hours=self.cfg.hours):
            yield crc32(name.encode(), seed) & mask


def names(case: Case, *, hours: bool = False) -> Iterator[str]:
    """Yield what a case has a weight for: item, creator and topics, the last two also for this person."""
    user, hour = case.user, case.at_ms // _HOUR_MS % _DAY_HOURS
    if case.item:
        yield f"i{case.item}"
    if case.creator:
        yield f"c{case.creator}"
        yield f"c{case.creator}\x1fu{user}"
    for topic in case.topics:
        yield f"t{topic}"
        yield f"t{topic}\x1fu{user}"
        if hours:
            yield f"t{topic}\x1fh{hour}"


def _encode(state: FtrlState) -> bytes:
    used = [at for at in range(len(state.z)) if state.z[at] or state.n[at]]
    places = b"".join(_PLACE.pack(at, state.z[at], state.n[at]) for at in used)
    return _HEAD.pack(state.bits, len(used)) + places


def _decode_v1(payload: bytes) -> FtrlState:
    if len(payload) < _HEAD.size:
        raise StateCorruptError(f"a table of weights has {len(payload)} bytes; restore an older snapshot")
    bits, used = _HEAD.unpack_from(payload)
    if not 1 <= bits <= MOST_BITS or len(payload) != _HEAD.size + used * _PLACE.size:
        raise StateCorruptError(
            f"a table of 2^{bits} weights, {used} of them used, has {len(payload)} bytes; "
            "restore an older snapshot"
        )
    state = FtrlState(bits)
    for at, z, n in _PLACE.iter_unpack(payload[_HEAD.size :]):
        if at >= len(state.z):
            raise StateCorruptError(f"weight {at} of a table of 2^{bits}; restore an older snapshot")
        state.z[at], state.n[at] = z, n
    return state


CODEC: Final[Codec[FtrlState]] = register(
    Codec(kind=b"rf", version=1, encode=_encode, decoders={1: _decode_v1})
)
