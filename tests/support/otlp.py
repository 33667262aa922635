"""A collector on loopback that keeps what is exported to it: OTLP over HTTP, decoded."""

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

if TYPE_CHECKING:
    from opentelemetry.proto.common.v1.common_pb2 import KeyValue


@dataclass(frozen=True)
class Exported:
    """A span as a collector gets it; ids in hex, times in nanoseconds."""

    service: str
    name: str
    kind: int
    trace_id: str
    span_id: str
    parent_id: str
    start_ns: int
    end_ns: int
    attributes: dict[str, str | int | float | bool]
    error: bool


@dataclass
class Collector:
    """What came.

    Attributes:
        endpoint: Value of OTEL_EXPORTER_OTLP_ENDPOINT.
        spans: All, in the order in which they came.
    """

    endpoint: str
    spans: list[Exported] = field(default_factory=list)

    def trace(self, trace_id: str) -> list[Exported]:
        """Return the spans of a trace by their beginning."""
        return sorted((one for one in self.spans if one.trace_id == trace_id), key=lambda one: one.start_ns)


def tree(spans: list[Exported]) -> str:
    """Return a trace as text: each span below its parent, with its service, beginning and length in ms."""
    known, begin_ns = {one.span_id for one in spans}, min(one.start_ns for one in spans)

    def lines(parent: str | None, depth: int) -> Iterator[str]:
        for one in spans:
            if one.parent_id == parent or (parent is None and one.parent_id not in known):
                name = "  " * depth + one.name + (" ERROR" if one.error else "")
                at_ms, took_ms = (one.start_ns - begin_ns) / 1e6, (one.end_ns - one.start_ns) / 1e6
                yield f"{name:34} {one.service:20} at {at_ms:9.1f} ms, took {took_ms:9.1f} ms"
                yield from lines(one.span_id, depth + 1)

    return "\n".join(lines(None, 0))


@contextmanager
def collecting() -> Iterator[Collector]:
    """Listen on a free port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.collector = Collector(f"http://127.0.0.1:{server.server_address[1]}")  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.collector  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        """Take an export."""
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        assert self.path == "/v1/traces"
        self.server.collector.spans += _decoded(ExportTraceServiceRequest.FromString(body))  # type: ignore[attr-defined]
        answer = ExportTraceServiceResponse().SerializeToString()
        self.send_response(200)
        self.send_header("content-type", "application/x-protobuf")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _decoded(request: ExportTraceServiceRequest) -> Iterator[Exported]:
    for resource in request.resource_spans:
        service = str(_values(resource.resource.attributes)["service.name"])
        for scope in resource.scope_spans:
            for span in scope.spans:
                ids = (span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex())
                times = span.start_time_unix_nano, span.end_time_unix_nano
                error = span.status.code == span.status.STATUS_CODE_ERROR
                yield Exported(service, span.name, span.kind, *ids, *times, _values(span.attributes), error)


def _values(pairs: "list[KeyValue]") -> dict[str, str | int | float | bool]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value") or "string_value") for one in pairs}
