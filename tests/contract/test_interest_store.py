"""One contract for the store of interests in memory and the one in Redis, which the job's own sink fills."""

from collections.abc import Iterator

import pytest
import redis
from support.redis_server import running_redis

from flink_jobs._shell.redis_sink import RedisSink, ValueWrite
from schemas.served import ServedError
from schemas.served_interests import (
    MOST_PAST,
    InterestRecord,
    ItemRecord,
    PastRecord,
    encode,
    fence,
    interest_key,
    item_key,
    past_field,
)
from serving.errors import StoreContentError, StoreUnavailableError
from serving.interest_store import InterestStore
from serving.memory_interest_store import MemoryInterestStore
from serving.redis_interest_store import RedisInterestStore

TTL_MS = 60_000


def _record(at_ms: int, topic: str = "tea") -> InterestRecord:
    return InterestRecord(
        as_of_ms=at_ms, shard=3, events=2.0, slow_half_life_ms=1e9, fast_half_life_ms=1e6,
        total=bytes(20), topics=(topic,), counts=bytes(20),
    )  # fmt: skip


def _item(at_ms: int) -> ItemRecord:
    return ItemRecord(
        as_of_ms=at_ms, pos=1.0, n=2.0, short_pos=1.0, short_n=2.0, half_life_ms=1e9,
        short_half_life_ms=1e6, author="max", topics=("tea",),
    )  # fmt: skip


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis for this file."""
    with running_redis(tmp_path_factory.mktemp("redis")) as address:
        yield address


def _filled(url: str | None) -> InterestStore:
    """Return a store that got a newer and then an older value, and an item."""
    if url is None:
        store = MemoryInterestStore()
        store.put_interests("ann", _record(7))
        store.put_interests("ann", _record(5, "old"))
        store.put_item("p1", _item(5))
        return store
    sink = RedisSink(url)
    writes = [
        ValueWrite(interest_key("ann"), fence(7), TTL_MS, encode(_record(7))),
        ValueWrite(item_key("p1"), fence(5), TTL_MS, encode(_item(5))),
    ]
    sink.write_values(writes)
    assert (
        sink.write_values([ValueWrite(interest_key("ann"), fence(5), TTL_MS, encode(_record(5, "old")))]) == 1
    )
    return RedisInterestStore.at(url)


@pytest.mark.parametrize("kind", ["memory", "redis"])
def test_the_newest_value_is_read_and_unknown_ids_are_none(kind: str, url: str) -> None:
    """An older write changes nothing."""
    store = _filled(None if kind == "memory" else url)
    assert store.interests("ann", "") == _record(7)
    assert store.interests("bob", "") is None
    assert store.items(["p2", "p1"], "") == [None, _item(5)]
    assert store.head(0, "") is None
    with pytest.raises(ServedError, match="id of 0 characters"):
        store.interests("", "")


def test_a_removed_value_is_gone_with_its_fence(url: str) -> None:
    """After an erasure nothing says that there was anybody."""
    sink, key = RedisSink(url), interest_key("eve")
    sink.write_values([ValueWrite(key, fence(7), TTL_MS, encode(_record(7)))])
    assert sink.write_values([ValueWrite(key, fence(8), TTL_MS, None)]) == 0
    with redis.Redis.from_url(url, protocol=2) as client:
        assert client.exists(key) == 0


def _past(at_ms: int) -> PastRecord:
    return PastRecord(as_of_ms=at_ms, liked=1.0, labels=2.0, topics=("tea",), slow=(1.0,), fast=(0.5,))


def test_earlier_interests_come_with_the_value_and_are_bounded(url: str) -> None:
    """Oldest first; the oldest give way; an old write brings none in; an erasure takes all of them."""
    sink, store, key = RedisSink(url), RedisInterestStore.at(url), interest_key("pat")

    def write(at_ms: int, hours: range, value: bytes | None = b"") -> ValueWrite:
        more = {past_field(hour): encode(_past(hour)) for hour in hours}
        return ValueWrite(key, fence(at_ms), TTL_MS, encode(_record(at_ms)) if value == b"" else value, more)

    sink.write_values([write(100, range(1)), write(101, range(1, 3))])
    assert store.past("pat", "") == (_record(101), [_past(hour) for hour in range(3)])
    assert sink.write_values([write(50, range(7, 9))]) == 1
    assert [one.as_of_ms for one in store.past("pat", "")[1]] == [0, 1, 2]
    sink.write_values([write(200, range(3, 60))])
    assert [one.as_of_ms for one in store.past("pat", "")[1]] == list(range(60 - MOST_PAST, 60))
    # Forgotten and back again within one batch: nothing of before is left.
    sink.write_values([write(300, range(0), None), write(301, range(70, 71))])
    assert store.past("pat", "") == (_record(301), [_past(70)])
    memory = MemoryInterestStore()
    memory.put_interests("pat", _record(301))
    memory.put_past("pat", _past(70))
    assert memory.past("pat", "") == store.past("pat", "")
    assert store.past("bob", "") == (None, [])


def test_values_live_as_long_as_they_were_given(url: str) -> None:
    """Each write starts the time to live anew."""
    RedisSink(url).write_values([ValueWrite(item_key("p5"), fence(7), TTL_MS, encode(_item(7)))])
    with redis.Redis.from_url(url, protocol=2) as client:
        assert 0 < client.pttl(item_key("p5")) <= TTL_MS


def test_what_cannot_be_read_is_told(url: str) -> None:
    """Another layout, other bytes, nobody there."""
    with redis.Redis.from_url(url, protocol=2) as client:
        client.hset(interest_key("odd"), "d", b"\x91\x09")
    with pytest.raises(StoreContentError, match="Redis holds"):
        RedisInterestStore.at(url).interests("odd", "")
    with pytest.raises(StoreUnavailableError, match="groundswell status"):
        RedisInterestStore.at("redis://127.0.0.1:1/0").interests("ann", "")
