"""Feeds over HTTP, of a small world that the job's own steps made."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from typing import Any

import httpx
import pytest
from support.feed_flow import a_feed_store
from support.http_server import running_app
from support.slates import Slates
from support.stack_talk import eventually

from schemas.records import SlateDecided
from schemas.served_feed import BarsRecord, PoolRecord, SeenRecord, bars_key, seen_key
from serving.app import create_app
from serving.errors import StoreContentError, StoreUnavailableError
from serving.feed_store import Person
from serving.memory_feed_store import MemoryFeedStore
from serving.memory_store import MemoryTrendStore
from serving.slates import ReplayError, replayed
from serving.web.feeds import MOST_AT_ONCE
from serving.web.options import WebOptions
from state.feed_config import FeedConfig
from state.feed_viewer import seen_hash


class Lame(MemoryFeedStore):
    """A store that goes away, holds what cannot be read, or waits; otherwise the small world."""

    def __init__(self) -> None:
        super().__init__()
        self._held = a_feed_store()._held
        self.error: Exception | None = None
        self.wait: Event | None = None

    def person(self, user: str) -> Person:
        """Answer, or not."""
        if self.error is not None:
            raise self.error
        if self.wait is not None:
            self.wait.wait(60)
        return super().person(user)


@contextmanager
def serving(store: MemoryFeedStore, **options: Any) -> Iterator[httpx.Client]:
    """A client of a server of its own."""
    app = create_app(MemoryTrendStore(), WebOptions(**{"deadline_s": 5.0, **options}), feeds=store)
    with running_app(app) as base, httpx.Client(base_url=base) as found:
        yield found


@pytest.fixture(scope="module")
def slates() -> Slates:
    """Where decisions go."""
    return Slates()


@pytest.fixture(scope="module")
def client(slates: Slates) -> Iterator[httpx.Client]:
    """A client of the server."""
    options = WebOptions(deadline_s=5.0)
    app = create_app(MemoryTrendStore(), options, feeds=a_feed_store(), slates=slates)
    with running_app(app) as base, httpx.Client(base_url=base) as found:
        yield found


def test_wishes_are_kept(client: httpx.Client) -> None:
    """Nothing seen, hidden or of the blocked; whom Ann follows is in it, as such; a new creator is lifted."""
    found = client.get("/v1/feed/ann", params={"limit": 100}).json()
    assert found["rung"] == "full"
    items, authors = ([one[name] for one in found["items"]] for name in ("id", "author"))
    assert len(items) == len(set(items)) > 20
    assert not {"p0", "by0-0"} & set(items)
    assert "eve" not in authors
    sources = Counter(one["source"] for one in found["items"])
    assert sources["in_network"] >= 2
    assert {one["author"] for one in found["items"] if one["source"] == "in_network"} == {"max"}
    assert found["items"][0]["why"] == "max"
    assert [one["position"] for one in found["items"]] == list(range(len(items)))


def test_new_creators_get_their_place(client: httpx.Client) -> None:
    """One of the first twenty places, with its propensity."""
    for _ in range(5):
        lifted = [one for one in client.get("/v1/feed/bob?limit=20").json()["items"] if one["explored"]]
        assert len(lifted) == 1
        assert 0 < lifted[0]["propensity"] < 1


def test_pages_do_not_shift(client: httpx.Client) -> None:
    """All pages of a decision are one slate, whatever is asked meanwhile; others' cursors are of no use."""
    first = client.get("/v1/feed/ann?limit=7").json()
    client.get("/v1/feed/ann")
    ids, cursor = [one["id"] for one in first["items"]], first["next"]
    while cursor:
        page = client.get("/v1/feed/ann", params={"limit": 7, "cursor": cursor}).json()
        assert page["decision_id"] == first["decision_id"]
        ids, cursor = ids + [one["id"] for one in page["items"]], page["next"]
    assert len(ids) == len(set(ids)) > 20
    assert client.get("/v1/feed/bob", params={"cursor": first["next"]}).status_code == 410
    assert client.get("/v1/feed/ann", params={"cursor": "0" * 16 + "-1"}).status_code == 422


