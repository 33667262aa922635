"""Redis keys and values of interests: the contract between the interests job and everybody who reads.

=======================================  ====  =================================================
key                                      type  content
=======================================  ====  =================================================
``groundswell:v1:int:{<slot>}:<user>``   HASH  ``_v`` fence, ``d`` one InterestRecord
``groundswell:v1:itm:{<slot>}:<item>``   HASH  ``_v`` fence, ``d`` one ItemRecord
``groundswell:v1:head:{<slot>}:<shard>`` HASH  ``_v`` fence, ``d`` one HeadRecord
``groundswell:v1:qlt:{<slot>}:<shard>``  HASH  ``_v`` fence, ``d`` one QualityRecord
=======================================  ====  =================================================

Beside ``d`` the hash of a person has up to 48 fields ``h<number>``, each a PastRecord: interests as they were
at the end of an hour of event time in which something was learned. The number is that of the hour since 1970,
12 digits, so fields in order are in order of time. They go with the key when the person is forgotten.

The slot is the CRC-32 of the id's UTF-8 bytes modulo 64, as a number; braces are Redis Cluster hash tags, so
that many keys of one slot can be written at once. The
fence is the event time of the newest change, 19 digits. Keys of a registered model start with
``groundswell:v1:model:<tag>:`` (`schemas/served_models.py`).

Values are MessagePack arrays whose first element is the layout version. Counts of a person are little-endian
float32, five for each topic and five for all together: positive labels (slow memory), labels (slow), positive
labels (fast), labels (fast), sum of label minus prediction (slow). They are as of ``as_of_ms``; at a later
moment a slow count has faded by ``0.5 ** (age / slow_half_life_ms)``, a fast one likewise.
"""

from typing import Final, TypeVar
from zlib import crc32

import msgspec

from schemas.served import ServedError, fence
from schemas.served_layout import read_record
from schemas.served_models import check_tag

PREFIX: Final = "groundswell:v1"
INT_PREFIX: Final = f"{PREFIX}:int"
ITM_PREFIX: Final = f"{PREFIX}:itm"
HEAD_PREFIX: Final = f"{PREFIX}:head"
QLT_PREFIX: Final = f"{PREFIX}:qlt"
PAST_MARK: Final = "h"
MOST_PAST: Final = 48
LAYOUT_VERSION: Final = 1
SLOTS: Final = 64
COUNTS: Final = 5
MAX_ID_CHARS: Final = 512
__all__ = ["fence"]


