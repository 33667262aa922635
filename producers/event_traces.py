"""Which events are traced: a few, chosen here. Their records carry `traceparent`, their events `trace_id`.

An event that brings a trace id of its platform goes on with it, and is chosen by that id, as everybody does
who has the same ratio. Others are chosen by chance and get an id. Without a collector none of this is loaded,
and no event is looked at.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final, cast

import numpy as np
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import Decision, TraceIdRatioBased

from producers.batch import EncodedBatch
from producers.encode import Batcher, EventEncoder
from producers.errors import ConfigError
from producers.mapping.event import Mapped
from schemas.record_trace import Headers, begin_record

if TYPE_CHECKING:
    import pyarrow as pa
    from opentelemetry.trace import Span, Tracer

USUAL_RATIO: Final = 0.001
_RATIOS: Final = {"always_on": 1.0, "always_off": 0.0}
_TRACE_ID: Final = re.compile("[0-9a-f]{32}").fullmatch


class GivenIds(RandomIdGenerator):
    """Trace ids that were there before their first span; random ones when none was given."""

    def __init__(self) -> None:
        self.given = 0

    def generate_trace_id(self) -> int:
        """Return the id that was given, once."""
        given, self.given = self.given, 0
        return given or super().generate_trace_id()


class EventTraces:
    """Chooses events and makes their spans. For one thread.

    Args:
        tracer: Makes spans; of a provider that samples all of them, and has `ids`.
        ids: Takes trace ids that events brought.
        ratio: Share of events that are traced, 0 to 1.
        seed: Of the choice by chance; None = another one each time.
    """

    def __init__(self, tracer: "Tracer", ids: GivenIds, ratio: float, seed: int | None = None) -> None:
        self._tracer, self._ids, self._ratio = tracer, ids, ratio
        self._by_id = TraceIdRatioBased(ratio)
        self._chance = np.random.default_rng(seed)
        self._skip = self._next()

    def chosen(self, trace_id: str) -> bool:
        """Say whether the next event is traced. Half a microsecond when it brings no trace id.

        Args:
            trace_id: What it brings; empty = nothing.
        """
        if trace_id:
            if not _TRACE_ID(trace_id) or not int(trace_id, 16):
                return False  # whatever it is: it stays as it came
            return self._by_id.should_sample(None, int(trace_id, 16), "").decision is not Decision.DROP
        self._skip -= 1
        if self._skip:
            return False
        self._skip = self._next()
        return True

    def begin(self, topic: str, trace_id: str) -> tuple["Span", str, Headers]:
        """Begin the span of an event; return it, its trace id and the headers of its record."""
        self._ids.given = int(trace_id, 16) if trace_id else 0
        return begin_record(self._tracer, "create", topic)

    def marked(self, batch: EncodedBatch, trace_ids: "pa.StringArray") -> EncodedBatch:
        """Return a batch with headers on the records of events that bring a trace id and are chosen.

        Args:
            batch: Already encoded: events without a trace id stay without.
            trace_ids: One an event; empty = none.
        """
        ids = np.asarray(trace_ids.to_numpy(zero_copy_only=False), dtype=object)
        headers: dict[int, Headers] = {}
        for place in np.flatnonzero(ids != ""):
            if self.chosen(trace_id := str(ids[place])):
                span, _, headers[int(place)] = self.begin(batch.topic, trace_id)
                span.end()
        return replace(batch, headers=headers)

    def _next(self) -> int:
        """Return after how many events one is chosen; -1 = never."""
        return int(self._chance.geometric(self._ratio)) if self._ratio > 0 else -1


class TracedBatcher(Batcher):
    """A batcher of which some events are traced."""

    def __init__(self, encoder: EventEncoder, traces: EventTraces, max_span_ms: int | None = None) -> None:
        super().__init__(encoder, max_span_ms)
        self._traces = traces

    def add(self, mapped: Mapped) -> Iterator[EncodedBatch]:
        """Take one event; yield what became full before it."""
        brought = cast("str", mapped.record.get("trace_id", ""))
        if not self._traces.chosen(brought):
            yield from super().add(mapped)
            return
        span, trace_id, headers = self._traces.begin(self._encoder.topics[mapped.event], brought)
        yield from super().add(Mapped(mapped.event, mapped.record | {"trace_id": trace_id}))
        pending = self._pending[mapped.event]
        pending.headers[len(pending.keys) - 1] = headers
        span.end()


def ratio_of(environ: Mapping[str, str]) -> float:
    """Return the share of events that are traced: what OTEL_TRACES_SAMPLER says, else one in a thousand.

    The specification's default, all, is meant for requests.

    Raises:
        ConfigError: The ratio is none.

    >>> ratio_of({}), ratio_of({"OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0.1"})
    (0.001, 0.1)
    """
    sampler = environ.get("OTEL_TRACES_SAMPLER", "").strip().lower().removeprefix("parentbased_")
    if sampler != "traceidratio":
        return _RATIOS.get(sampler, USUAL_RATIO)
    text = environ.get("OTEL_TRACES_SAMPLER_ARG", "").strip() or "1"
    try:
        ratio = float(text)
    except ValueError:
        ratio = -1.0
    if not 0 <= ratio <= 1:
        raise ConfigError(f"OTEL_TRACES_SAMPLER_ARG={text!r}: expected a share of 0 to 1, such as 0.01")
    return ratio
