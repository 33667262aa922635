"""A reader of server-sent events that says what it got, for tests."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import httpx


class Event(NamedTuple):
    """One event."""

    kind: str
    name: str
    data: dict[str, Any]


@contextmanager
def events(url: str, **headers: str) -> Iterator[Iterator[Event]]:
    """Open a stream; give its events, and heartbeats as events of kind "heartbeat"."""
    with httpx.stream("GET", url, headers=headers, timeout=10) as answer:
        assert answer.status_code == httpx.codes.OK, answer.read()
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield _parsed(answer.iter_lines())


def _parsed(lines: Iterator[str]) -> Iterator[Event]:
    held: dict[str, str] = {}
    for line in lines:
        if line == ":":
            yield Event("heartbeat", "", {})
        elif line:
            name, _, value = line.partition(": ")
            held[name] = value
        elif "data" in held:
            yield Event(held["event"], held.get("id", ""), json.loads(held["data"]))
            held = {}
