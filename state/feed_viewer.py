"""What a person wants of the feed: whom it follows, what it hid, whom it blocked or muted, what it has seen.

All of one person in order of (event time, event id). Everything is bounded: the oldest gives way.
"""

from dataclasses import dataclass, field
from typing import Final
from zlib import crc32

import msgspec
import numpy as np

from state.codec import Codec, StateCorruptError, register
from state.feed_acts import ABOUT_CREATORS, ITEM_ACTS, TURNED_AWAY, Act

_MINUTE_MS: Final = 60_000
_TIME_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class ViewerConfig:
    """How much is kept of a person.

    Attributes:
        follows: Followed creators at most.
        hidden: Hidden items at most.
        blocked: Blocked creators at most, and as many muted ones.
        seen: Items met that are remembered at most.
        seen_ms: How long an item counts as seen.
    """

    follows: int = 500
    hidden: int = 200
    blocked: int = 500
    seen: int = 512
    seen_ms: int = 7 * 86_400_000

    def __post_init__(self) -> None:
        """Report every setting that is out of range at once.

        Raises:
            ValueError: With one line per setting.
        """
        names = ("follows", "hidden", "blocked", "seen")
        problems = [
            f"viewers.{name}: expected 1 to {_MOST:,}"
            for name in names
            if not 1 <= getattr(self, name) <= _MOST
        ]
        if self.seen_ms < _MINUTE_MS:
            problems.append("viewers.seen_ms: expected one minute or more")
        if problems:
            raise ValueError("\n".join(problems))


_MOST: Final = 10_000


@dataclass(slots=True)
class Wishes:
    """What a person said about creators and items, oldest first.

    Attributes:
        changed_ms: Event time of the newest change.
        follows: Creator -> since when.
        hidden: Item -> (its creator, since when).
        blocked: Creator -> since when.
        muted: Creator -> since when.
        lang: Scope of the language of the newest request that named one, "lang:xx".
        region: Scope of its region, "region:XX".
    """

    changed_ms: int = 0
    follows: dict[str, int] = field(default_factory=dict)
    hidden: dict[str, tuple[str, int]] = field(default_factory=dict)
    blocked: dict[str, int] = field(default_factory=dict)
    muted: dict[str, int] = field(default_factory=dict)
    lang: str = ""
    region: str = ""


@dataclass(slots=True)
class Seen:
    """What a person met, the oldest first.

    Attributes:
        changed_ms: Event time of the newest change.
        items: Hash of the item -> minute of event time in which it was last met.
    """

    changed_ms: int = 0
    items: dict[int, int] = field(default_factory=dict)


def seen_hash(item: str) -> int:
    """Return what an item is remembered by: the CRC-32 of its id's UTF-8 bytes.

    >>> seen_hash("post-1")
    4194621909
    """
    return crc32(item.encode())


def wish(cfg: ViewerConfig, wishes: Wishes, act: Act) -> bool:
    """Take an act in; return whether anything changed. O(1)."""
    changed = _place(wishes, act)
    undo = act.action.startswith("un")
    name = act.action.removeprefix("un")
    if name in TURNED_AWAY and act.item:
        if undo:
            changed |= wishes.hidden.pop(act.item, None) is not None
        else:
            wishes.hidden.pop(act.item, None)
            wishes.hidden[act.item] = act.author, act.at_ms
            _bound(wishes.hidden, cfg.hidden)
            changed = True
    elif name in ABOUT_CREATORS and act.author:
        held, most = {
            "follow": (wishes.follows, cfg.follows),
            "block": (wishes.blocked, cfg.blocked),
            "mute": (wishes.muted, cfg.blocked),
        }[name]
        if undo:
            changed |= held.pop(act.author, None) is not None
        elif act.author not in held:
            held[act.author] = act.at_ms
            _bound(held, most)
            changed = True
    if changed:
        wishes.changed_ms = max(wishes.changed_ms, act.at_ms)
    return changed


def meet(cfg: ViewerConfig, seen: Seen, act: Act) -> bool:
    """Remember that a person met an item; return whether anything changed. O(1)."""
    if act.action not in ITEM_ACTS or not act.item:
        return False
    name, minute = seen_hash(act.item), act.at_ms // _MINUTE_MS
    if seen.items.get(name) == minute:
        return False
    seen.items.pop(name, None)
    seen.items[name] = minute
    _bound(seen.items, cfg.seen)
    seen.changed_ms = max(seen.changed_ms, act.at_ms)
    return True


def fresh(cfg: ViewerConfig, seen: Seen) -> list[int]:
    """Return the hashes of what counts as seen as of the newest change, the oldest first. O(items)."""
    oldest = (seen.changed_ms - cfg.seen_ms) // _MINUTE_MS
    return [name for name, minute in seen.items.items() if minute > oldest]


def _place(wishes: Wishes, act: Act) -> bool:
    before = wishes.lang, wishes.region
    wishes.lang, wishes.region = act.lang or wishes.lang, act.region or wishes.region
    return before != (wishes.lang, wishes.region)


def _bound(held: "dict[str, int] | dict[int, int] | dict[str, tuple[str, int]]", most: int) -> None:
    while len(held) > most:
        held.pop(next(iter(held)))  # type: ignore[call-overload]  # its own key


_encode = msgspec.msgpack.Encoder().encode
_decoder = msgspec.msgpack.Decoder(
    tuple[int, dict[str, int], dict[str, tuple[str, int]], dict[str, int], dict[str, int], str, str]
)


def _dump(one: Wishes) -> bytes:
    return _encode((one.changed_ms, one.follows, one.hidden, one.blocked, one.muted, one.lang, one.region))


def _load(raw: bytes) -> Wishes:
    try:
        return Wishes(*_decoder.decode(raw))
    except msgspec.MsgspecError as error:
        raise StateCorruptError(f"wishes of a person: {error}; restore an older snapshot") from error


def _dump_seen(one: Seen) -> bytes:
    flat = np.array([list(one.items), list(one.items.values())], "<u4").reshape(-1)
    return one.changed_ms.to_bytes(_TIME_BYTES, "little") + flat.tobytes()


def _load_seen(raw: bytes) -> Seen:
    if not raw or len(raw) % _TIME_BYTES:
        raise StateCorruptError(f"seen items: {len(raw)} bytes, not some times 8; restore an older snapshot")
    names, minutes = np.frombuffer(raw, "<u4", offset=_TIME_BYTES).reshape(2, -1).tolist()
    return Seen(int.from_bytes(raw[:_TIME_BYTES], "little"), dict(zip(names, minutes, strict=True)))


WISHES_CODEC: Final[Codec[Wishes]] = register(Codec(kind=b"fv", version=1, encode=_dump, decoders={1: _load}))
SEEN_CODEC: Final[Codec[Seen]] = register(
    Codec(kind=b"fs", version=1, encode=_dump_seen, decoders={1: _load_seen})
)
