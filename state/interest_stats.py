"""Counts of one thing that many users meet: an item, a creator, a topic, or all together.

Positives and labels, each at two speeds, fading by time only. So counts are additive: those of a pane, of a
partition or of a late correction can be summed elsewhere and added whenever they arrive.
"""

import math
import struct
from dataclasses import dataclass
from typing import Final

from state.codec import Codec, StateCorruptError, register
from state.interest_config import InterestConfig

_LAYOUT: Final = struct.Struct("<ddddq")


@dataclass(slots=True)
class ItemStats:
    """Decayed counts as of ``seen_ms``.

    Attributes:
        pos: Positive labels, slow.
        n: Labels, slow.
        short_pos: Positive labels, fast.
        short_n: Labels, fast.
        seen_ms: Newest event time, UTC; 0 = nothing yet.
    """

    pos: float = 0.0
    n: float = 0.0
    short_pos: float = 0.0
    short_n: float = 0.0
    seen_ms: int = 0


def add(cfg: InterestConfig, stats: ItemStats, pos: float, n: float, at_ms: int) -> None:
    """Add counts of a moment. O(1); the order of additions does not matter, rounding aside.

    Args:
        cfg: Settings.
        stats: Changed in place.
        pos: Positive labels; negative takes back, which restores what was there.
        n: Labels; 0 when a positive replaces a negative that was counted.
        at_ms: Event time, UTC. Earlier than what is known already: fades before it is added.
    """
    age_ms = at_ms - stats.seen_ms
    if age_ms > 0:
        if stats.seen_ms:  # the hot path, hence `_fade` once more
            slow = 0.5 ** (age_ms / cfg.item_half_life_ms)
            fast = 0.5 ** (age_ms / cfg.item_short_half_life_ms)
            stats.pos = stats.pos * slow + pos
            stats.n = stats.n * slow + n
            stats.short_pos = stats.short_pos * fast + pos
            stats.short_n = stats.short_n * fast + n
        else:
            stats.pos += pos
            stats.n += n
            stats.short_pos += pos
            stats.short_n += n
        stats.seen_ms = at_ms
        return
    if not age_ms:
        stats.pos += pos
        stats.n += n
        stats.short_pos += pos
        stats.short_n += n
        return
    slow = 0.5 ** (-age_ms / cfg.item_half_life_ms)
    fast = 0.5 ** (-age_ms / cfg.item_short_half_life_ms)
    stats.pos += pos * slow
    stats.n += n * slow
    stats.short_pos += pos * fast
    stats.short_n += n * fast


def merge(cfg: InterestConfig, into: ItemStats, other: ItemStats) -> None:
    """Add the counts of another partition. O(1); commutes, rounding aside."""
    age_ms = other.seen_ms - into.seen_ms
    if age_ms > 0:
        _fade(cfg, into, age_ms)
        into.seen_ms = other.seen_ms
        age_ms = 0
    slow = 0.5 ** (-age_ms / cfg.item_half_life_ms)
    fast = 0.5 ** (-age_ms / cfg.item_short_half_life_ms)
    into.pos += other.pos * slow
    into.n += other.n * slow
    into.short_pos += other.short_pos * fast
    into.short_n += other.short_n * fast


def _fade(cfg: InterestConfig, stats: ItemStats, age_ms: int) -> None:
    slow = 0.5 ** (age_ms / cfg.item_half_life_ms)
    fast = 0.5 ** (age_ms / cfg.item_short_half_life_ms)
    stats.pos *= slow
    stats.n *= slow
    stats.short_pos *= fast
    stats.short_n *= fast


def _encode(stats: ItemStats) -> bytes:
    return _LAYOUT.pack(stats.pos, stats.n, stats.short_pos, stats.short_n, stats.seen_ms)


def _decode_v1(payload: bytes) -> ItemStats:
    if len(payload) != _LAYOUT.size:
        raise StateCorruptError(
            f"item counts v1 have {len(payload)} bytes, expected {_LAYOUT.size}; restore an older snapshot"
        )
    stats = ItemStats(*_LAYOUT.unpack(payload))
    if not all(map(math.isfinite, (stats.pos, stats.n, stats.short_pos, stats.short_n))):
        raise StateCorruptError("item counts v1 hold a number that is not finite; restore an older snapshot")
    return stats


CODEC: Final[Codec[ItemStats]] = register(
    Codec(kind=b"ii", version=1, encode=_encode, decoders={1: _decode_v1})
)
