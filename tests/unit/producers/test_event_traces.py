"""Events that are traced: few, by what they bring or by chance, and the others cost nothing."""

import pyarrow as pa
import pytest
from support.fake_kafka import FakeProducer
from support.spans import Spans, attributes_of, trace_of

from producers.batch import EncodedBatch
from producers.encode import Batcher, EventEncoder
from producers.errors import ConfigError
from producers.event_traces import EventTraces, GivenIds, TracedBatcher, ratio_of
from producers.mapping.event import Mapped
from producers.sink import KafkaSink
from producers.tracing import new_batcher, open_provider, wanted
from schemas.codec import decode_value
from schemas.records import EngagementRecorded
from schemas.registry import FileRegistry

REGISTRY = FileRegistry()
BROUGHT = "0af7651916cd43dd8448eb211c80319c"
NOW_MS = 1_760_000_000_000


def _traces(ratio: float) -> tuple[Spans, EventTraces]:
    ids = GivenIds()
    spans = Spans(ids=ids)
    return spans, EventTraces(spans.provider.get_tracer("test"), ids, ratio, seed=1)


def _event(number: int, trace_id: str = "") -> Mapped:
    record = {
        "event_id": f"e{number}", "source_ms": NOW_MS + number, "received_ms": NOW_MS, "actor_id": "ann",
        "action": "click", "item_id": "i", "trace_id": trace_id,
    }  # fmt: skip
    return Mapped("engagement", record)  # type: ignore[arg-type]


def _batch(batcher: Batcher, *events: Mapped) -> EncodedBatch:
    for event in events:
        assert list(batcher.add(event)) == []
    (batch,) = batcher.flush()
    return batch


def _trace_ids(batch: EncodedBatch) -> list[str]:
    decoded = [decode_value(value, REGISTRY)[1] for value in batch.values]
    return [one.trace_id for one in decoded if isinstance(one, EngagementRecorded)]


def test_header_event_and_span_tell_one_trace() -> None:
    """For each event that is chosen; a trace that the platform began goes on."""
    spans, traces = _traces(1.0)
    batch = _batch(TracedBatcher(EventEncoder(REGISTRY), traces), _event(0), _event(1, BROUGHT))
    assert _trace_ids(batch) == [trace_of(span) for span in spans.ended()]
    assert _trace_ids(batch)[1] == BROUGHT
    for place, span in enumerate(spans.ended()):
        ((name, value),) = batch.headers[place]
        begin = f"00-{trace_of(span)}-{span.context.span_id:016x}-0"
        assert (name, str(value, "ascii")[:-1]) == ("traceparent", begin)
        assert (span.name, attributes_of(span)["messaging.destination.name"]) == (
            "create engagement",
            "engagement",
        )


def test_the_ratio_is_kept_by_chance_and_by_id() -> None:
    """Of 20,000 events one in ten, give or take; the same ids are chosen everywhere."""
    _, traces = _traces(0.1)
    assert 1_745 < sum(traces.chosen("") for _ in range(20_000)) < 2_255
    ids = [f"{n * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128:032x}" for n in range(1, 2_001)]
    chosen = [one for one in ids if traces.chosen(one)]
    assert 120 < len(chosen) < 280
    _, elsewhere = _traces(0.1)
    assert [one for one in ids if elsewhere.chosen(one)] == chosen
    _, nobody = _traces(0.0)
    assert not any(nobody.chosen(one) for one in ("", *ids))


@pytest.mark.parametrize("trace_id", ["0" * 32, "x" * 32, BROUGHT.upper(), BROUGHT[:-1]])
def test_what_is_no_trace_id_stays_as_it_came(trace_id: str) -> None:
    """The events page says what a trace id is; others are neither traced nor changed."""
    spans, traces = _traces(1.0)
    batch = _batch(TracedBatcher(EventEncoder(REGISTRY), traces), _event(0, trace_id))
    assert (_trace_ids(batch), batch.headers, spans.ended()) == ([trace_id], {}, [])


def test_columns_that_were_encoded_already_get_headers_where_they_bring_a_trace() -> None:
    """The simulator's way; who brings none stays without."""
    spans, traces = _traces(1.0)
    batch = EncodedBatch("engagement", [b"k"] * 3, [b"a", b"b", b"c"], [NOW_MS] * 3)
    marked = traces.marked(batch, pa.array(["", BROUGHT, ""]))
    assert list(marked.headers) == [1]
    assert trace_of(spans.one("create engagement")) == BROUGHT


def test_the_sink_sends_headers_with_their_records_only_and_keeps_the_order() -> None:
    """Also when the client's queue is full, and when one lies in the future."""
    headers = {place: [("traceparent", b"t%d" % place)] for place in (0, 3, 4)}
    count, producer = 6, FakeProducer(capacity=2, per_poll=1)
    values = [b"v%d" % n for n in range(count)]
    batch = EncodedBatch("engagement", [b"k"] * count, values, [NOW_MS + n for n in range(count)], headers)  # type: ignore[arg-type]
    sink = KafkaSink(producer, pytest.fail, clock_ms=lambda: NOW_MS)
    assert sink.send(batch) == count
    assert sink.close().complete
    assert [one.value for one in producer.delivered] == values
    assert {n: one.headers for n, one in enumerate(producer.delivered) if one.headers} == headers


def test_a_batch_without_traced_events_is_sent_as_it_is() -> None:
    """Not even cut: tracing that is off costs nothing for an event."""
    batch = EncodedBatch("engagement", [b"k"], [b"v"], [NOW_MS])
    ((part, headers),) = batch.parts()
    assert part is batch
    assert headers is None


def test_off_means_that_nothing_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a collector in the environment the plain batcher is used."""
    for name in ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_TRACES_EXPORTER"):
        monkeypatch.delenv(name, raising=False)
    assert new_batcher(pytest.fail) is Batcher
    assert open_provider("groundswell-test", pytest.fail) is None


@pytest.mark.parametrize(
    ("environ", "asked"),
    [
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c/v1/traces"}, True),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c", "OTEL_TRACES_EXPORTER": "none"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c", "OTEL_SDK_DISABLED": "TRUE"}, False),
        ({"OTEL_SERVICE_NAME": "x"}, False),
    ],
)
def test_the_environment_decides(environ: dict[str, str], asked: bool) -> None:
    """By OpenTelemetry's own variables."""
    assert wanted(environ, pytest.fail) is asked


def test_what_cannot_be_exported_as_asked_is_told() -> None:
    """And nothing is traced: a process does not fail for its traces."""
    told: list[str] = []
    base = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c"}
    assert not wanted({**base, "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, told.append)
    assert not wanted({**base, "OTEL_TRACES_EXPORTER": "zipkin"}, told.append)
    assert ["expected http/protobuf" in told[0], "expected otlp or none" in told[1]] == [True, True]


def test_the_share_of_events_comes_from_the_sampler() -> None:
    """All, none, a ratio; without one a thousandth, since the default is meant for requests."""
    name = "OTEL_TRACES_SAMPLER"
    shares = {"always_on": 1.0, "parentbased_always_off": 0.0, "": 0.001, "jaeger_remote": 0.001}
    assert {one: ratio_of({name: one}) for one in shares} == shares
    assert ratio_of({name: "parentbased_traceidratio", f"{name}_ARG": "0.25"}) == 0.25
    for wrong in ("2", "-1", "half", "nan"):
        with pytest.raises(ConfigError, match="expected a share of 0 to 1"):
            ratio_of({name: "traceidratio", f"{name}_ARG": wrong})
