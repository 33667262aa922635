"""Write `docs/reference/redis.md` from `schemas.served` and `schemas.served_interests`."""

from types import UnionType
from typing import get_args, get_origin, get_type_hints

import msgspec

from groundswell.reference.tables import code, table
from schemas import served, served_models
from schemas.docstrings import attributes, summary
from schemas.served import AsOf, TrendRecord
from schemas.served_feed import (
    BARS_PREFIX,
    PARTS,
    POOL_PREFIX,
    SEEN_PREFIX,
    WISH_PREFIX,
    BarsRecord,
    PoolItem,
    PoolRecord,
    SeenRecord,
    WishRecord,
)
from schemas.served_health import HEALTH_KEY
from schemas.served_interests import (
    COUNTS,
    HEAD_PREFIX,
    INT_PREFIX,
    ITM_PREFIX,
    MOST_PAST,
    QLT_PREFIX,
    SLOTS,
    HeadRecord,
    InterestRecord,
    ItemRecord,
    PastRecord,
    QualityRecord,
)
from schemas.served_models import ModelPointer
from serving.web.redis_buckets import PREFIX as LIMITS

_HEAD = """# What is served from Redis

Generated from `schemas/served.py`, `schemas/served_interests.py` and `schemas/served_models.py` by
`python -m groundswell.reference`: do not edit.

The trending job and the interests job write, everybody may read. `groundswell trends`, `groundswell explain`,
`groundswell interests` and `groundswell score` read just these keys.

## Keys

The scope is `global`, `lang:xx`, `region:XX`, `lang:xx,region:XX`, `community:id` or `tag:name`
([how they are named](../explanation/how-trending-works.md#places)); here `lang:en`. Braces are Redis Cluster
hash tags: all keys of one list live in one slot.

"""

_WAYS = """
## Rank and strength

The score in the sorted set is the rank `log2(strength at the peak) + peak_ms / half_life_ms`. Strengths fade,
but all of them by the same factor, so the order holds at every moment and nobody re-scores. The strength at a
moment is

```text
strength = 2 ** (rank - now_ms / half_life_ms)
```

with `now_ms` = `as_of_ms` of the list and `half_life_ms` from the same record. Entries weaker than
`min_strength` are over, although they may still stand in the set.

## Fence

`_v` is event time as 19 digits: the moment at which the value was decided, the end of a pane. A write goes
through only when its fence is the larger string, so a replay or a late writer never moves a value back.

## Values

`d` is a MessagePack array. Its first element is the layout version: a reader refuses a version that it does
not know.
"""

_INTERESTS = f"""
## Interests

The slot is the CRC-32 of the id's UTF-8 bytes modulo {SLOTS}, as a number; braces stand in the key. The fence
is the event time of the newest change.

Counts of a person are little-endian 32-bit floats, {COUNTS} for each topic and {COUNTS} for all together:
positive labels (slow memory), labels (slow), positive labels (fast), labels (fast), sum of label minus
prediction (slow). They are as of `as_of_ms`; at a later moment a slow count has faded by
`0.5 ** (age / slow_half_life_ms)`, a fast one likewise. The number of a field `h<hour>` is that of the hour
since 1970, 12 digits: interests as they were at its end.
[Read interests](../howto/read-interests.md) says what they mean.

Keys of a [registered model](../howto/models.md) start with `groundswell:v1:model:<tag>:` in place of
`groundswell:v1:`. `groundswell models` writes the entries and the pointer.
"""

_FEEDS = """
## Feeds

The feed job writes them. The slot is that of interests, of the last part of the key; the fence of a pool is
the end of the newest pane that changed it, of the others the event time of the newest change. Ranks of one
pool compare, whenever they were written. [Read feeds](../howto/read-feeds.md) says what comes of them.
"""

_READ = """
## Read it without us

```sh
redis-cli ZREVRANGE '{list_key}' 0 9 WITHSCORES
redis-cli HGET '{meta_key}' d
```

```python
import msgspec, redis

client = redis.Redis(port=6379)
for topic, rank in client.zrevrange("{list_key}", 0, 9, withscores=True):
    print(topic.decode(), rank)
record = msgspec.msgpack.decode(client.hget("{meta_key}", "d"))
```
"""


