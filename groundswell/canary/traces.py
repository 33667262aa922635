"""One trace for each canary: sent, acknowledged by Kafka, seen in Redis, seen in an answer of the API.

Stages become spans when they are over, with their real times: `send engagement` as Kafka's client measured
it, `<job> redis` from then until Redis had it, `<job> api` from then until an answer had it. The last two are
looked for, so they are known to a tenth of a second. The job itself makes no span: it must not pay for single
events.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from opentelemetry.trace import SpanKind, StatusCode, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from groundswell.canary.waiting import Place
from schemas.record_trace import Headers, begin_record

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer

_NS: Final = 1_000_000  # a millisecond
_LOST: Final = "not seen in time"
# Looks of which none belongs to a canary's trace say so: with a parent that was not sampled the API makes no
# span for them. Ten a second of them would be noise.
_UNTRACED: Final = {"traceparent": f"00-{'1' * 32}-{'1' * 16}-00"}
_inject = TraceContextTextMapPropagator().inject


@dataclass
class _Trace:
    """A canary that is under way.

    Attributes:
        root: From its event time until it was seen or lost everywhere.
        send: Until Kafka had it.
        open: Where it was neither seen nor lost.
        ack_ms: When Kafka had it.
        redis_ms: Job -> when Redis had it.
    """

    root: "Span"
    send: "Span"
    open: set[Place]
    ack_ms: int = 0
    redis_ms: dict[str, int] = field(default_factory=dict)


class CanaryTraces:
    """Makes the spans of canaries. Bounded as `Waiting` is: what is lost there ends here.

    Args:
        tracer: Makes spans; every canary is sampled that its sampler takes.
        places: Jobs and stages where each canary is looked for.
    """

    def __init__(self, tracer: "Tracer", places: tuple[Place, ...]) -> None:
        self._tracer, self._places = tracer, places
        self._traces: dict[int, _Trace] = {}

    def sent(self, at_ms: int, topic: str, partition: int) -> tuple[str, Headers]:
        """Begin the trace of a canary; return its trace id and the headers of its record."""
        root = self._tracer.start_span("canary", start_time=at_ms * _NS)
        send, trace_id, headers = begin_record(self._tracer, "send", topic, set_span_in_context(root), at_ms)
        send.set_attribute("messaging.destination.partition.id", str(partition))
        self._traces[at_ms] = _Trace(root, send, set(self._places))
        return trace_id, headers

    def acknowledged(self, at_ms: int, at_ack_ms: int) -> None:
        """Kafka has it."""
        trace = self._traces.get(at_ms)
        if trace is None:  # two canaries of one millisecond, after a clock was set back
            return
        trace.send.end(at_ack_ms * _NS)
        trace.ack_ms = at_ack_ms

    def refused(self, at_ms: int, now_ms: int) -> None:
        """Kafka did not take it."""
        trace = self._traces.pop(at_ms, None)
        for span in (trace.send, trace.root) if trace else ():
            span.set_status(StatusCode.ERROR, "not acknowledged")
            span.end(now_ms * _NS)

    def seen(self, place: Place, at_ms: int, now_ms: int) -> None:
        """It was seen at a place for the first time."""
        self._stage(place, at_ms, now_ms, "")

    def lost(self, place: Place, at_ms: int, now_ms: int) -> None:
        """It was not seen at a place in time."""
        self._stage(place, at_ms, now_ms, _LOST)

    @contextmanager
    def asking(self, path: str) -> Iterator[Mapping[str, str]]:
        """Yield headers for a request to the API.

        The request is a span of the newest canary that Redis has and the API is not known to have; the API
        continues its trace. Without such a canary nobody makes a span.
        """
        trace = next((one for one in reversed(self._traces.values()) if _api_next(one)), None)
        if trace is None:
            yield _UNTRACED
            return
        with self._tracer.start_as_current_span(
            "GET",
            set_span_in_context(trace.root),
            SpanKind.CLIENT,
            {"http.request.method": "GET", "url.path": path},
            record_exception=False,
        ):
            carrier: dict[str, str] = {}
            _inject(carrier)
            yield carrier

    def _stage(self, place: Place, at_ms: int, now_ms: int, fault: str) -> None:
        trace, (job, stage) = self._traces.get(at_ms), place
        if trace is None or place not in trace.open:
            return
        # An answer may have it before it was looked for in Redis: then that stage began with Kafka, too.
        start_ms = trace.ack_ms if stage == "redis" else trace.redis_ms.get(job, trace.ack_ms)
        span = self._tracer.start_span(
            f"{job} {stage}",
            set_span_in_context(trace.root),
            attributes={"groundswell.job": job, "groundswell.stage": stage},
            start_time=start_ms * _NS,
        )
        for one in (span, trace.root) if fault else ():
            one.set_status(StatusCode.ERROR, fault)
        span.end(max(now_ms, start_ms) * _NS)
        trace.open.discard(place)
        if stage == "redis" and not fault:
            trace.redis_ms[job] = now_ms
        if not trace.open:
            del self._traces[at_ms]
            trace.root.end(now_ms * _NS)


def _api_next(trace: _Trace) -> bool:
    return any(stage == "api" and (job, "redis") not in trace.open for job, stage in trace.open)
