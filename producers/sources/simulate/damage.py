"""Records that every reader must refuse, made out of good ones.

Each damaged record is an extra beside the good record it was copied from, with an id and a record timestamp
of its own, and each is shown to be unreadable before it leaves (`check`).
"""

from collections.abc import Callable
from typing import Final

import numpy as np

from producers.errors import SelfCheckError
from producers.sources.simulate.config import SimulationConfig
from producers.sources.simulate.reference import MAX_NEW_MS, MAX_OLD_MS, refusal
from producers.sources.simulate.rng import Ints, mix
from producers.sources.simulate.rows import MODERATION, Rows, make, replaced, size, take
from schemas.wire import HEADER_BYTES

KINDS: Final = (
    "",  # 0: not damaged
    "truncated",
    "bad_magic",
    "unknown_schema",
    "invalid_utf8",
    "trailing_bytes",
    "empty_value",
    "empty_actor",
    "too_old",
    "too_new",
)
TRUNCATED, BAD_MAGIC, UNKNOWN_SCHEMA, INVALID_UTF8, TRAILING, EMPTY, NO_ACTOR, TOO_OLD, TOO_NEW = range(1, 10)
_FIRST_SEQ = 1 << 40
_NO_SUCH_SCHEMA = (987_654).to_bytes(4, "big")


def add_damaged(good: Rows, config: SimulationConfig, before: int, rng: np.random.Generator) -> Rows:
    """Make the damaged rows that belong to a slot.

    Args:
        good: The slot's rows.
        config: `malformed` times the good rows so far, rounded down, is how many there are up to here.
        before: Good rows of earlier slots.
        rng: Chooses which rows are copied.
    """
    first = int(config.malformed * before)
    possible = np.flatnonzero(good["kind"] != MODERATION)
    count = int(config.malformed * (before + size(good))) - first
    if not count or not len(possible):
        return make(0, {})
    number = np.arange(first, first + count)
    rows = take(good, rng.choice(possible, count))
    return replaced(rows, {"seq": _FIRST_SEQ + number, "damage": 1 + number % (len(KINDS) - 1)})


def shifted_times(at_ms: Ints, damage: Ints) -> Ints:
    """Event times with those of TOO_OLD and TOO_NEW records moved out of bounds by a minute."""
    older = np.where(damage == TOO_OLD, at_ms - MAX_OLD_MS - 60_000, at_ms)
    return np.where(damage == TOO_NEW, at_ms + MAX_NEW_MS + 60_000, older)


def _truncate(value: bytes, chance: int) -> bytes:
    return value[: HEADER_BYTES + chance % (len(value) - HEADER_BYTES)]


def _break_text(value: bytes, chance: int) -> bytes:
    """Put 0xFF, which no UTF-8 text contains, into the event id: first field, a length byte, 36 letters."""
    at = HEADER_BYTES + 1 + chance % 36
    return value[:at] + b"\xff" + value[at + 1 :]


_BREAK: dict[int, Callable[[bytes, int], bytes]] = {
    TRUNCATED: _truncate,
    BAD_MAGIC: lambda value, chance: bytes([1 + chance % 255]) + value[1:],
    UNKNOWN_SCHEMA: lambda value, _: value[:1] + _NO_SUCH_SCHEMA + value[HEADER_BYTES:],
    INVALID_UTF8: _break_text,
    TRAILING: lambda value, chance: value + chance.to_bytes(8, "big")[: 1 + chance % 8],
    EMPTY: lambda _value, _chance: b"",
}


def break_values(values: list[bytes], rows: Rows, config: SimulationConfig, event: str) -> None:
    """Damage encoded values in place where `rows` say so, and check that each is refused.

    Raises:
        SelfCheckError: A damaged record could be read after all.
    """
    for row in np.flatnonzero(rows["damage"]).tolist():
        kind = int(rows["damage"][row])
        chance = int(mix(rows["seq"][row : row + 1].astype(np.int64), config.seed, "damage")[0])
        if kind in _BREAK:
            values[row] = _BREAK[kind](values[row], chance)
        if not refusal(values[row], event, int(rows["at_ms"][row])):
            raise SelfCheckError(f"a {KINDS[kind]} record of {event} can be read: {values[row].hex()}")
