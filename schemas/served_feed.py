"""Redis keys and values of feeds: the contract between the feed job and everybody who reads.

=================================================  ====  =================================================
key                                                type  content
=================================================  ====  =================================================
``groundswell:v1:pool:{<slot>}:topic:<topic>``     HASH  ``_v`` fence, ``d`` one PoolRecord
``groundswell:v1:pool:{<slot>}:creator:<user>``    HASH  the same: a creator's items
``groundswell:v1:pool:{<slot>}:popular:<scope>``   HASH  the same: what is liked in a scope
``groundswell:v1:pool:{<slot>}:new:<scope>#<part>`` HASH  the same: new creators' items, one part of 8
``groundswell:v1:wish:{<slot>}:<user>``            HASH  ``_v`` fence, ``d`` one WishRecord
``groundswell:v1:seen:{<slot>}:<user>``            HASH  ``_v`` fence, ``d`` one SeenRecord
``groundswell:v1:bars:{<part>}``                   HASH  ``_v`` fence, ``d`` one BarsRecord, one part of 8
=================================================  ====  =================================================

The slot is that of `served_interests`: the CRC-32 of the last part of the key modulo 64. A scope is global,
lang:xx or region:XX. The fence of pools is the end of the newest pane that changed it, of the others the
event time of the newest change, 19 digits. Values are MessagePack arrays whose first element is the layout
version.
"""

from typing import Final, Literal, TypeVar

import msgspec

from schemas.served import ServedError
from schemas.served_interests import MAX_ID_CHARS, slot_of
from schemas.served_layout import read_record

POOL_PREFIX: Final = "groundswell:v1:pool"
WISH_PREFIX: Final = "groundswell:v1:wish"
SEEN_PREFIX: Final = "groundswell:v1:seen"
BARS_PREFIX: Final = "groundswell:v1:bars"
LAYOUT_VERSION: Final = 1
PARTS: Final = 8
HASH_BYTES: Final = 4
PoolKind = Literal["topic", "creator", "popular", "new"]


class PoolItem(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One item of a pool.

    Attributes:
        item: Its id.
        author: Its creator; empty = unknown.
        topics: Its topics, at most 8.
        first_ms: When it was made, or first heard of, event time.
        met: People who met it so far.
        rank: log2 of its likes and its newness, counted forward: the higher, the earlier. Compare ranks only.
    """

    item: str
    author: str
    topics: tuple[str, ...]
    first_ms: int
    met: int
    rank: float


class PoolRecord(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """Items that have something in common, best first.

    Attributes:
        version: Layout of this record.
        as_of_ms: End of the newest pane that changed it.
        half_life_ms: Time in which the strength behind a rank halves.
        met: People who met items of it; of a creator, how known it is.
        items: Best first; new creators' items the youngest first.
    """

    version: int = LAYOUT_VERSION
    as_of_ms: int
    half_life_ms: int
    met: int
    items: tuple[PoolItem, ...]


class WishRecord(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """What a person wants of the feed.

    Attributes:
        version: Layout of this record.
        as_of_ms: Event time of the newest change.
        follows: Creators, the newest last.
        hidden: Items, the newest last.
        blocked: Creators.
        muted: Creators.
        tired: Creators of hidden items with the time of the newest one, ms.
        lang: Scope of the person's language, lang:xx; empty = unknown.
        region: Scope of its region, region:XX; empty = unknown.
    """

    version: int = LAYOUT_VERSION
    as_of_ms: int
    follows: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()
    muted: tuple[str, ...] = ()
    tired: tuple[tuple[str, int], ...] = ()
    lang: str = ""
    region: str = ""


class SeenRecord(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """What a person met of late.

    Attributes:
        version: Layout of this record.
        as_of_ms: Event time of the newest.
        items: CRC-32 of each item's id as 4 little-endian bytes, the newest last.
    """

    version: int = LAYOUT_VERSION
    as_of_ms: int
    items: bytes


class BarsRecord(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """What must not be in any feed: one part of it.

    Attributes:
        version: Layout of this record.
        as_of_ms: Event time of the newest change.
        posts: Deleted posts with the time until which that holds, ms; 0 = for ever.
        users: People who were banned or silenced, likewise.
    """

    version: int = LAYOUT_VERSION
    as_of_ms: int
    posts: tuple[tuple[str, int], ...] = ()
    users: tuple[tuple[str, int], ...] = ()


FeedRecord = PoolRecord | WishRecord | SeenRecord | BarsRecord
R = TypeVar("R", PoolRecord, WishRecord, SeenRecord, BarsRecord)
_encoder = msgspec.msgpack.Encoder()


def pool_key(kind: PoolKind, name: str) -> str:
    """Return the key of a pool.

    Raises:
        ServedError: The name is empty or too long.
    """
    return f"{POOL_PREFIX}:{{{_slot(name)}}}:{kind}:{name}"


def new_name(scope: str, part: int) -> str:
    """Return the name of a part of a scope's pool of new creators' items."""
    return f"{scope}#{part}"


def wish_key(user: str) -> str:
    """Return the key of what a person wants.

    Raises:
        ServedError: The id is empty or too long.
    """
    return f"{WISH_PREFIX}:{{{_slot(user)}}}:{user}"


def seen_key(user: str) -> str:
    """Return the key of what a person met.

    Raises:
        ServedError: The id is empty or too long.
    """
    return f"{SEEN_PREFIX}:{{{_slot(user)}}}:{user}"


def bars_key(part: int) -> str:
    """Return the key of a part of what is barred."""
    return f"{BARS_PREFIX}:{{{part}}}"


def encode(record: FeedRecord) -> bytes:
    """Encode a record as MessagePack."""
    return _encoder.encode(record)


def decode(kind: type[R], raw: bytes) -> R:
    """Decode a record of a kind.

    Raises:
        ServedError: Other bytes, or a newer layout.
    """
    record = read_record(kind, raw, LAYOUT_VERSION)
    if isinstance(record, SeenRecord) and len(record.items) % HASH_BYTES:
        raise ServedError(f"seen items of {len(record.items)} bytes: expected a multiple of {HASH_BYTES}")
    return record


def _slot(name: str) -> int:
    if not 0 < len(name) <= MAX_ID_CHARS + len("#0"):
        raise ServedError(f"id of {len(name)} characters: expected 1 to {MAX_ID_CHARS}")
    return slot_of(name)
