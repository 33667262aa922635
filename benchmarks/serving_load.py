"""A load generator on loopback: plain sockets, so that it costs less than what it measures."""

import asyncio
import http.client
import json
import multiprocessing
import re
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import psutil
import redis

_HOST = "127.0.0.1"
_START_S = 30.0
LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


class Round(NamedTuple):
    """What a round found."""

    per_s: float
    cpu_us: float
    p50_ms: float
    p99_ms: float
    wrong: int


class Seen(NamedTuple):
    """One answer while something is broken."""

    at_s: float
    took_ms: float
    status: int
    stale: bool | None


def get(port: int, path: str) -> bytes:
    """Return the body of an answer."""
    connection = http.client.HTTPConnection(_HOST, port, timeout=10)
    connection.request("GET", path)
    return connection.getresponse().read()


def put(url: str, key: str, value: bytes) -> None:
    """Store bytes in Redis."""
    with redis.Redis.from_url(url, protocol=2) as client:
        client.set(key, value)


def wait_until_ready(port: int, path: str) -> None:
    """Wait until an address answers 200."""
    deadline_s = time.monotonic() + _START_S
    while time.monotonic() < deadline_s:
        connection = http.client.HTTPConnection(_HOST, port, timeout=2)
        try:
            connection.request("GET", path)
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        time.sleep(0.05)
    raise TimeoutError(f"{path} on port {port} was not ready in {_START_S:g} s")


def run(port: int, path: str, key: str, seconds: float, connections: int, server: psutil.Process) -> Round:
    """Ask as fast as answers come, on some connections, in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_run, (port, path, key, seconds, connections, server.pid))


def _run(port: int, path: str, key: str, seconds: float, connections: int, pid: int) -> Round:
    return asyncio.run(_ask(port, path, key, seconds, connections, psutil.Process(pid)))


async def _ask(
    port: int, path: str, key: str, seconds: float, connections: int, server: psutil.Process
) -> Round:
    head = f"GET {path} HTTP/1.1\r\nhost: {_HOST}\r\n" + (f"x-api-key: {key}\r\n" if key else "")
    asked = (head + "\r\n").encode()
    loop, clients = asyncio.get_running_loop(), []
    for _ in range(connections):
        _, client = await loop.create_connection(lambda: _Client(asked), _HOST, port)
        clients.append(client)
    await asyncio.sleep(0.5)  # what happens first is not counted
    for client in clients:
        client.took_s.clear()
    start_s, cpu_s = time.perf_counter(), sum(server.cpu_times()[:2])
    await asyncio.sleep(seconds)
    cpu_s = sum(server.cpu_times()[:2]) - cpu_s
    took_s, elapsed_s = [t for client in clients for t in client.took_s], time.perf_counter() - start_s
    wrong = sum(client.wrong for client in clients)
    for client in clients:
        client.close()
    cuts = statistics.quantiles(took_s, n=100)
    return Round(len(took_s) / elapsed_s, cpu_s / len(took_s) * 1e6, cuts[49] * 1000, cuts[98] * 1000, wrong)


class _Client(asyncio.Protocol):
    """One connection: the next request goes out when an answer is complete."""

    def __init__(self, asked: bytes) -> None:
        self._asked, self._held = asked, b""
        self.took_s: list[float] = []
        self.wrong = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        self._held += data
        end = self._held.find(b"\r\n\r\n")
        length = LENGTH.search(self._held, 0, end) if end >= 0 else None
        if length and len(self._held) >= end + 4 + int(length[1]):
            self.took_s.append(time.perf_counter() - self._start_s)
            self.wrong += not self._held.startswith(b"HTTP/1.1 200")
            self._held = b""
            if not self._transport.is_closing():
                self._send()

    def close(self) -> None:
        self._transport.close()

    def _send(self) -> None:
        self._start_s = time.perf_counter()
        self._transport.write(self._asked)


@dataclass
class Followed:
    """What readers of a stream saw."""

    changes_s: list[float]
    rss_bytes: int = 0


async def follow(
    port: int, path: str, readers: int, changes: Sequence[Callable[[], None]], server: psutil.Process
) -> Followed:
    """Hold readers; make each change, and measure how long it takes until the last reader has its event."""
    asked = f"GET {path} HTTP/1.1\r\nhost: {_HOST}\r\naccept: text/event-stream\r\n\r\n".encode()
    loop, clients = asyncio.get_running_loop(), []
    for _ in range(readers):
        _, client = await loop.create_connection(lambda: _Reader(asked), _HOST, port)
        clients.append(client)
    await _until(lambda: all(client.events[b"snapshot"] for client in clients))
    found = Followed([])
    for n, change in enumerate(changes, start=1):
        start_s = time.perf_counter()
        await loop.run_in_executor(None, change)
        await _until(lambda n=n: all(client.events[b"change"] >= n for client in clients))
        found.changes_s.append(max(client.last_s for client in clients) - start_s)
    found.rss_bytes = server.memory_info().rss
    for client in clients:
        client.transport.abort()
    return found


async def _until(done: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + _START_S
    while not done():
        if time.monotonic() > deadline_s:
            raise TimeoutError("not all readers got their event")
        await asyncio.sleep(0.02)


class _Reader(asyncio.Protocol):
    """One reader of a stream: counts events and notes when the last one was complete."""

    def __init__(self, asked: bytes) -> None:
        self._asked = asked
        self.events = {b"snapshot": 0, b"change": 0}
        self.last_s = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self._asked)

    def data_received(self, data: bytes) -> None:
        for kind in self.events:
            found = data.count(b"event: " + kind)
            if found:
                self.events[kind] += found
                self.last_s = time.perf_counter()


def watch(port: int, path: str, seconds: float) -> list[Seen]:
    """Ask every 20 ms and note how answers are."""
    seen, start_s = [], time.perf_counter()
    connection = http.client.HTTPConnection(_HOST, port, timeout=10)
    while time.perf_counter() - start_s < seconds:
        asked_s = time.perf_counter()
        connection.request("GET", path)
        answer = connection.getresponse()
        body = json.loads(answer.read())
        took_ms = (time.perf_counter() - asked_s) * 1000
        seen.append(Seen(asked_s - start_s, took_ms, answer.status, body.get("stale")))
        time.sleep(0.02)
    return seen


def first(seen: Sequence[Seen], *, stale: bool) -> float | None:
    """Return when answers first were so, in seconds."""
    return next((round(one.at_s, 2) for one in seen if one.stale is stale), None)
