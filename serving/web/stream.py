"""A list as server-sent events. A reader has no queue: it holds the state that it was sent last.

When there is news, a reader gets the difference between its own state and the newest, which is encoded once
for all readers that have the same. One that is slow simply gets larger differences; one that takes nothing
for a while is cut off.
"""

import asyncio
from typing import TYPE_CHECKING, Any

import msgspec
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from serving.web.guard import client_of
from serving.web.kept import Kept
from serving.web.service import Service
from serving.web.sse import HEARTBEAT, event, greeting

if TYPE_CHECKING:
    from serving.web.snapshot import Snapshot

_RETRY_S = 2.0
_encode = msgspec.json.Encoder().encode
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # nginx would keep events until a buffer is full
]


class EventStream(Response):
    """The response that lasts.

    Args:
        service: What the stream belongs to.
        kept: The list.
        limit: Its first trends that are followed.
        since: Version that the reader knows.
    """

    media_type = "text/event-stream"

    def __init__(self, service: Service, kept: Kept, limit: int, since: str | None) -> None:
        super().__init__()
        self._service, self._kept, self._limit = service, kept, limit
        self._sent: Snapshot | None = kept.at(since) if since else None
        self._stale = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the reader goes, takes nothing any more, or the process ends."""
        client = client_of(scope)
        with self._service.streaming(client.name, client.streams):
            self._kept.readers += 1
            try:
                await self._both(receive, send)
            finally:
                self._kept.readers -= 1

    async def _both(self, receive: Receive, send: Send) -> None:
        tasks = [asyncio.ensure_future(_gone(receive)), asyncio.ensure_future(self._pump(send))]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for task in done:
            task.result()

    async def _pump(self, send: Send) -> None:
        options = self._service.options
        start = {"type": "http.response.start", "status": 200, "headers": _HEADERS}
        try:
            await send(start)
            await self._send(send, greeting(_RETRY_S))
            while not self._service.closing:
                changed = self._kept.changed
                news = self._news()
                if news:
                    await self._send(send, news)
                    continue
                try:
                    await asyncio.wait_for(changed.wait(), options.heartbeat_s)
                except (TimeoutError, asyncio.TimeoutError):
                    await self._send(send, self._news() or HEARTBEAT)
            await send({"type": "http.response.body", "body": b""})
        except _TooSlowError:
            self._service.metrics.shed.inc()

    def _news(self) -> bytes:
        """Return what the reader does not have yet, and take it as sent."""
        out, newest, board = b"", self._kept.newest, self._service.board
        if self._sent is None:
            body = self._kept.page(newest, 0, self._limit, board.stale_ms).body
            out = event("snapshot", body, newest.version)
        elif self._sent.version != newest.version:
            out = event("change", self._kept.change(self._sent, self._limit), newest.version)
        self._sent = newest
        if board.stale != self._stale:
            self._stale = board.stale
            out += event("state", _encode(board.state))
        return out

    async def _send(self, send: Send, body: bytes) -> None:
        message: dict[str, Any] = {"type": "http.response.body", "body": body, "more_body": True}
        try:
            # The server takes bytes at once until a reader has fallen 64 KB behind; then this waits.
            await asyncio.wait_for(send(message), self._service.options.shed_after_s)
        except (TimeoutError, asyncio.TimeoutError) as error:
            raise _TooSlowError from error


class _TooSlowError(Exception):
    """The reader takes nothing."""


async def _gone(receive: Receive) -> None:
    """Return when the reader has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
