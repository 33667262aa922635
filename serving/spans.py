"""Spans of what a request waits for, for whoever traces; without a tracer a look-up and nothing more.

This module knows no OpenTelemetry: stores are used without it, too. `serving.web.traced` puts a tracer in
for the length of a request that is sampled.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar
from typing import Final, Protocol, TypeAlias

from schemas.record_trace import Headers

Attributes: TypeAlias = Mapping[str, str | int]
_NOTHING: Final = nullcontext()


class Sending(Protocol):
    """A record on its way to Kafka.

    Attributes:
        headers: Kafka headers that name its trace.
    """

    headers: Headers

    def end(self, result: str, *, arrived: bool) -> None:
        """Say what became of it."""


class Spans(Protocol):
    """Makes spans inside the one that is current."""

    def span(self, name: str, attributes: Attributes, *, client: bool) -> AbstractContextManager[object]:
        """Return a span for a block."""

    def sending(self, topic: str) -> Sending:
        """Begin a span that ends when Kafka has a record, or will not have it."""


current: ContextVar[Spans | None] = ContextVar("groundswell_spans", default=None)


def span(
    name: str, attributes: Attributes | None = None, *, client: bool = False
) -> AbstractContextManager[object]:
    """Return a span for a block; nothing happens when nobody traces.

    Args:
        name: One of few names, that no person, topic or key is part of.
        attributes: Likewise.
        client: It waits for another process.
    """
    spans = current.get()
    return _NOTHING if spans is None else spans.span(name, attributes or {}, client=client)


def sending(topic: str) -> Sending | None:
    """Begin a span of a record for Kafka; None when nobody traces."""
    spans = current.get()
    return None if spans is None else spans.sending(topic)
