"""`groundswell health`: how the pipeline is, for people, for the page and for /metrics."""

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from groundswell.verbs._connect import Bootstrap, RedisUrl, flink_address, kafka_address, redis_address, told
from groundswell.verbs._options import DEFAULT_DATA_DIR, AsJson, DataDir, say

if TYPE_CHECKING:
    from groundswell.pipeline_health import Collector
    from schemas.served_health import HealthRecord

Every = Annotated[
    float | None,
    typer.Option("--every", min=1.0, max=50.0, help="Go on, once in so many seconds, until interrupted."),
]
Flink = Annotated[str | None, typer.Option("--flink", help="http://host:port of Flink's REST interface.")]


def register(app: typer.Typer) -> None:
    """Add the verb."""

    @app.command()
    def health(
        every: Every = None,
        bootstrap: Bootstrap = None,
        redis: RedisUrl = None,
        flink: Flink = None,
        data: DataDir = DEFAULT_DATA_DIR,
        *,
        as_json: AsJson = False,
    ) -> None:
        """Show lag, dead letters, checkpoints and quality of the model, and hand them to the server.

        The server's page and /metrics show what this command wrote in the last minute: keep one running with
        --every 5 beside the server. Exit code 1 when Redis cannot be used; with --every it tries again.
        """
        from groundswell.pipeline_health import Collector  # noqa: PLC0415 - help must not load clients

        with told():
            where = flink_address(data, flink) if not (bootstrap and redis) or flink else ""
            collector = Collector(kafka_address(data, bootstrap), redis_address(data, redis), where)
        if every is None:
            with told():
                _say(collector.collect(), as_json=as_json)
            return
        with suppress(KeyboardInterrupt):
            while True:
                _again(collector, as_json=as_json)
                time.sleep(every)


def _again(collector: "Collector", *, as_json: bool) -> None:
    """Collect; Redis that is away for a while is no reason to end."""
    from serving.errors import ServingError  # noqa: PLC0415

    try:
        _say(collector.collect(), as_json=as_json)
    except ServingError as error:
        say(f"groundswell: {error}")


def _say(found: "HealthRecord", *, as_json: bool) -> None:
    if as_json:
        import msgspec  # noqa: PLC0415

        typer.echo(msgspec.json.encode(found).decode())
        return
    from rich.console import Console  # noqa: PLC0415

    from groundswell.view.health import draw  # noqa: PLC0415

    Console().print(draw(found))
