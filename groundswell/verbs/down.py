"""`groundswell down`: stop the local stack."""

import msgspec
import typer

from groundswell.verbs._options import DEFAULT_DATA_DIR, AsJson, DataDir


def register(app: typer.Typer) -> None:
    """Add the verb."""

    @app.command()
    def down(data: DataDir = DEFAULT_DATA_DIR, *, as_json: AsJson = False) -> None:
        """Stop what this data folder's stack started, and nothing else. The data stays."""
        from groundswell.stack import local  # noqa: PLC0415 - loads the stack only when asked to

        stopped = local.stop(data)
        if as_json:
            typer.echo(msgspec.json.encode({"stopped": stopped}).decode())
        else:
            typer.echo("stopped" if stopped else f"nothing was running in {data.resolve()}")
