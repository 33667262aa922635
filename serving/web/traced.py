"""Traces of requests, on top of FastAPI's own: names, child spans, and no person in any attribute.

FastAPI makes the server's span and continues an incoming `traceparent` (its `telemetry`). What it writes of a
request is its address, which holds ids of people here: that is replaced before anything else runs.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Final

from fastapi.telemetry import TelemetryConfig
from opentelemetry.trace import (
    SpanKind,
    StatusCode,
    Tracer,
    TracerProvider,
    get_current_span,
)
from starlette.types import ASGIApp, Receive, Scope, Send

from schemas.record_trace import begin_record
from serving.spans import Attributes, Sending, current
from serving.web.build import VERSION
from serving.web.guard import OPEN

HIDDEN: Final = "REDACTED"  # what the semantic conventions write for what may not be told
_METHODS: Final = frozenset({"GET", "POST"})


def telemetry(provider: TracerProvider | None) -> TelemetryConfig:
    """Return FastAPI's settings: spans of requests only, by this provider and never by one of the process.

    Requests are counted for Prometheus (`serving.web.metrics`), and spans of FastAPI's own steps would double
    their number.
    """
    return {
        "tracing": provider is not None,
        "tracer_provider": provider,
        "metrics": False,
        "logs": False,
        "operation_spans": False,
        "auto_configure": False,
        "exclude": _left_out,
    }


def _left_out(scope: Any) -> bool:
    """Say whether a request has no span: the page, monitors, and streams, which last for hours."""
    path = str(scope["path"])
    return path in OPEN or path.endswith("/stream")


class Traced:
    """Stands behind FastAPI's span and before everything else.

    Args:
        app: What is behind it.
        provider: Makes spans.
        paths: Addresses that may be told: those that name nobody.
    """

    def __init__(self, app: ASGIApp, provider: TracerProvider, paths: frozenset[str]) -> None:
        self._app, self._paths = app, paths
        self._spans = _TracerSpans(provider.get_tracer("groundswell.serving", VERSION))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        span = get_current_span()
        if scope["type"] != "http" or not span.is_recording():
            await self._app(scope, receive, send)
            return
        path, method = scope["path"], scope["method"]
        known = path in self._paths
        span.set_attribute("url.path", path if known else HIDDEN)
        if scope["query_string"]:
            span.set_attribute("url.query", HIDDEN)
        if known and method in _METHODS:  # who is refused, or answered at once, never reaches the router
            span.set_attribute("http.route", path)
            span.update_name(f"{method} {path}")
        before = current.set(self._spans)
        try:
            await self._app(scope, receive, send)
        finally:
            current.reset(before)


class _TracerSpans:
    """Spans by OpenTelemetry."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    def span(self, name: str, attributes: Attributes, *, client: bool) -> AbstractContextManager[object]:
        """Return a span for a block."""
        return self._span(name, attributes, SpanKind.CLIENT if client else SpanKind.INTERNAL)

    @contextmanager
    def _span(self, name: str, attributes: Attributes, kind: SpanKind) -> Iterator[None]:
        # An exception's own words may name a person or an address: only its kind is told.
        with self._tracer.start_as_current_span(
            name, kind=kind, attributes=attributes, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield
            except Exception as error:
                span.set_attribute("error.type", type(error).__qualname__)
                span.set_status(StatusCode.ERROR)
                raise

    def sending(self, topic: str) -> Sending:
        """Begin a span that ends when Kafka has a record, or will not have it."""
        return _Record(self._tracer, topic)


class _Record:
    """A record on its way to Kafka, with its span."""

    def __init__(self, tracer: Tracer, topic: str) -> None:
        self._span, _, self.headers = begin_record(tracer, "send", topic)

    def end(self, result: str, *, arrived: bool) -> None:
        """Say what became of it."""
        if not arrived:
            self._span.set_attribute("error.type", result)
            self._span.set_status(StatusCode.ERROR)
        self._span.end()
