"""`groundswell up`: start the local stack and leave it running."""

from typing import Annotated

import msgspec
import typer

from groundswell.verbs._options import DEFAULT_DATA_DIR, AsJson, DataDir, say


def register(app: typer.Typer) -> None:
    """Add the verb."""

    @app.command()
    def up(
        data: DataDir = DEFAULT_DATA_DIR,
        *,
        fresh: Annotated[bool, typer.Option(help="Throw away the data of an earlier run.")] = False,
        metrics: Annotated[
            bool, typer.Option("--metrics", help="Let Prometheus see Flink's metrics; says how to start it.")
        ] = False,
        flink: Annotated[
            list[str] | None,
            typer.Option(metavar="KEY=VALUE", help="A setting of Flink, wins over ours; may be repeated."),
        ] = None,
        as_json: AsJson = False,
    ) -> None:
        """Start Kafka, Redis and Flink on loopback; earlier jobs resume from their newest checkpoint.

        Interrupted before it is ready, it takes everything down again. Exit code 1: something is missing
        or did not start; the message says what to do.
        """
        from groundswell.stack import flink_conf, local  # noqa: PLC0415 - loads the stack only when asked to
        from groundswell.stack.layout import Layout  # noqa: PLC0415

        try:
            chosen = flink_conf.chosen(flink or ())
        except ValueError as error:
            raise typer.BadParameter(str(error), param_hint="--flink") from None
        stack = local.start(data, fresh=fresh, metrics=metrics, flink=chosen, echo=say)
        if as_json:
            typer.echo(msgspec.json.encode(local.status(stack.data_dir)).decode())
            return
        typer.echo(f"Kafka  {stack.kafka_bootstrap}")
        typer.echo(f"Redis  {stack.redis_url}")
        typer.echo(f"Flink  {stack.flink_rest_url}")
        if stack.plan.metrics:
            file = Layout.at(stack.data_dir).prometheus_file
            typer.echo(f"Metrics: prometheus --config.file={file} --web.listen-address=127.0.0.1:9090")
