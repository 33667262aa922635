"""`groundswell produce`: the producers' own commands, pointed at the stack that runs here."""

from pathlib import Path

import typer

from groundswell.verbs._options import DEFAULT_DATA_DIR, DataDir


def register(app: typer.Typer) -> None:
    """Add the verb."""
    from producers.cli import app as produce  # noqa: PLC0415 - light: its libraries are loaded by its verbs

    @produce.callback()
    def choose_kafka(context: typer.Context, data: DataDir = DEFAULT_DATA_DIR) -> None:
        """Send events to Kafka: simulated, replayed from a file, or live.

        Without --bootstrap they go to the local stack when it runs.
        """
        bootstrap = _local_kafka(data)
        if bootstrap:
            verbs: tuple[str, ...] = tuple(getattr(context.command, "commands", ()))
            context.default_map = {verb: {"bootstrap": bootstrap} for verb in verbs}

    app.add_typer(produce, name="produce")


def _local_kafka(data: Path) -> str | None:
    from groundswell.stack import local  # noqa: PLC0415 - loads the stack only when asked to

    address = local.status(data).get("kafka")
    return str(address) if address else None
