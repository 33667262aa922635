"""One contract for the store in memory and the one in Redis, which the job's own sink fills."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pytest
import redis
from support.redis_dump import differences, redis_dump
from support.redis_server import running_redis
from support.served_lists import Denied, list_writes
from support.trend_records import HALF_LIFE_MS, NOON_MS, PANE_MS, a_record, an_as_of

from flink_jobs._shell.redis_sink import RedisSink
from schemas.served import Kind, ServedError, TrendRecord, as_of_key, list_key, meta_key
from serving.errors import StoreContentError, StoreUnavailableError
from serving.memory_store import MemoryTrendStore
from serving.redis_store import RedisTrendStore
from serving.store import TrendStore
from state.trend_config import TrendConfig


@dataclass(frozen=True)
class World:
    """A store and the way into it."""

    store: TrendStore
    write: Callable[[int, Sequence[TrendRecord], Denied], object]

    def hold(self, *records: TrendRecord, denied: Denied = ()) -> None:
        """Store records and denials at noon."""
        self.write(NOON_MS, records, denied)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis for this file."""
    with running_redis(tmp_path_factory.mktemp("redis")) as url:
        yield url


@pytest.fixture
def client(server: str) -> Iterator["redis.Redis"]:
    """A client of the emptied server, which is ours alone."""
    with redis.Redis.from_url(server, protocol=2) as found:
        found.flushall()
        yield found