def page() -> str:
    """Return the text of the page."""
    keys = table(
        ("key", "type", "content"),
        [
            (code(served.list_key("lang:en")), "sorted set", "topic -> rank, all that trends"),
            (
                code(served.list_key("lang:en", allowed=True)),
                "sorted set",
                "those that may be shown to everybody",
            ),
            (
                code(served.denied_key("lang:en")),
                "sorted set",
                "topic that a moderator denied here -> until ms",
            ),
            (code(served.meta_key("lang:en", "<topic>")), "hash", "`_v` fence, `d` one TrendRecord"),
            (code(served.as_of_key("global")), "hash", "`_v` fence, `d` one AsOf; stands for all scopes"),
            (
                code(f"{INT_PREFIX}:{{<slot>}}:<user>"),
                "hash",
                f"`_v` fence, `d` one InterestRecord, `h<hour>` up to {MOST_PAST} PastRecord",
            ),
            (code(f"{ITM_PREFIX}:{{<slot>}}:<item>"), "hash", "`_v` fence, `d` one ItemRecord"),
            (code(f"{HEAD_PREFIX}:{{<slot>}}:<shard>"), "hash", "`_v` fence, `d` one HeadRecord"),
            (code(f"{POOL_PREFIX}:{{<slot>}}:topic:<topic>"), "hash", "`_v` fence, `d` one PoolRecord"),
            (code(f"{POOL_PREFIX}:{{<slot>}}:creator:<user>"), "hash", "the same: a creator's items"),
            (code(f"{POOL_PREFIX}:{{<slot>}}:popular:<scope>"), "hash", "the same: what is liked in a scope"),
            (
                code(f"{POOL_PREFIX}:{{<slot>}}:new:<scope>#<part>"),
                "hash",
                f"the same: new creators' items, in {PARTS} parts",
            ),
            (code(f"{WISH_PREFIX}:{{<slot>}}:<user>"), "hash", "`_v` fence, `d` one WishRecord"),
            (code(f"{SEEN_PREFIX}:{{<slot>}}:<user>"), "hash", "`_v` fence, `d` one SeenRecord"),
            (code(f"{BARS_PREFIX}:{{<part>}}"), "hash", f"`_v` fence, `d` one BarsRecord; {PARTS} parts"),
            (code(served_models.ENTRIES_KEY), "hash", "name -> a model as JSON, never changed"),
            (code(served_models.CURRENT_KEY), "hash", "`_v` number of the switch, `d` one ModelPointer"),
            (code(f"{QLT_PREFIX}:{{<slot>}}:<shard>"), "hash", "`_v` fence, `d` one QualityRecord"),
            (
                code(HEALTH_KEY),
                "string",
                "one HealthRecord (`schemas/served_health.py`); `groundswell health` writes it",
            ),
            (code(f"{LIMITS}:{{<name>}}"), "hash", "rate of an API key; the HTTP server writes it"),
        ],
    )
    text = _HEAD + keys + _WAYS
    for record in (TrendRecord, AsOf):
        text += f"\n### {record.__name__}\n\n{summary(record)}\n\n{_fields(record)}"
    text += _INTERESTS
    for interest in (InterestRecord, ItemRecord, HeadRecord, PastRecord, QualityRecord, ModelPointer):
        text += f"\n### {interest.__name__}\n\n{summary(interest)}\n\n{_fields(interest)}"
    text += _FEEDS
    for feed in (PoolRecord, PoolItem, WishRecord, SeenRecord, BarsRecord):
        text += f"\n### {feed.__name__}\n\n{summary(feed)}\n\n{_fields(feed)}"
    text += _READ.format(list_key=served.list_key("global"), meta_key=served.meta_key("global", "world cup"))
    return text


def _fields(record: type[msgspec.Struct]) -> str:
    told, hints = attributes(record), get_type_hints(record)
    rows = [
        (str(at), code(name), _kind(hints[name]), told.get(name, ""))
        for at, name in enumerate(record.__struct_fields__)
    ]
    return table(("place", "field", "type", "meaning"), rows)


def _kind(hint: object) -> str:
    names = {
        "int": "whole number", "float": "number", "str": "text", "bool": "true or false", "bytes": "bytes",
        "NoneType": "null",
    }  # fmt: skip
    if get_origin(hint) is tuple:
        inner = _kind(get_args(hint)[0])
        return f"list of {inner.replace('list', 'lists', 1) if inner.startswith('list') else inner + 's'}"
    if get_origin(hint) is dict:
        return f"map of {' to '.join(map(_kind, get_args(hint)))}"
    if isinstance(hint, UnionType):
        return " or ".join(map(_kind, get_args(hint)))
    return names.get(getattr(hint, "__name__", ""), str(hint))
