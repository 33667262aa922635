"""Server-sent events of a list: what a reader gets, and how it goes on."""

import asyncio
import socket
import time
from itertools import islice

import httpx
from support.http_server import running_app
from support.sse_client import events
from support.trend_records import NOON_MS, PANE_MS, a_record, an_as_of

from serving.app import create_app
from serving.errors import StoreUnavailableError
from serving.memory_store import MemoryTrendStore
from serving.web.options import WebOptions
from serving.web.service import Service
from serving.web.snapshot import ListKey
from serving.web.stream import EventStream

PATH = "/v1/trends/stream"


class AwayStore(MemoryTrendStore):
    """Can be away."""

    away = False

    def fences(self, lists: object) -> list[str]:
        """Fail while away."""
        if self.away:
            raise StoreUnavailableError("away")
        return super().fences(lists)  # type: ignore[arg-type]


def filled() -> AwayStore:
    """Three topics at noon."""
    store = AwayStore()
    for n in (1, 2, 3):
        store.put(a_record(f"t{n}", peak_strength=float(10 * n)))
    store.put_as_of(an_as_of())
    return store


def lift(store: MemoryTrendStore, topic: str, strength: float, pane: int) -> None:
    """Write a topic at a later pane."""
    at_ms = NOON_MS + pane * PANE_MS
    store.put(a_record(topic, peak_strength=strength, pane_start_ms=at_ms - PANE_MS, peak_ms=at_ms - PANE_MS))
    store.put_as_of(an_as_of(at_ms))


def test_a_reader_gets_the_list_and_then_what_changes() -> None:
    """First a snapshot, which is the page; then differences, each to what was sent before."""
    store = filled()
    with running_app(create_app(store)) as base, events(base + PATH) as stream:
        first = next(stream)
        assert first.kind == "snapshot"
        assert first.data == httpx.get(f"{base}/v1/trends").json()
        assert first.name == first.data["version"]
        lift(store, "t1", 90.0, 1)
        second = next(stream)
        assert second.kind == "change"
        assert (second.data["before"], second.data["version"]) == (first.name, second.name)
        assert second.data["moved"] == [
            {"topic": "t1", "was": 3, "now": 1},
            {"topic": "t3", "was": 1, "now": 2},
            {"topic": "t2", "was": 2, "now": 3},
        ]
        lift(store, "new", 200.0, 2)
        third = next(stream)
        assert [(t["topic"], t["position"]) for t in third.data["entered"]] == [("new", 1)]


def test_a_reader_goes_on_where_it_was() -> None:
    """Last-Event-ID: the difference to the state that it names, not the whole list."""
    store = filled()
    with running_app(create_app(store)) as base:
        with events(base + PATH) as stream:
            known = next(stream).name
        lift(store, "new", 200.0, 1)
        time.sleep(0.3)
        with events(base + PATH, **{"last-event-id": known}) as stream:
            went_on = next(stream)
        assert (went_on.kind, went_on.data["before"]) == ("change", known)
        assert [t["topic"] for t in went_on.data["entered"]] == ["new"]
        with events(base + PATH, **{"last-event-id": "0" * 16}) as stream:
            assert next(stream).kind == "snapshot"


def test_silence_is_broken_and_the_store_going_away_is_told() -> None:
    """Heartbeats keep connections open; `state` says that what is shown is old, and when it is not."""
    store = filled()
    options = WebOptions(heartbeat_s=0.2)
    with running_app(create_app(store, options)) as base, events(base + PATH) as stream:
        assert [event.kind for event in islice(stream, 3)] == ["snapshot", "heartbeat", "heartbeat"]
        store.away = True
        told = next(event for event in stream if event.kind != "heartbeat")
        assert (told.kind, told.data["stale"]) == ("state", True)
        assert httpx.get(f"{base}/v1/trends").json()["stale"] is True
        assert httpx.get(f"{base}/ready").json()["ready"] is True
        store.away = False
        told = next(event for event in stream if event.kind != "heartbeat")
        assert (told.kind, told.data["stale"]) == ("state", False)


def test_more_readers_than_allowed_are_refused() -> None:
    """And one who leaves makes room."""
    with running_app(create_app(filled(), WebOptions(streams=1))) as base:
        with events(base + PATH) as stream:
            next(stream)
            refused = httpx.get(base + PATH)
            assert refused.status_code == 429
            assert refused.json()["type"].endswith("too-many-streams")
            assert refused.headers["retry-after"] == "10"
        deadline_s = time.monotonic() + 5
        while _status(base) != 200:
            assert time.monotonic() < deadline_s
            time.sleep(0.05)


def test_a_reader_that_takes_nothing_is_cut_off_and_holds_nothing() -> None:
    """Its stream ends, others go on; nothing is kept for it meanwhile but the state it has."""

    async def never(_message: object) -> None:
        await asyncio.Event().wait()

    async def silent() -> dict[str, str]:
        await asyncio.Event().wait()
        return {}

    async def main() -> tuple[float, float]:
        service = Service(filled(), WebOptions(shed_after_s=0.05))
        try:
            kept = await service.board.get(ListKey("global", "tag", allowed=False, fill=True))
            stream = EventStream(service, kept, 20, None)

            async def send(message: dict[str, object]) -> None:
                if message["type"] != "http.response.start":
                    await never(message)

            await asyncio.wait_for(stream({"type": "http"}, silent, send), 5)  # type: ignore[arg-type]
            return service.metrics.shed._value.get(), service.metrics.streams._value.get()
        finally:
            service.calls.close()

    assert asyncio.run(main()) == (1.0, 0.0)


def test_a_socket_that_nobody_reads_is_cut_off_after_little() -> None:
    """On a real connection: the kernel holds little for it, and the server's memory none."""
    store = filled()
    for n in range(60):
        store.put(a_record(f"topic {n}", peak_strength=300.0 + n))
    app = create_app(store, WebOptions(shed_after_s=0.3, poll_s=0.005))
    with running_app(app) as base, socket.socket() as reader:
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        reader.connect(("127.0.0.1", int(base.rpartition(":")[2])))
        reader.sendall(f"GET {PATH}?limit=100 HTTP/1.1\r\nhost: x\r\n\r\n".encode())
        metrics = app.state.service.metrics
        deadline_s, pane = time.monotonic() + 20, 0
        while not metrics.shed._value.get():
            assert time.monotonic() < deadline_s
            pane += 1
            for n in range(60):
                lift(store, f"round {pane % 2} topic {n}", 400.0 + pane + n, pane)
            time.sleep(0.01)
        assert metrics.streams._value.get() == 0
        assert httpx.get(f"{base}/v1/trends").status_code == 200


def _status(base: str) -> int:
    with httpx.stream("GET", base + PATH) as answer:
        return answer.status_code