@pytest.fixture(params=["memory", "redis"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """An empty store of each kind."""
    if request.param == "memory":
        memory = MemoryTrendStore()

        def keep(at_ms: int, records: Sequence[TrendRecord], denied: Denied) -> None:
            for record in records:
                memory.put(record)
            for scope, topic, until_ms in denied:
                memory.deny(scope, topic, until_ms)
            if at_ms % PANE_MS == 0:
                memory.put_as_of(an_as_of(at_ms))

        yield World(memory, keep)
        return
    request.getfixturevalue("client")
    url = request.getfixturevalue("server")
    sink, cfg = RedisSink(url), TrendConfig(half_life_ms=HALF_LIFE_MS, min_strength=0.5)
    store = RedisTrendStore.at(url)
    yield World(store, lambda at_ms, records, denied: sink.write(list_writes(cfg, at_ms, records, denied)))
    store.close()


def topics(world: World, scope: str = "global", limit: int = 10) -> list[str]:
    """The topics of a list."""
    return [trend.record.topic for trend in world.store.trends(scope, limit)]


def counting(server: str) -> tuple[RedisTrendStore, list[int]]:
    """A store, and a list that grows by one with each write to its socket after the connection was made."""
    sent: list[int] = []

    class Counting(redis.Connection):
        """Counts what is sent."""

        def send_packed_command(self, command: object, check_health: bool = True) -> None:
            sent.append(1)
            super().send_packed_command(command, check_health)  # type: ignore[no-untyped-call]

    pool = redis.ConnectionPool.from_url(server, connection_class=Counting, protocol=2)
    return RedisTrendStore(redis.Redis.from_pool(pool)), sent


def test_an_empty_store_has_neither_lists_nor_a_moment(world: World) -> None:
    """Before the first pane closes, readers get nothing instead of an error."""
    assert world.store.trends("global", 10) == []
    assert world.store.trend("global", "eclipse") is None
    assert world.store.as_of() is None
    assert world.store.scopes().names == ()


def test_without_a_moment_nothing_is_shown(world: World, client: "redis.Redis") -> None:
    """Until the global list, whose moment stands for all, has one, a record has no strength: not shown."""
    world.write(NOON_MS + 1, [a_record(scope="lang:en")], ())
    client.delete(as_of_key("global"))
    assert world.store.listing("lang:en", 10).trends == ()
    assert world.store.trend("lang:en", "eclipse") is None


def test_the_strongest_come_first_with_their_places(world: World) -> None:
    """Order, places and limit."""
    world.hold(*(a_record(f"t{n}", peak_strength=float(n)) for n in (3, 9, 1, 7)))
    assert topics(world) == ["t9", "t7", "t3", "t1"]
    found = world.store.trends("global", 2)
    assert [(trend.position, trend.record.topic) for trend in found] == [(1, "t9"), (2, "t7")]


def test_strength_fades_by_half_in_a_half_life(world: World) -> None:
    """Strength is that of the moment of event time, not that of the peak."""
    world.hold(a_record(peak_strength=8.0, peak_ms=NOON_MS - HALF_LIFE_MS))
    (trend,) = world.store.trends("global", 1)
    assert trend.strength == pytest.approx(4.0)


def test_what_is_too_weak_is_dropped_but_still_known(world: World) -> None:
    """A faded topic leaves the list; asking for it by name still finds it, without a place."""
    world.hold(a_record("faded", peak_strength=0.9, peak_ms=NOON_MS - HALF_LIFE_MS), a_record("strong"))
    assert topics(world) == ["strong"]
    found = world.store.trend("global", "faded")
    assert found is not None
    assert found.position is None
    assert found.strength == pytest.approx(0.45)


def test_a_record_comes_back_as_it_was_written(world: World) -> None:
    """Every field survives, with any script in the topic."""
    record = a_record("東京 ‎البرازيل | {x}", alert=True, alert_ms=NOON_MS, reasons=("burst",))
    world.hold(record)
    assert world.store.trends("global", 1)[0].record == record
    found = world.store.trend("global", record.topic)
    assert found is not None
    assert found.record == record
    assert found.position == 1


def test_a_topic_has_the_same_place_alone_and_in_the_list(world: World) -> None:
    """Equal ranks are ordered the same way by both questions."""
    world.hold(*(a_record(name) for name in ("b", "a", "ü", "c", "Z")))
    for trend in world.store.trends("global", 10):
        alone = world.store.trend("global", trend.record.topic)
        assert alone is not None
        assert alone.position == trend.position
    assert topics(world) == ["ü", "c", "b", "a", "Z"]


def test_two_writes_of_a_list_leave_the_same_in_either_order(client: "redis.Redis", server: str) -> None:
    """Writers work side by side, so what a pane's end says may come after the correction that followed it."""
    cfg, sink, left = TrendConfig(half_life_ms=HALF_LIFE_MS, min_strength=0.5), RedisSink(server), []
    end = list_writes(cfg, NOON_MS, [a_record("a"), a_record("b")], (("global", "c", NOON_MS * 2),))
    corrected = list_writes(cfg, NOON_MS + 60_002, [a_record("b", peak_strength=3.0)], ())
    for writes in ((end, corrected), (corrected, end)):
        client.flushdb()
        for batch in writes:
            sink.write(batch)
        left.append(redis_dump(server))
    assert differences(*left) == []
    assert RedisTrendStore(client).as_of() == an_as_of()


def test_lists_of_scopes_are_separate(world: World) -> None:
    """A topic of one scope is not seen in another; all share one moment."""
    world.hold(a_record("one"), a_record("two", scope="lang:en"), a_record("three", scope="region:US"))
    assert topics(world) == ["one"]
    assert topics(world, "lang:en") == ["two"]
    assert topics(world, "lang:de") == []
    assert world.store.listing("lang:de", 1).as_of == an_as_of()
    assert world.store.trend("lang:en", "one") is None
    found = world.store.scopes()
    assert found.names == ("global", "lang:en", "region:US")
    assert found.complete


def test_another_write_of_a_list_changes_its_fence_and_no_other(world: World) -> None:
    """Who asks often what is new asks for this alone."""
    asked = [("tag", "global"), ("tag", "lang:en"), ("link", "global")]
    assert world.store.fences(asked) == ["", "", ""]
    world.hold(a_record(scope="lang:en"))
    before = world.store.fences(asked)
    assert before[2] == ""
    assert all(before[:2])
    world.write(NOON_MS + PANE_MS, [a_record(scope="lang:en", pane_start_ms=NOON_MS)], ())
    after = world.store.fences(asked)
    assert [old == new for old, new in zip(before, after, strict=True)] == [False, False, True]
    assert world.store.fences([]) == []


@pytest.mark.parametrize("kind", ["phrase", "link", "post", "creator", "query"])
def test_each_kind_has_lists_of_its_own(world: World, kind: Kind) -> None:
    """One name in two kinds is two topics; nobody who asks for tags sees another kind."""
    name = "https://a.example/{x}|y"
    world.hold(
        a_record(name), a_record(name, kind=kind, observed=7.0), a_record("two", kind=kind, scope="lang:en")
    )
    assert topics(world) == [name]
    (trend,) = world.store.trends("global", 5, kind)
    assert (trend.record.kind, trend.record.observed) == (kind, 7.0)
    shown = world.store.listing("lang:en", 5, kind)
    assert (shown.kind, [t.record.topic for t in shown.trends]) == (kind, ["two"])
    found = world.store.trend("global", name, kind)
    assert found is not None
    assert (found.record.kind, found.position) == (kind, 1)
    assert world.store.trend("lang:en", "two") is None
    assert world.store.scopes().names == ("global",)
    assert world.store.scopes(kind).names == ("global", "lang:en")


def test_a_kind_that_cannot_exist_is_refused(world: World) -> None:
    """A kind is part of a key, too."""
    with pytest.raises(ServedError, match="expected one of tag, phrase"):
        world.store.trends("global", 1, "page")


def test_an_older_record_never_replaces_a_newer_one(world: World) -> None:
    """A replay that writes old panes again changes nothing, and neither does an old moment."""
    world.hold(a_record(observed=9.0))
    old = a_record(observed=1.0, pane_start_ms=NOON_MS - 4 * PANE_MS)
    world.write(NOON_MS - 3 * PANE_MS, [old], ())
    assert world.store.trends("global", 1)[0].record.observed == 9.0
    assert world.store.as_of() == an_as_of()


@pytest.mark.parametrize("limit", [0, -1, 1001])
def test_a_limit_out_of_range_is_refused(world: World, limit: int) -> None:
    """Nobody reads a whole list by a negative limit."""
    with pytest.raises(ValueError, match="expected 1 to 1000"):
        world.store.trends("global", limit)


@pytest.mark.parametrize("scope", ["", "a b", "{x}", "x" * 81])
def test_a_scope_that_cannot_exist_is_refused(world: World, scope: str) -> None:
    """A scope is part of a key, so it is checked before it becomes one."""
    with pytest.raises(ServedError, match="expected global"):
        world.store.listing(scope, 1)
    with pytest.raises(ServedError, match="expected global"):
        world.store.trend(scope, "x")


def test_a_rank_of_another_half_life_is_reported(world: World) -> None:
    """A list written with another half-life is told apart from a very strong trend."""
    world.hold(a_record(rank=1e9))
    with pytest.raises(StoreContentError, match="another half-life"):
        world.store.trends("global", 1)


def test_many_entries_of_a_list_are_written_and_refused_one_by_one(
    client: "redis.Redis", server: str
) -> None:
    """More than one call takes; a second time all are refused, with newer ones among them just the old."""
    cfg, sink = TrendConfig(), RedisSink(server)
    records = [a_record(f"t{n}") for n in range(1100)]
    writes = list_writes(cfg, NOON_MS, records, ())
    assert sink.write(writes) == 0
    assert client.zcard(list_key("global")) == 1100
    sets = 3
    assert sink.write(writes) == 1100 + sets
    newer = list_writes(cfg, NOON_MS + PANE_MS, records[:3], ())
    assert sink.write([*newer, *writes]) == 1100 + sets
    assert client.zcard(list_key("global")) == 3
    assert client.hget(meta_key("global", "t1"), "_v") == b"%019d" % (NOON_MS + PANE_MS)


def test_a_read_is_one_round_trip(client: "redis.Redis", server: str) -> None:
    """A list, a topic and the moment each take one write to the socket, however long the list is."""
    cfg = TrendConfig(half_life_ms=HALF_LIFE_MS, min_strength=0.5)
    records = [a_record(f"t{n}") for n in range(50)]
    assert RedisSink(server).write(list_writes(cfg, NOON_MS, records, ())) == 0
    store, sent = counting(server)
    store.as_of()
    for read in (lambda: store.listing("global", 50), lambda: store.trend("global", "t7"), store.as_of):
        sent.clear()
        assert read()
        assert len(sent) == 1
    store.close()
    assert client.dbsize() == 52


def test_a_member_without_a_record_is_left_out(client: "redis.Redis", world: World) -> None:
    """A record that expired before its member left does not break the list; the places stay."""
    if not isinstance(world.store, RedisTrendStore):
        return
    world.hold(a_record("a", peak_strength=9.0), a_record("b", peak_strength=8.0))
    client.delete(meta_key("global", "a"))
    assert [(t.position, t.record.topic) for t in world.store.trends("global", 5)] == [(2, "b")]


def test_foreign_content_is_named(client: "redis.Redis", server: str) -> None:
    """Bytes of another layout or key type end in an error that says so."""
    store = RedisTrendStore.at(server)
    client.hset(as_of_key("global"), "d", b"\x93\x09\x01\x02")
    with pytest.raises(StoreContentError, match="not an as-of record"):
        store.as_of()
    client.delete(as_of_key("global"))
    client.set(list_key("global"), "text")
    with pytest.raises(StoreContentError, match=r"refused a read under \S+: Error running.*WRONGTYPE"):
        store.listing("global", 1)
    store.close()


def test_a_closed_connection_is_made_anew(client: "redis.Redis", world: World) -> None:
    """A reader survives a restart of Redis without an error of its own."""
    world.hold(a_record())
    client.client_kill_filter(_type="normal", skipme=True)
    assert topics(world) == ["eclipse"]


def test_no_server_is_one_sentence_without_secrets() -> None:
    """The message names the address and not the password."""
    store = RedisTrendStore.at("redis://:secret@127.0.0.1:1/0", timeout_s=0.5)
    with pytest.raises(StoreUnavailableError, match=r"127\.0\.0\.1:1 does not answer") as caught:
        store.as_of()
    assert "secret" not in str(caught.value)
    with pytest.raises(StoreContentError, match="expected redis://") as refused:
        RedisTrendStore.at("http://:secret@host")
    assert "secret" not in str(refused.value)


def shown(
    world: World, scope: str, limit: int = 10, *, allowed: bool = False
) -> list[tuple[int | None, str, str]]:
    """(place, topic, where it comes from) of a filled list."""
    found = world.store.listing(scope, limit, allowed=allowed, fill=True)
    assert found.scope == scope
    return [(t.position, t.record.topic, t.record.scope) for t in found.trends]


def test_a_short_list_is_filled_from_related_languages_then_from_the_world(world: World) -> None:
    """Own trends keep their places, however weak; nothing stands there twice, under whatever name."""
    world.hold(
        a_record("hrad", scope="lang:sk", peak_strength=2.0, aliases=("castle",)),
        a_record("pivo", scope="lang:cs", peak_strength=3.0),
        a_record("hrad", scope="lang:cs", peak_strength=9.0),
        a_record("pivo", peak_strength=30.0),
        a_record("castle", peak_strength=20.0),
        a_record("eclipse", peak_strength=10.0),
    )
    assert shown(world, "lang:sk") == [
        (1, "hrad", "lang:sk"),
        (2, "pivo", "lang:cs"),
        (3, "eclipse", "global"),
    ]
    assert shown(world, "lang:sk", 2) == [(1, "hrad", "lang:sk"), (2, "pivo", "lang:cs")]
    assert [t.record.topic for t in world.store.listing("lang:sk", 10).trends] == ["hrad"]


def test_no_list_is_empty_while_anything_trends(world: World) -> None:
    """A scope that nobody ever spoke in shows what trends elsewhere."""
    world.hold(a_record("eclipse"))
    for scope in ("lang:sk", "region:SK", "lang:sk,region:SK", "lang:zz", "global"):
        assert [topic for _, topic, _ in shown(world, scope)] == ["eclipse"], scope


def test_what_is_denied_here_does_not_come_in_from_elsewhere(world: World) -> None:
    """Until the denial ends."""
    world.hold(
        a_record("hoax"),
        a_record("eclipse"),
        denied=[("lang:sk", "hoax", NOON_MS + 1), ("lang:cs", "eclipse", 5)],
    )
    assert [topic for _, topic, _ in shown(world, "lang:sk")] == ["eclipse"]
    assert {topic for _, topic, _ in shown(world, "lang:cs")} == {"eclipse", "hoax"}


def test_what_leads_elsewhere_and_may_not_come_in_leaves_room_for_the_next(world: World) -> None:
    """However few trends are asked for: denied ones, and those that stand here already, are looked past."""
    world.hold(
        a_record("hoax", peak_strength=9.0),
        a_record("hrad", peak_strength=8.0),
        a_record("eclipse", peak_strength=7.0),
        a_record("hrad", scope="region:SK"),
        denied=[("lang:sk", "hoax", NOON_MS + 1), ("region:SK", "hoax", NOON_MS + 1)],
    )
    assert shown(world, "lang:sk", 1) == [(1, "hrad", "global")]
    assert shown(world, "region:SK", 2) == [(1, "hrad", "region:SK"), (2, "eclipse", "global")]


def test_each_step_comes_after_the_one_before_however_strong_it_is(world: World) -> None:
    """A language in a region: the language, the region, the nearest language, its group, the world."""
    scopes = ("lang:sk,region:SK", "lang:sk", "region:SK", "lang:cs", "lang:pl", "global")
    world.hold(*(a_record(f"t{n}", scope=of, peak_strength=2.0 + n) for n, of in enumerate(scopes)))
    assert [of for _, _, of in shown(world, "lang:sk,region:SK")] == list(scopes)
    assert [of for _, _, of in shown(world, "community:a,b")] == ["global"]


def test_a_filler_never_takes_a_place_that_is_taken(client: "redis.Redis", world: World) -> None:
    """An own trend keeps its place when the record of a stronger one is lost; fillers follow behind it."""
    if not isinstance(world.store, RedisTrendStore):
        return
    world.hold(
        a_record("a", scope="lang:sk", peak_strength=9.0), a_record("b", scope="lang:sk"), a_record("c")
    )
    client.delete(meta_key("lang:sk", "b"))
    assert shown(world, "lang:sk") == [(2, "a", "lang:sk"), (3, "c", "global")]


def test_the_list_for_everybody_is_filled_from_such_lists_only(world: World) -> None:
    """What nobody has looked at stays out, wherever it comes from."""
    world.hold(
        a_record("hrad", scope="lang:sk", review="pending"),
        a_record("pivo", scope="lang:cs", review="allowed"),
        a_record("castle", review="trusted"),
        a_record("hoax", review="pending"),
    )
    assert shown(world, "lang:sk", allowed=True) == [(1, "pivo", "lang:cs"), (2, "castle", "global")]


def test_filling_takes_a_second_round_trip_and_only_when_it_is_needed(
    client: "redis.Redis", server: str
) -> None:
    """All other lists are read at once."""
    cfg = TrendConfig(half_life_ms=HALF_LIFE_MS, min_strength=0.5)
    records = [a_record("hrad", scope="lang:sk"), a_record("eclipse")]
    RedisSink(server).write(list_writes(cfg, NOON_MS, records, ()))
    store, sent = counting(server)
    store.as_of()
    for limit, trips in ((1, 1), (9, 2)):
        sent.clear()
        assert store.listing("lang:sk", limit, fill=True).trends
        assert len(sent) == trips
    store.close()
    assert client.ping()