def test_a_decision_can_be_made_again_from_its_event(client: httpx.Client, slates: Slates) -> None:
    """Items, places, scores and propensities: all from the log alone; a changed input is seen."""
    shown = client.get("/v1/feed/ann?limit=100&explain=true").json()
    event = slates.event(shown["decision_id"])
    assert (event.actor_id, event.rung, event.inputs_hash) == ("ann", "full", shown["trace"]["inputs_hash"])
    again = [
        (one.ranked.scored.candidate.item, one.ranked.worth, one.propensity, one.explored)
        for one in replayed(event).places
    ]
    assert again == [(one.item_id, one.score, one.propensity, one.explored) for one in event.items]
    assert [one.item_id for one in event.items] == [one["id"] for one in shown["items"]]
    other = SlateDecided(
        **{name: getattr(event, name) for name in event.__struct_fields__} | {"candidates": ()}
    )
    with pytest.raises(ReplayError, match="digest"):
        replayed(other)


def test_stages_can_be_explained(client: httpx.Client) -> None:
    """Times, sources, what was left out and why; without the question nothing of it."""
    found = client.get("/v1/feed/ann?explain=true&limit=2").json()
    trace = found["trace"]
    assert [one["name"] for one in trace["stages"]] == ["person", "pools", "filter", "score", "order"]
    assert {"seen", "blocked"} <= set(trace["dropped"])
    assert sum(trace["found"].values()) == trace["candidates"]
    assert found["items"][0]["p"] > 0
    later = client.get("/v1/feed/ann", params={"limit": 2, "cursor": found["next"]}).json()
    assert later["trace"] == trace
    assert later["items"][0]["p"] > 0
    plain = client.get("/v1/feed/ann?limit=2").json()
    assert plain["trace"] is None
    assert plain["items"][0]["reasons"] is None


def test_who_is_unknown_gets_what_is_popular(client: httpx.Client) -> None:
    """On the full rung: popular items and new creators, scored by what is known of the items."""
    found = client.get("/v1/feed/nobody?limit=50").json()
    assert found["rung"] == "full"
    assert {one["source"] for one in found["items"]} == {"popular", "new"}


@pytest.mark.parametrize("error", [StoreUnavailableError("gone"), StoreContentError("odd bytes")])
def test_the_ladder_goes_down_step_by_step(error: Exception) -> None:
    """The store goes away, or cannot be read: the last feed, what was popular, the fixed list, nothing."""
    lame = Lame()
    with serving(lame, feed_static=("s1", "s2")) as client:
        first = client.get("/v1/feed/ann").json()
        lame.error = error
        again = client.get("/v1/feed/ann").json()
        assert (again["rung"], again["decision_id"]) == ("cached", first["decision_id"])
        assert again["items"] == first["items"]
        popular = client.get("/v1/feed/bob").json()
        assert popular["rung"] == "popular"
        assert popular["items"]
        assert all(one["propensity"] == 1 for one in popular["items"])
    for static, rung in ((("s1", "s2"), "static"), ((), "none")):
        with serving(MemoryFeedStore(), feed_static=static) as client:
            found = client.get("/v1/feed/ann").json()
        assert (found["rung"], [one["id"] for one in found["items"]]) == (rung, list(static))


def test_a_store_that_does_not_answer_holds_nobody_up() -> None:
    """The deadline ends the wait, not the store; when many wait already, nobody joins them."""
    lame = Lame()
    with serving(lame, deadline_s=0.05) as client:
        lame.wait = Event()
        try:
            rungs = {client.get("/v1/feed/ann").json()["rung"] for _ in range(MOST_AT_ONCE + 3)}
        finally:
            lame.wait.set()
    assert rungs == {"none"}


