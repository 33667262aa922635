"""OpenTelemetry's SDK for one process: off unless the environment says where spans go.

Everything is set with OpenTelemetry's own variables (OTEL_EXPORTER_OTLP_ENDPOINT and so on), which the SDK
reads itself. Spans leave from a thread, through a bounded queue: who makes them never waits for a collector.
"""

import atexit
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from threading import Thread
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.id_generator import IdGenerator

    from producers.encode import NewBatcher
    from producers.event_traces import EventTraces

SCOPE: Final = "groundswell"  # name of the instrumentation scope of all spans that we make
_ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_PROTOCOLS: Final = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
_HTTP: Final = "http/protobuf"
_CLOSE_S: Final = 3.0
_MISSING: Final = "no traces: OTEL_ variables ask for them; install the extra otel (groundswell[otel])"


def wanted(environ: Mapping[str, str], warn: Callable[[str], None]) -> bool:
    """Say whether the environment asks for traces.

    They are asked for by an endpoint, or by OTEL_TRACES_EXPORTER=otlp, which has the SDK's default endpoint.
    The specification's default exporter alone is not enough: off means off.

    Args:
        environ: The environment.
        warn: Hears why they cannot be exported as asked.

    >>> wanted({}, print), wanted({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}, print)
    (False, True)
    """
    if environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return False
    exporter = environ.get("OTEL_TRACES_EXPORTER", "").strip().lower()
    if exporter == "none" or not (exporter or any(environ.get(name) for name in _ENDPOINTS)):
        return False
    if exporter not in {"", "otlp"}:
        warn(f"no traces: OTEL_TRACES_EXPORTER={exporter!r}; expected otlp or none")
        return False
    protocol = next(filter(None, map(environ.get, _PROTOCOLS)), _HTTP)
    if protocol != _HTTP:
        warn(f"no traces: {_PROTOCOLS[1]}={protocol!r}; expected {_HTTP}, to port 4318 of most collectors")
        return False
    return True


def open_provider(
    service: str,
    warn: Callable[[str], None],
    *,
    always: bool = False,
    ids: "IdGenerator | None" = None,
    environ: Mapping[str, str] | None = None,
) -> "TracerProvider | None":
    """Return what makes spans and exports them; None when nobody asked for traces, which loads nothing.

    Costs 0.3 s of loading when they are asked for. What waits is exported at the interpreter's end; a process
    that may be ended by a signal calls `close`.

    Args:
        service: Value of service.name, unless the environment names another.
        warn: Hears why there are no traces although they were asked for.
        always: Sample every span; else OTEL_TRACES_SAMPLER decides, by default for all whose caller did not
            decide against it.
        ids: Makes ids; None = random ones.
        environ: The environment; this process's own by default. The SDK reads the process's own.
    """
    if not wanted(os.environ if environ is None else environ, warn):
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415 - optional, and slow
            OTLPSpanExporter,
        )
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
        from opentelemetry.sdk.trace.sampling import ALWAYS_ON  # noqa: PLC0415
    except ImportError:
        warn(_MISSING)
        return None
    provider = TracerProvider(
        resource=_resource(service),
        sampler=ALWAYS_ON if always else None,
        id_generator=ids,
        shutdown_on_exit=False,
    )
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    atexit.register(close, provider)
    return provider


def close(provider: "TracerProvider") -> None:
    """Export what waits, for three seconds at most: the SDK alone would wait half a minute for a collector.

    A second call does nothing.
    """
    atexit.unregister(close)
    ending = Thread(target=provider.shutdown, name="traces-end", daemon=True)
    ending.start()
    ending.join(_CLOSE_S)


def _resource(service: str) -> "Resource":
    """Return what the environment says of this process, with our name where it gives none."""
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415

    found = Resource.create()
    named = str(found.attributes.get("service.name", "")).startswith("unknown_service")
    ours = {"service.name": service} if named else {}
    with suppress(PackageNotFoundError):  # run from a source tree that is not installed
        ours["service.version"] = version("groundswell")
    return found.merge(Resource(ours))


def open_event_traces(warn: Callable[[str], None]) -> "EventTraces | None":
    """Return what traces some of the events that this process sends; None when nobody asked for it.

    Raises:
        ConfigError: The ratio in the environment is none.
    """
    if not wanted(os.environ, warn):
        return None
    try:
        from producers.event_traces import EventTraces, GivenIds, ratio_of  # noqa: PLC0415 - optional
    except ImportError:
        warn(_MISSING)
        return None
    ids = GivenIds()
    provider = open_provider("groundswell-produce", warn, always=True, ids=ids)
    if provider is None:
        return None
    return EventTraces(provider.get_tracer(SCOPE), ids, ratio_of(os.environ))


def new_batcher(warn: Callable[[str], None]) -> "NewBatcher":
    """Return what makes batchers: plain ones, unless events of this process are traced.

    Raises:
        ConfigError: The ratio in the environment is none.
    """
    from producers.encode import Batcher  # noqa: PLC0415 - loads Avro, which others here need not

    traces = open_event_traces(warn)
    if traces is None:
        return Batcher
    from producers.event_traces import TracedBatcher  # noqa: PLC0415 - optional

    return lambda encoder, span_ms: TracedBatcher(encoder, traces, span_ms)
