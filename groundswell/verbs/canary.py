"""`groundswell canary`: measure the way of an event to Redis and to the API, again and again."""

import signal
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from groundswell.verbs._connect import CANNOT, Bootstrap, RedisUrl, kafka_address, redis_address, told
from groundswell.verbs._options import DEFAULT_DATA_DIR, DataDir, say
from schemas.served_canary import CANARY_JOBS

Jobs = Annotated[
    list[str] | None,
    typer.Option(
        "--job", help=f"Job that runs: {' or '.join(CANARY_JOBS)}; may be repeated. Default: trending."
    ),
]
Api = Annotated[
    str, typer.Option("--api", help="http://host:port of `groundswell serve`; empty = leave it out.")
]
ApiKey = Annotated[
    Path | None, typer.Option("--api-key-file", help="File with an API key.", exists=True, dir_okay=False)
]
Every = Annotated[float, typer.Option("--every", min=1.0, max=3600.0, help="Seconds between two canaries.")]
Patience = Annotated[
    float,
    typer.Option(
        "--patience", min=1.0, max=3600.0, help="Seconds after which one that was not seen is lost."
    ),
]
Host = Annotated[str, typer.Option("--host", help="Address that metrics are shown on.")]
MetricsPort = Annotated[
    int, typer.Option("--metrics-port", min=0, max=65535, help="Port for Prometheus; 0 = a free one.")
]


def register(app: typer.Typer) -> None:
    """Add the verb."""

    @app.command()
    def canary(
        job: Jobs = None,
        api: Api = "http://127.0.0.1:8080",
        api_key_file: ApiKey = None,
        every: Every = 10.0,
        patience: Patience = 60.0,
        host: Host = "127.0.0.1",
        metrics_port: MetricsPort = 9465,
        bootstrap: Bootstrap = None,
        registry: Annotated[str | None, typer.Option("--registry", help="Schema registry by URL.")] = None,
        redis: RedisUrl = None,
        data: DataDir = DEFAULT_DATA_DIR,
    ) -> None:
        """Send a synthetic event every 10 s and measure when Redis and the HTTP API have it, for Prometheus.

        It is never counted: no list, no pane and nobody's interests know of it. It carries the time of now,
        so it moves event time: never run it beside a replay of old events, which would all be late.
        Exit code 1 when Kafka does not answer at the start, or the port is taken; 2 for an unknown job.
        """
        jobs = tuple(dict.fromkeys(job or ["trending"]))
        if unknown := [one for one in jobs if one not in CANARY_JOBS]:
            raise typer.BadParameter(
                f"{unknown[0]!r}: expected {' or '.join(CANARY_JOBS)}", param_hint="--job"
            )
        key = api_key_file.read_text("utf-8").strip() if api_key_file else ""
        with told(), suppress(KeyboardInterrupt):
            addresses = kafka_address(data, bootstrap), redis_address(data, redis)
            _run(addresses, registry, jobs, (api, key), (every, patience), (host, metrics_port))


def _run(
    addresses: tuple[str, str],
    registry: str | None,
    jobs: tuple[str, ...],
    api: tuple[str, str],
    times_s: tuple[float, float],
    where: tuple[str, int],
) -> None:
    from prometheus_client import start_http_server  # noqa: PLC0415 - help must not load clients

    from groundswell.canary.clients import Sender, Watcher  # noqa: PLC0415
    from groundswell.canary.metrics import CanaryMetrics  # noqa: PLC0415
    from groundswell.canary.run import Canary  # noqa: PLC0415
    from groundswell.canary.waiting import STAGES, Waiting  # noqa: PLC0415
    from producers.tracing import SCOPE, close, open_provider  # noqa: PLC0415

    bootstrap, redis_url = addresses
    every_ms, patience_ms = (round(one * 1000) for one in times_s)
    waiting = Waiting(jobs, patience_ms, STAGES if api[0] else STAGES[:1])
    metrics = CanaryMetrics(waiting.places)
    traces, provider = None, open_provider("groundswell-canary", say, always=True)
    if provider:
        from groundswell.canary.traces import CanaryTraces  # noqa: PLC0415 - extra otel

        traces = CanaryTraces(provider.get_tracer(SCOPE), waiting.places)
    sender, watcher = Sender(bootstrap, registry, traces), Watcher(redis_url, *api, traces)
    try:
        server, _ = start_http_server(where[1], where[0], metrics.registry)
    except OSError as error:
        typer.secho(f"groundswell: cannot listen on {where[0]} port {where[1]}: {error.strerror}", err=True)
        raise typer.Exit(CANNOT) from None
    say(
        f"canary: every {times_s[0]:g} s through {', '.join(jobs)}; metrics on http://{where[0]}:{server.server_port}/metrics"
    )
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what is under way goes out either way
    try:
        Canary(sender, watcher, waiting, metrics, every_ms, traces=traces).run()
    finally:
        sender.close()
        watcher.close()
        server.shutdown()
        if provider:
            close(provider)
