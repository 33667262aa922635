"""Records of Kafka that are part of a trace: the span of one, and the headers that name it.

OpenTelemetry is optional, and nothing of it is loaded before the first span.

Source: W3C Trace Context; OpenTelemetry's semantic conventions for messaging.
"""

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.trace import Span, Tracer

Headers: TypeAlias = list[tuple[str, str | bytes | None]]  # as Kafka's client takes them


def begin_record(
    tracer: "Tracer", operation: str, topic: str, parent: "Context | None" = None, start_ms: int | None = None
) -> tuple["Span", str, Headers]:
    """Begin the span of a record for Kafka; return it, its trace id and the headers that name it.

    Args:
        tracer: Makes the span.
        operation: create or send, as the semantic conventions mean them.
        topic: Where the record goes.
        parent: Holds the span's parent; None = what is current.
        start_ms: When it began, milliseconds UTC; None = now.
    """
    from opentelemetry.trace import SpanKind, format_trace_id, set_span_in_context  # noqa: PLC0415 - optional
    from opentelemetry.trace.propagation import tracecontext  # noqa: PLC0415

    attributes = {
        "messaging.system": "kafka",
        "messaging.operation.name": operation,
        "messaging.operation.type": operation,
        "messaging.destination.name": topic,
    }
    start_ns = None if start_ms is None else start_ms * 1_000_000
    span = tracer.start_span(
        f"{operation} {topic}", parent, SpanKind.PRODUCER, attributes, start_time=start_ns
    )
    carrier: dict[str, str] = {}
    tracecontext.TraceContextTextMapPropagator().inject(carrier, set_span_in_context(span))
    headers: Headers = [(name, value.encode()) for name, value in carrier.items()]
    return span, format_trace_id(span.get_span_context().trace_id), headers
