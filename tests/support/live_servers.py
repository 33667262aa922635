"""Small servers on loopback that speak the protocols of public streams, with faults on demand."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TypeAlias
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

_Main: TypeAlias = Callable[[asyncio.Event, Callable[[int], None]], Coroutine[None, None, None]]


@contextmanager
def _in_thread(main: _Main) -> Iterator[int]:
    """Run a server until the block ends; give its port."""
    ready, port, loop, stop = threading.Event(), [0], asyncio.new_event_loop(), asyncio.Event()

    def on_port(number: int) -> None:
        port[0] = number
        ready.set()

    def work() -> None:
        loop.run_until_complete(main(stop, on_port))
        loop.close()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        assert ready.wait(10)
        yield port[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)


@dataclass
class SseServer:
    """Server-sent events with resume by `Last-Event-ID`, as EventStreams does it: by time, ties come again.

    Attributes:
        events: (milliseconds, raw text of `data:`), in order.
        plan: How many events each connection gets before it breaks off; None = it stays open. The last
            repeats.
        statuses: HTTP status of each connection; the last repeats.
        asked: What each connection sent as headers.
    """

    events: list[tuple[int, str]]
    plan: list[int | None] = field(default_factory=lambda: [None])
    statuses: list[int] = field(default_factory=lambda: [200])
    content_type: str = "text/event-stream"
    asked: list[dict[str, str]] = field(default_factory=list)

    @contextmanager
    def running(self) -> Iterator[str]:
        """Serve on a free port; give the address."""

        async def main(stop: asyncio.Event, on_port: Callable[[int], None]) -> None:
            async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                await self._handle(reader, writer, stop)

            server = await asyncio.start_server(handle, "127.0.0.1", 0)
            on_port(server.sockets[0].getsockname()[1])
            await stop.wait()
            server.close()
            await asyncio.sleep(0.05)

        with _in_thread(main) as port:
            yield f"http://127.0.0.1:{port}/v2/stream/recentchange"

    async def _handle(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, stop: asyncio.Event
    ) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        headers = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if line)
        turn = len(self.asked)
        self.asked.append(headers)
        status = self.statuses[min(turn, len(self.statuses) - 1)]
        reply = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Type: {self.content_type}\r\n"
        writer.write(f"{reply}Retry-After: 0\r\nConnection: close\r\n\r\n".encode())
        if status == HTTPStatus.OK:
            await self._stream(writer, headers.get("last-event-id", ""), turn, stop)
        writer.close()

    async def _stream(self, writer: asyncio.StreamWriter, since: str, turn: int, stop: asyncio.Event) -> None:
        after_ms = int(since.rpartition(":")[2].rstrip("}]")) if since else 0
        most = self.plan[min(turn, len(self.plan) - 1)]
        writer.write(b":ok\n\nretry: 10\n\nevent: heartbeat\ndata: alive\n\n")
        for sent, (at_ms, data) in enumerate(e for e in self.events if e[0] >= after_ms):
            if sent == most:
                writer.write(b"event: message\ndata: {half an ev")
                await writer.drain()
                return
            token = f'[{{"topic":"eqiad.mediawiki.recentchange","partition":0,"timestamp":{at_ms}}}]'
            writer.write(f": comment\nevent: message\nid: {token}\ndata: {data}\n\n".encode())
            await writer.drain()
        if most is None:
            await stop.wait()


def _select(_connection: ServerConnection, offered: Sequence[Subprotocol]) -> Subprotocol | None:
    """As Jetstream does: a client that offers nothing gets the same frames."""
    return next((name for name in offered if name == "xrpc.v1.json"), None)


@dataclass
class JetstreamServer:
    """Jetstream v1 or v2.

    Attributes:
        frames: (cursor: time_us for v1, seq for v2; raw text), in order; cursor 0 is sent in any case.
        path: The only path that is served.
        plan: How many frames each connection gets before it breaks off; None = it stays open. The last
            repeats.
        last_words: Frame before a connection is closed in order; empty = it breaks off.
        floor: v2: cursors below this seq are refused with CursorTooOld.
        refuse_with: HTTP status for every connection; 0 = none is refused.
        asked: Path and query of each connection.
    """

    frames: list[tuple[int, str]]
    path: str = "/subscribe"
    plan: list[int | None] = field(default_factory=lambda: [None])
    last_words: str = ""
    floor: int = 0
    refuse_with: int = 0
    subprotocols: list[str | None] = field(default_factory=list)
    asked: list[dict[str, list[str]]] = field(default_factory=list)

    @contextmanager
    def running(self) -> Iterator[str]:
        """Serve on a free port; give the address without a path."""

        async def main(stop: asyncio.Event, on_port: Callable[[int], None]) -> None:
            async def handle(connection: ServerConnection) -> None:
                await self._stream(connection, stop)

            server = await serve(
                handle, "127.0.0.1", 0, process_request=self._request, select_subprotocol=_select
            )
            on_port(server.sockets[0].getsockname()[1])
            await stop.wait()
            server.close()
            await server.wait_closed()

        with _in_thread(main) as port:
            yield f"ws://127.0.0.1:{port}"

    def _request(self, connection: ServerConnection, request: Request) -> Response | None:
        url = urlsplit(request.path)
        query = parse_qs(url.query)
        self.asked.append(query)
        cursor = int(query.get("cursor", ["0"])[0])
        if url.path != self.path:
            return connection.respond(HTTPStatus.NOT_FOUND, "no such path")
        if self.refuse_with:
            return connection.respond(HTTPStatus(self.refuse_with), "not now")
        if 0 < cursor < self.floor:
            return connection.respond(
                HTTPStatus.BAD_REQUEST, f'{{"error":"CursorTooOld","message":"the floor is {self.floor}"}}'
            )
        return None

    async def _stream(self, connection: ServerConnection, stop: asyncio.Event) -> None:
        self.subprotocols.append(connection.subprotocol)
        turn = len(self.asked) - 1
        since = int(self.asked[turn].get("cursor", ["0"])[0])
        if self.path != "/subscribe" and since >= 10**15:
            since = self.floor  # a time: clamped to what is there
        most = self.plan[min(turn, len(self.plan) - 1)]
        for sent, (_, raw) in enumerate(f for f in self.frames if f[0] == 0 or f[0] >= since):
            if sent == most:
                if self.last_words:
                    await connection.send(self.last_words)
                    return
                connection.transport.abort()
                return
            await connection.send(raw)
        if most is None:
            await stop.wait()
