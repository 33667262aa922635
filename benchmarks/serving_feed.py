"""Latency of feeds under a steady load: `python -m benchmarks.serving_feed`.

A Redis with people's interests, wishes and seen items, 5,000 items and the pools they are in,
`groundswell serve`, and requests at a fixed rate, each for another person. Everything on loopback, in
processes of its own. Prints one JSON line; the first second is not counted (`benchmarks/serving_rank.py`
says how).
"""

import argparse
import asyncio
import json
import random
import tempfile
from pathlib import Path

import redis

from benchmarks import serving_rank
from benchmarks.serving import server
from schemas.served import fence
from schemas.served_feed import (
    PARTS,
    FeedRecord,
    PoolItem,
    PoolRecord,
    SeenRecord,
    WishRecord,
    encode,
    new_name,
    pool_key,
    seen_key,
    wish_key,
)
from state.feed_viewer import seen_hash
from tests.support.redis_server import running_redis

_SEED, _USERS, _ITEMS, _TOPICS, _CREATORS, _NOW_MS = 7, 200, 5_000, 40, 300, 1_772_150_400_000


def main() -> None:
    """Fill Redis, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--per-s", type=float, default=100.0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running_redis(Path(folder)) as url:
        serving_rank.fill(url)
        fill(url)
        with server(url) as (port, running):
            heads = [
                f"GET /v1/feed/user{n}?limit=20 HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n".encode()
                for n in range(_USERS)
            ]
            found = asyncio.run(serving_rank.steady(port, heads, asked.seconds, asked.per_s, running))
    print(json.dumps({"per_s": asked.per_s, **found}))


def fill(url: str) -> None:
    """Write pools, wishes and seen items as the job does."""
    chance = random.Random(_SEED)  # noqa: S311
    items = [
        PoolItem(
            f"item{n}", f"creator{n % _CREATORS}",
            tuple(f"topic{k}" for k in chance.sample(range(_TOPICS), 3)), _NOW_MS - n, n % 90, -float(n),
        )
        for n in range(_ITEMS)
    ]  # fmt: skip

    def pool(found: list[PoolItem]) -> PoolRecord:
        return PoolRecord(as_of_ms=_NOW_MS, half_life_ms=21_600_000, met=9, items=tuple(found))

    records: dict[str, FeedRecord] = {pool_key("popular", "global"): pool(items[:200])}
    for k in range(_TOPICS):
        found = [one for one in items if f"topic{k}" in one.topics]
        records[pool_key("topic", f"topic{k}")] = pool(found[:100])
    for k in range(_CREATORS):
        records[pool_key("creator", f"creator{k}")] = pool(items[k::_CREATORS])
    for part in range(PARTS):
        records[pool_key("new", new_name("global", part))] = pool(items[part::100][:50])
    for n in range(_USERS):
        follows = tuple(f"creator{k}" for k in chance.sample(range(_CREATORS), 40))
        records[wish_key(f"user{n}")] = WishRecord(as_of_ms=_NOW_MS, follows=follows)
        seen = b"".join(
            seen_hash(f"item{k}").to_bytes(4, "little") for k in chance.sample(range(_ITEMS), 300)
        )
        records[seen_key(f"user{n}")] = SeenRecord(as_of_ms=_NOW_MS, items=seen)
    with redis.Redis.from_url(url, protocol=2) as client, client.pipeline(transaction=False) as pipe:
        for key, record in records.items():
            pipe.hset(key, mapping={"_v": fence(_NOW_MS), "d": encode(record)})
        pipe.execute()


if __name__ == "__main__":
    main()
