"""A canary's trace: every stage with the time it really took, each once, and errors for what went wrong."""

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanKind, StatusCode
from support.spans import Spans, attributes_of, inside, trace_of

from groundswell.canary.traces import CanaryTraces

PLACES = (("trending", "redis"), ("trending", "api"), ("interests", "redis"), ("interests", "api"))
SENT_MS, ACK_MS = 1_000_000, 1_000_020


def _traced() -> tuple[Spans, CanaryTraces]:
    spans = Spans()
    return spans, CanaryTraces(spans.provider.get_tracer("test"), PLACES)


def _times_ms(span: ReadableSpan) -> tuple[float, float]:
    assert span.start_time is not None
    assert span.end_time is not None
    return span.start_time / 1e6, span.end_time / 1e6


def test_the_stages_of_a_canary_are_one_trace() -> None:
    """Sent, acknowledged, in Redis, in the API: one after the other for each job, all below one root."""
    spans, traces = _traced()
    trace_id, headers = traces.sent(SENT_MS, "engagement", 2)
    traces.acknowledged(SENT_MS, ACK_MS)
    for place, at_ms in zip(PLACES, (1_001_000, 1_001_200, 1_002_000, 1_002_500), strict=True):
        assert "canary" not in spans.names()
        traces.seen(place, SENT_MS, at_ms)
    root, send = spans.one("canary"), spans.one("send engagement")
    ((name, value),) = headers
    assert (name, str(value, "ascii")[:-1]) == ("traceparent", f"00-{trace_id}-{send.context.span_id:016x}-0")
    assert {trace_of(span) for span in spans.ended()} == {trace_id}
    assert all(inside(span, root) for span in spans.ended() if span is not root)
    assert {span.name: _times_ms(span) for span in spans.ended()} == {
        "canary": (SENT_MS, 1_002_500),
        "send engagement": (SENT_MS, ACK_MS),
        "trending redis": (ACK_MS, 1_001_000),
        "trending api": (1_001_000, 1_001_200),
        "interests redis": (ACK_MS, 1_002_000),
        "interests api": (1_002_000, 1_002_500),
    }
    assert send.kind == SpanKind.PRODUCER
    assert attributes_of(send)["messaging.destination.partition.id"] == "2"
    assert {span.status.status_code for span in spans.ended()} == {StatusCode.UNSET}


def test_only_the_request_that_may_find_a_canary_is_traced() -> None:
    """Before Redis has it, and after the API had it, ten looks a second tell the API to make no spans."""
    spans, traces = _traced()
    trace_id, _ = traces.sent(SENT_MS, "engagement", 0)
    traces.acknowledged(SENT_MS, ACK_MS)

    def asked() -> str:
        with traces.asking("/v1/canary") as headers:
            return headers["traceparent"]

    assert asked().endswith("-00")
    traces.seen(("trending", "redis"), SENT_MS, ACK_MS + 1)
    assert asked().startswith(f"00-{trace_id}-")
    traces.seen(("trending", "api"), SENT_MS, ACK_MS + 2)
    assert asked().endswith("-00")
    (request,) = [span for span in spans.ended() if span.kind == SpanKind.CLIENT]
    assert trace_of(request) == trace_id


def test_a_lost_canary_is_an_error_of_its_stage_and_its_trace() -> None:
    """Until it was given up; then nothing is held of it."""
    spans, traces = _traced()
    traces.sent(SENT_MS, "engagement", 0)
    traces.acknowledged(SENT_MS, ACK_MS)
    for place in PLACES:
        traces.lost(place, SENT_MS, SENT_MS + 60_001)
    for name in ("trending redis", "interests api", "canary"):
        assert spans.one(name).status.status_code == StatusCode.ERROR
        assert _times_ms(spans.one(name))[1] == SENT_MS + 60_001
    assert traces._traces == {}


def test_what_kafka_refused_is_an_error_and_over() -> None:
    """Nobody waits for it."""
    spans, traces = _traced()
    traces.sent(SENT_MS, "engagement", 0)
    traces.refused(SENT_MS, SENT_MS + 10_000)
    assert spans.names() == ["send engagement", "canary"]
    assert {span.status.status_code for span in spans.ended()} == {StatusCode.ERROR}
    assert traces._traces == {}