def test_who_has_seen_everything_sees_it_again_rather_than_nothing() -> None:
    """What is hidden or blocked does not come again; before that, what was not seen comes first."""
    store = a_feed_store()
    pools = [one for one in store._held.values() if isinstance(one, PoolRecord)]
    everything = {one.item for pool in pools for one in pool.items}
    now_ms = max(pool.as_of_ms for pool in pools)

    def seen(as_of_ms: int, items: set[str]) -> None:
        raw = b"".join(seen_hash(one).to_bytes(4, "little") for one in sorted(items))
        store.put(seen_key("ann"), SeenRecord(as_of_ms=as_of_ms, items=raw))

    with serving(store) as client:
        some = {one["id"] for one in client.get("/v1/feed/ann").json()["items"][:3]}
        seen(now_ms + 1, everything - some)
        found = client.get("/v1/feed/ann").json()
        assert (found["rung"], {one["id"] for one in found["items"]}) == ("full", some)
        seen(now_ms + 2, everything)
        found = client.get("/v1/feed/ann?limit=100").json()
        assert found["rung"] == "popular"
        assert len(found["items"]) > 20
        assert "eve" not in {one["author"] for one in found["items"]}


def test_what_moderators_take_away_leaves_feeds_that_were_made_before() -> None:
    """Also later pages and the last feed; places stay, so that pages do not shift."""
    lame = Lame()
    with serving(lame) as client:
        first = client.get("/v1/feed/ann?limit=10").json()
        page = {"limit": 10, "cursor": first["next"]}
        second = client.get("/v1/feed/ann", params=page).json()["items"]
        gone, banned = second[3], second[5]["author"]
        lame.put(bars_key(0), BarsRecord(as_of_ms=1 << 60, posts=((gone["id"], 0),), users=((banned, 0),)))
        left = [one for one in second if one["id"] != gone["id"] and one["author"] != banned]

        def obeyed() -> bool:
            return bool(client.get("/v1/feed/ann", params=page).json()["items"] == left)

        eventually(obeyed, "what was taken away leaves")
        lame.error = StoreUnavailableError("gone")
        cached = client.get("/v1/feed/ann?limit=100").json()["items"]
        assert gone["id"] not in {one["id"] for one in cached}
        assert banned not in {one["author"] for one in cached}


def test_stages_are_timed_in_a_header(client: httpx.Client) -> None:
    """Server-Timing, as browsers show it."""
    said = client.get("/v1/feed/ann").headers["server-timing"].split(", ")
    assert [one.split(";dur=")[0] for one in said] == ["person", "pools", "filter", "score", "order"]
    assert all(float(one.split(";dur=")[1]) >= 0 for one in said)


@pytest.mark.parametrize(("arrives", "result"), [(True, "sent"), (False, "failed")])
def test_decisions_count_as_sent_when_the_broker_has_them(arrives: bool, result: str) -> None:
    """Not before: the client's queue is no log."""
    slates = Slates()
    slates.arrives = arrives
    app = create_app(MemoryTrendStore(), feeds=a_feed_store(), slates=slates)
    registry = app.state.service.metrics.registry
    with running_app(app) as base:
        httpx.get(f"{base}/v1/feed/ann")
        labels = {"result": result}
        eventually(lambda: registry.get_sample_value("groundswell_slates_total", labels) == 1, result)


def test_without_a_sender_decisions_are_counted_as_not_logged() -> None:
    """A declared no-op: a server without Kafka serves feeds, and says what it does not do."""
    app = create_app(MemoryTrendStore(), feeds=a_feed_store())
    with running_app(app) as base:
        httpx.get(f"{base}/v1/feed/ann")
    registry = app.state.service.metrics.registry
    assert registry.get_sample_value("groundswell_slates_total", {"result": "off"}) == 1
    assert registry.get_sample_value("groundswell_feeds_total", {"rung": "full"}) == 1


def test_no_label_names_a_person(client: httpx.Client) -> None:
    """Metrics say which endpoint, never who."""
    client.get("/v1/feed/ann")
    app = create_app(MemoryTrendStore(), feeds=a_feed_store())
    with running_app(app) as base:
        httpx.get(f"{base}/v1/feed/secretperson")
        labels = [str(s.labels) for m in app.state.service.metrics.registry.collect() for s in m.samples]
    assert not [one for one in labels if "secretperson" in one]


def test_settings_say_all_that_is_wrong() -> None:
    """At once, each with what was expected."""
    with pytest.raises(ValueError, match=r"out_of_network: .*\n.*depth: expected a multiple"):
        FeedConfig(out_of_network=0.0, depth=30)
