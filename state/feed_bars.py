"""What must not be in any feed: posts that were deleted, people who were banned or silenced. Bounded.

The trending job keeps decisions, too, to take back what was counted. Here only the present matters.
"""

from dataclasses import dataclass, field
from typing import Final

import msgspec

from state.codec import Codec, StateCorruptError, register
from state.feed_acts import (
    BANNED,
    DELETED,
    REMOVED,
    RESTORED,
    SILENCED,
    UNBANNED,
    UNDELETED,
    UNSILENCED,
    Act,
)

MOST: Final = 5_000
_POST_BARS: Final = {DELETED: UNDELETED, REMOVED: RESTORED}
_USER_BARS: Final = {BANNED: UNBANNED, SILENCED: UNSILENCED}
_OF_UNDO: Final = {undo: bar for bar, undo in (*_POST_BARS.items(), *_USER_BARS.items())}
BAR_ACTS: Final = frozenset((*_OF_UNDO, *_OF_UNDO.values()))


@dataclass(slots=True)
class Bars:
    """What is barred, oldest first.

    Attributes:
        changed_ms: Event time of the newest change.
        posts: (bar, post) -> until when, ms; 0 = for ever.
        users: (bar, person) -> likewise.
    """

    changed_ms: int = 0
    posts: dict[tuple[str, str], int] = field(default_factory=dict)
    users: dict[tuple[str, str], int] = field(default_factory=dict)


def bar(bars: Bars, act: Act) -> bool:
    """Take an act in, whose user is the post or person it was done to; return whether anything changed."""
    name = _OF_UNDO.get(act.action, act.action)
    held = bars.posts if name in _POST_BARS else bars.users
    key = name, act.user
    before = held.get(key)
    if act.action in _OF_UNDO:
        if before is None:
            return False
        del held[key]
    elif before == act.until_ms:
        return False
    else:
        held.pop(key, None)
        held[key] = act.until_ms
        while len(held) > MOST:
            held.pop(next(iter(held)))
    bars.changed_ms = max(bars.changed_ms, act.at_ms)
    return True


def in_force(held: "dict[tuple[str, str], int]") -> dict[str, int]:
    """Return who or what is barred -> until when; of two bars the longer counts. O(bars)."""
    out: dict[str, int] = {}
    for (_, name), until_ms in held.items():
        out[name] = 0 if not until_ms or out.get(name) == 0 else max(until_ms, out.get(name, until_ms))
    return out


_encode = msgspec.msgpack.Encoder().encode
_Rows = list[tuple[str, str, int]]
_decoder = msgspec.msgpack.Decoder(tuple[int, _Rows, _Rows])


def _dump(bars: Bars) -> bytes:
    posts, users = ([(*key, until_ms) for key, until_ms in one.items()] for one in (bars.posts, bars.users))
    return _encode((bars.changed_ms, posts, users))


def _load(raw: bytes) -> Bars:
    try:
        changed_ms, posts, users = _decoder.decode(raw)
    except msgspec.MsgspecError as error:
        raise StateCorruptError(f"bars: {error}; restore an older snapshot") from error
    held = ({(name, target): until_ms for name, target, until_ms in one} for one in (posts, users))
    return Bars(changed_ms, *held)


CODEC: Final[Codec[Bars]] = register(Codec(kind=b"fb", version=1, encode=_dump, decoders={1: _load}))
