"""Sample posts in what is said of a topic."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from support.http_server import running_app
from support.trend_records import NOON_MS, a_record, an_as_of

from schemas.served_feed import BarsRecord, PoolItem, PoolRecord, bars_key, pool_key
from serving.app import create_app
from serving.errors import StoreUnavailableError
from serving.feed_store import PoolName
from serving.memory_feed_store import MemoryFeedStore
from serving.memory_store import MemoryTrendStore
from serving.web.mastodon_routes import Statuses
from serving.web.options import WebOptions


def a_pool(*ids: str) -> PoolRecord:
    """A pool of posts, each of another person, best first."""
    items = (PoolItem(one, f"by-{one}", ("tea",), NOON_MS - 5, 7, 1.0) for one in ids)
    return PoolRecord(as_of_ms=NOON_MS, half_life_ms=5, met=9, items=tuple(items))


@contextmanager
def serving(
    feeds: MemoryFeedStore, statuses: Statuses | None = None, **options: Any
) -> Iterator[httpx.Client]:
    """A client of a server that knows tea, also called chai, milk, which is denied, and Max."""
    store = MemoryTrendStore()
    store.put(a_record("tea", aliases=("chai",)))
    store.put(a_record("milk", review="denied"))
    store.put(a_record("max", kind="creator"))
    store.put(a_record("https://tea.example/", kind="link"))
    store.put_as_of(an_as_of())
    app = create_app(store, WebOptions(**options), feeds=feeds, statuses=statuses)
    with running_app(app) as base, httpx.Client(base_url=base) as client:
        yield client


@pytest.fixture
def feeds() -> MemoryFeedStore:
    """Posts about tea and chai, about milk, and by Max; one is barred."""
    store = MemoryFeedStore()
    store.put(pool_key("topic", "tea"), a_pool("p1", "gone", "p/2"))
    store.put(pool_key("topic", "chai"), a_pool("p3", "p1"))
    store.put(pool_key("topic", "milk"), a_pool("m1"))
    store.put(pool_key("creator", "max"), a_pool("x1"))
    store.put(bars_key(0), BarsRecord(as_of_ms=NOON_MS, posts=(("gone", 0),)))
    return store


def samples(client: httpx.Client, topic: str, kind: str = "tag") -> list[dict[str, Any]]:
    """Return sample posts of a topic."""
    answer = client.get("/v1/explain", params={"topic": topic, "kind": kind})
    assert answer.status_code == 200
    return list(answer.json()["samples"])


def test_posts_under_all_names_without_what_may_not_be_shown(feeds: MemoryFeedStore) -> None:
    """Of tags and creators; a denied topic shows none, and other kinds have none."""
    with serving(feeds, site="https://social.example/") as client:
        found = samples(client, "tea")
        assert [one["id"] for one in found] == ["p1", "p/2", "p3"]
        assert found[1]["url"] == "https://social.example/statuses/p%2F2"
        assert (found[0]["author"], found[0]["met"], found[0]["text"]) == ("by-p1", 7, None)
        assert [one["id"] for one in samples(client, "max", "creator")] == ["x1"]
        assert samples(client, "milk") == samples(client, "https://tea.example/", "link") == []
    with serving(feeds) as client:
        assert samples(client, "tea")[0]["url"] is None


def test_text_comes_from_the_platform_and_what_it_withholds_is_not_shown(feeds: MemoryFeedStore) -> None:
    """As plain text, short."""

    async def lookup(ids: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        """Know p1 only."""
        return {one: {"content": f"<p>Tea &lt;3</p><p>{'x' * 500}</p>"} for one in ids if one == "p1"}

    with serving(feeds, lookup) as client:
        found = samples(client, "tea")
    assert [one["id"] for one in found] == ["p1"]
    assert found[0]["text"].startswith("Tea <3 xxx")
    assert len(found[0]["text"]) == 200


def test_topics_are_explained_while_posts_cannot_be_had(feeds: MemoryFeedStore) -> None:
    """The store is away; the platform fails, or does not answer."""

    class Away(MemoryFeedStore):
        """Answers nothing."""

        def pools(self, names: Sequence[PoolName]) -> list[PoolRecord | None]:
            """Fail."""
            raise StoreUnavailableError(str(names))

    async def fails(ids: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        """Fail."""
        raise RuntimeError(str(ids))

    async def waits(ids: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        """Never answer."""
        await asyncio.Event().wait()
        return {one: {} for one in ids}

    with serving(Away()) as client:
        assert samples(client, "tea") == []
    for lookup in (fails, waits):
        with serving(feeds, lookup) as client:
            assert samples(client, "tea") == []
