"""Spans kept in memory, for tests of whoever makes them."""

from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.sdk.trace.sampling import ParentBased, Sampler, TraceIdRatioBased

NEVER = ParentBased(TraceIdRatioBased(0.0))


class Spans:
    """A provider and what became of its spans.

    Args:
        sampler: None = every span whose parent was not left out.
        ids: None = random ones.
    """

    def __init__(self, sampler: Sampler | None = None, ids: IdGenerator | None = None) -> None:
        self._kept = InMemorySpanExporter()
        self.provider = TracerProvider(sampler=sampler, id_generator=ids, shutdown_on_exit=False)
        self.provider.add_span_processor(SimpleSpanProcessor(self._kept))

    def ended(self) -> list[ReadableSpan]:
        """All spans that ended, in that order."""
        return list(self._kept.get_finished_spans())

    def one(self, name: str) -> ReadableSpan:
        """The only span of a name."""
        (found,) = [span for span in self.ended() if span.name == name]
        return found

    def names(self) -> list[str]:
        """Names of all, in the order in which they ended."""
        return [span.name for span in self.ended()]


def trace_of(span: ReadableSpan) -> str:
    """Return a span's trace id in hex."""
    return f"{span.context.trace_id:032x}"


def inside(span: ReadableSpan, parent: ReadableSpan) -> bool:
    """Say whether a span is a child of another, and began no earlier."""
    begins = (span.start_time or 0) >= (parent.start_time or 0) > 0
    return begins and span.parent is not None and span.parent.span_id == parent.context.span_id


def attributes_of(span: ReadableSpan) -> dict[str, object]:
    """Return a span's attributes."""
    return dict(span.attributes or {})
