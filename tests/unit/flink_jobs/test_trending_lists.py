"""Lists between Flink's state and timers: news wait for their moment, a restart changes nothing."""

from flink_jobs.trending import news as wire
from flink_jobs.trending import served
from flink_jobs.trending.lists import LIST_CELLS, LIST_MAPS, REVIEWS, SERVED, Lists
from flink_jobs.trending.reviews import ReviewRecords
from schemas.codec import decode_value
from schemas.records import TrendReviewAsked
from schemas.registry import FileRegistry
from schemas.served import decode_trend, denied_key, list_key
from tests.support.keyed_state import CellState, MapState
from tests.support.list_parts import CFG, END_MS, PANE_MS, news, record

REGISTRY = FileRegistry()


class _Keyed:
    """The state of one list, which outlives workers."""

    def __init__(self) -> None:
        self.maps = {name: MapState() for name in LIST_MAPS}
        self.cells = {name: CellState() for name in LIST_CELLS}

    def worker(self) -> Lists:
        """Start a worker on it."""
        return Lists(CFG, self.maps, self.cells, ReviewRecords(REGISTRY))


def _told(topic: str, people: range, at_ms: int = END_MS) -> bytes:
    told = news((record(topic, at_ms=at_ms, scope="lang:en"), people, people))
    return wire.routed("tag", "lang:en", at_ms, told)


def test_an_address_says_list_and_moment() -> None:
    """Flink's side routes without decoding."""
    raw = wire.routed("tag", "lang:日本", END_MS, news())
    assert (wire.list_of(raw), wire.moment_of(raw)) == ("tag|lang:日本", END_MS)
    assert wire.joined([wire.body_of(raw)]).records == []


def test_a_list_settles_when_all_shards_have_told() -> None:
    """A write for readers and requests for moderators leave; the fence is event time."""
    keyed = _Keyed()
    for raw in (_told("tea", range(9)), _told("milk", range(50, 59))):
        assert keyed.worker().take(raw) == END_MS
    messages = list(keyed.worker().at("tag|lang:en", END_MS))
    assert [message[:1] for message in messages] == [SERVED, REVIEWS, REVIEWS]
    write = served.write_of(messages[0][1:])
    assert write.fence == f"{END_MS:019d}"
    assert [(places.key, [topic for topic, _ in places.members]) for places in write.places] == [
        (list_key("lang:en"), ["milk", "tea"]),
        (list_key("lang:en", allowed=True), []),
        (denied_key("lang:en"), []),
    ]
    assert sorted(decode_trend(entry.value).topic for entry in write.entries) == ["milk", "tea"]
    key, _, value = messages[1][1:].decode().partition("\x1e")
    _, request = decode_value(bytes.fromhex(value), REGISTRY)
    assert isinstance(request, TrendReviewAsked)
    assert (key, request.position) == (f"tag|{request.topic}|lang:en", 1)
    assert list(keyed.worker().at("tag|lang:en", END_MS)) == []


def test_a_new_worker_goes_on_where_the_old_one_stood() -> None:
    """What a worker remembers is what Flink's state says."""
    keyed, other = _Keyed(), _Keyed()
    living = keyed.worker()
    for i in range(4):
        at_ms = END_MS + i * PANE_MS
        raw = _told(f"t{i % 2}", range(i, i + 9), at_ms)
        living.take(raw)
        other.worker().take(raw)
        assert list(living.at("tag|lang:en", at_ms)) == list(other.worker().at("tag|lang:en", at_ms))
    assert keyed.cells["list"].value == other.cells["list"].value


def test_a_correction_that_nobody_sees_writes_nothing() -> None:
    """The list keeps its version; one that takes a topic out is written."""
    keyed = _Keyed()
    keyed.worker().take(_told("tea", range(9)))
    list(keyed.worker().at("tag|lang:en", END_MS))
    (first,) = [keyed.cells["list"].value]
    kept = record("tea", at_ms=END_MS, scope="lang:en")
    for one, written in ((kept, 0), (record("tea", 0.0, scope="lang:en", reasons=("denied",)), 1)):
        keyed.worker().take(wire.routed("tag", "lang:en", END_MS + 1, news((one, [], []))))
        messages = list(keyed.worker().at("tag|lang:en", END_MS + 1))
        assert [message[:1] for message in messages].count(SERVED) == written
    assert first


def test_many_small_news_are_folded_and_say_the_same() -> None:
    """As many shards as there are may tell."""
    keyed = _Keyed()
    for i in range(150):
        keyed.worker().take(_told(f"t{i}", range(10 * i, 10 * i + 9)))
    write = served.write_of(next(iter(keyed.worker().at("tag|lang:en", END_MS)))[1:])
    assert [len(places.members) for places in write.places] == [CFG.list_size, 0, 0]
    assert len(write.entries) == 150  # readers learn of the others, too
