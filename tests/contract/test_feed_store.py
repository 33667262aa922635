"""One contract for the store of feeds in memory and the one in Redis, which the job's own sink fills."""

from collections.abc import Iterator

import pytest
import redis
from support.redis_server import running_redis

from flink_jobs._shell.redis_sink import RedisSink, ValueWrite
from schemas.served import ServedError, fence
from schemas.served_feed import (
    BarsRecord,
    FeedRecord,
    PoolItem,
    PoolRecord,
    SeenRecord,
    WishRecord,
    bars_key,
    encode,
    pool_key,
    seen_key,
    wish_key,
)
from serving.errors import StoreContentError, StoreUnavailableError
from serving.feed_store import FeedStore
from serving.memory_feed_store import MemoryFeedStore
from serving.redis_feed_store import RedisFeedStore

TTL_MS = 60_000
POOL = PoolRecord(
    as_of_ms=7, half_life_ms=5, met=9, items=(PoolItem("p1", "max", ("tea", "東京"), 3, 4, 1.5),)
)
RECORDS: dict[str, tuple[FeedRecord, FeedRecord]] = {
    wish_key("ann"): (WishRecord(as_of_ms=7, follows=("max",)), WishRecord(as_of_ms=5)),
    seen_key("ann"): (SeenRecord(as_of_ms=7, items=b"abcd"), SeenRecord(as_of_ms=5, items=b"")),
    pool_key("topic", "東京"): (POOL, PoolRecord(as_of_ms=5, half_life_ms=5, met=0, items=())),
    bars_key(3): (BarsRecord(as_of_ms=7, posts=(("p9", 0),)), BarsRecord(as_of_ms=5)),
}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis for this file."""
    with running_redis(tmp_path_factory.mktemp("redis")) as address:
        yield address


def _filled(url: str | None) -> FeedStore:
    """Return a store that got of each value the newer and then the older one."""
    if url is None:
        memory = MemoryFeedStore()
        for key, (newer, older) in RECORDS.items():
            memory.put(key, newer)
            memory.put(key, older)
        return memory
    sink = RedisSink(url)
    for at in (0, 1):
        records = {key: pair[at] for key, pair in RECORDS.items()}
        sink.write_values(
            [ValueWrite(key, fence(one.as_of_ms), TTL_MS, encode(one)) for key, one in records.items()]
        )
    return RedisFeedStore.at(url)


@pytest.mark.parametrize("kind", ["memory", "redis"])
def test_the_newest_values_are_read_and_unknown_ones_are_none(kind: str, url: str) -> None:
    """An older write changes nothing."""
    store = _filled(None if kind == "memory" else url)
    assert store.person("ann") == (RECORDS[wish_key("ann")][0], RECORDS[seen_key("ann")][0])
    assert store.person("bob") == (None, None)
    assert store.pools([("creator", "max"), ("topic", "東京")]) == [None, POOL]
    assert store.bars() == [RECORDS[bars_key(3)][0]]
    with pytest.raises(ServedError, match="id of 0 characters"):
        store.person("")


def test_what_cannot_be_read_is_told(url: str) -> None:
    """Another layout, other bytes, nobody there."""
    with redis.Redis.from_url(url, protocol=2) as client:
        client.hset(wish_key("odd"), "d", b"\x91\x09")
    with pytest.raises(StoreContentError, match="Redis holds"):
        RedisFeedStore.at(url).person("odd")
    with pytest.raises(StoreUnavailableError, match="groundswell status"):
        RedisFeedStore.at("redis://127.0.0.1:1/0").person("ann")