class InterestRecord(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """What readers learn about one person.

    Attributes:
        version: Layout of this record.
        as_of_ms: Event time of the newest change; counts are as of then.
        shard: Whose head scores this person.
        events: Events of the person so far.
        slow_half_life_ms: Time in which slow counts halve while nothing happens.
        fast_half_life_ms: The same of fast counts.
        total: Counts of all events together, 20 bytes.
        topics: Names, in the order of counts; a creator's starts with an @.
        counts: 20 bytes for each topic.
        recent: Lower 16 bits of the CRC-32 of the ids of the newest liked items, newest last.
    """

    version: int = LAYOUT_VERSION
    as_of_ms: int
    shard: int
    events: float
    slow_half_life_ms: float
    fast_half_life_ms: float
    total: bytes
    topics: tuple[str, ...]
    counts: bytes
    recent: tuple[int, ...] = ()


class ItemRecord(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """What readers learn about one item.

    Attributes:
        version: Layout of this record.
        as_of_ms: End of the newest pane in which something happened; counts are as of then.
        pos: People who liked it, slow memory.
        n: People who met it, slow memory.
        short_pos: People who liked it, fast memory.
        short_n: People who met it, fast memory.
        half_life_ms: Time in which pos and n halve.
        short_half_life_ms: Time in which short_pos and short_n halve.
        author: Its author; empty = unknown.
        topics: Its topics.
    """

    version: int = LAYOUT_VERSION
    as_of_ms: int
    pos: float
    n: float
    short_pos: float
    short_n: float
    half_life_ms: float
    short_half_life_ms: float
    author: str
    topics: tuple[str, ...]


class HeadRecord(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """What scores the people of a shard.

    Attributes:
        version: Layout of this record.
        as_of_ms: Event time.
        model: Version of the model; says which feature each weight belongs to.
        state: The weights as the model stores them.
        settings: Settings of the model by name.
        names: Creators ("@name") and topics that the shard's people met most.
        stats: Positive labels, labels, both slow, of each name.
    """

    version: int = LAYOUT_VERSION
    as_of_ms: int
    model: str
    state: bytes
    settings: dict[str, float]
    names: tuple[str, ...]
    stats: tuple[tuple[float, float], ...]


class PastRecord(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """What a person liked at an earlier moment.

    Attributes:
        version: Layout of this record.
        as_of_ms: Event time.
        liked: Positive labels, slow memory.
        labels: Labels, slow memory.
        topics: At most 8, strongest first; a creator's starts with an @.
        slow: Share of the liking in the slow memory of each, 0 to 1.
        fast: The same in the fast memory.
    """

    version: int = LAYOUT_VERSION
    as_of_ms: int
    liked: float
    labels: float
    topics: tuple[str, ...]
    slow: tuple[float, ...]
    fast: tuple[float, ...]


class QualityRecord(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """How good the predictions for the people of a shard are.

    Attributes:
        version: Layout of this record.
        as_of_ms: Event time of the newest block's end.
        model: Version of the model.
        labels: Labels of all closed blocks.
        alarms: Alarms so far.
        points: (event time, mean log-loss, predictions divided by positive labels) of the newest blocks of
            labels, at most 48, oldest first.
    """

    version: int = LAYOUT_VERSION
    as_of_ms: int
    model: str
    labels: int
    alarms: int
    points: tuple[tuple[int, float, float], ...]


R = TypeVar("R", InterestRecord, ItemRecord, HeadRecord, PastRecord, QualityRecord)
_encoder = msgspec.msgpack.Encoder()


def interest_key(user: str, model: str = "") -> str:
    """Return the key of a person's interests.

    Args:
        user: Id.
        model: Tag; empty = of the job without a model's name.

    Raises:
        ServedError: The id is empty or too long, or the tag is none.
    """
    return of_model(_key(INT_PREFIX, user), model)


def item_key(item: str, model: str = "") -> str:
    """Return the key of an item's counts; else as ``interest_key``."""
    return of_model(_key(ITM_PREFIX, item), model)


def head_key(shard: int, model: str = "") -> str:
    """Return the key of the head of a shard of people; else as ``interest_key``."""
    return of_model(_key(HEAD_PREFIX, str(shard)), model)


def of_model(key: str, model: str) -> str:
    """Return where a model has what stands under a key without a model.

    >>> of_model("groundswell:v1:head:{4}:0", "0123456789ab")
    'groundswell:v1:model:0123456789ab:head:{4}:0'
    """
    return f"{model_prefix(model)}{key[len(PREFIX) :]}" if model else key


def model_prefix(model: str) -> str:
    """Return what all keys of a registered model start with.

    Raises:
        ServedError: The tag is none.
    """
    return f"{PREFIX}:model:{check_tag(model)}"


def quality_key(shard: int) -> str:
    """Return the key of the quality of a shard's head."""
    return _key(QLT_PREFIX, str(shard))


def past_field(number: int) -> str:
    """Return the field of a stretch of event time in the hash of a person.

    >>> past_field(492_000)
    'h000000492000'
    """
    return f"{PAST_MARK}{number:012}"


def slot_of(name: str) -> int:
    """Return the slot of an id.

    >>> slot_of("user-17")
    57
    """
    return crc32(name.encode()) % SLOTS


def encode(record: InterestRecord | ItemRecord | HeadRecord | PastRecord | QualityRecord) -> bytes:
    """Encode a record as MessagePack."""
    return _encoder.encode(record)


def decode(kind: type[R], raw: bytes) -> R:
    """Decode a record of a kind.

    Raises:
        ServedError: Other bytes, or a newer layout.
    """
    record = read_record(kind, raw, LAYOUT_VERSION)
    if isinstance(record, InterestRecord):
        want = 4 * COUNTS * len(record.topics)
        if len(record.counts) != want or len(record.total) != 4 * COUNTS:
            raise ServedError(
                f"counts of {len(record.counts)} bytes for {len(record.topics)} topics, not {want}"
            )
    return record


def _key(prefix: str, name: str) -> str:
    if not 0 < len(name) <= MAX_ID_CHARS:
        raise ServedError(f"id of {len(name)} characters: expected 1 to {MAX_ID_CHARS}")
    return f"{prefix}:{{{slot_of(name)}}}:{name}"
