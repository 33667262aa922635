"""`groundswell stop`: end a job with a savepoint, to go on from it later or with other code."""

from typing import Annotated

import msgspec
import typer

from groundswell.verbs._options import DEFAULT_DATA_DIR, AsJson, DataDir

Name = Annotated[str, typer.Argument(help="Name of the job; with --to also its Flink id.")]
To = Annotated[str, typer.Option("--to", help="http://host:port of a JobManager instead of the local stack.")]
Folder = Annotated[
    str, typer.Option("--folder", help="With --to: URI of the folder for it; default: the cluster's own.")
]
Wait = Annotated[int, typer.Option("--wait-s", min=1, max=86_400, help="How long it may take.")]


def register(app: typer.Typer) -> None:
    """Add the verb."""

    @app.command()
    def stop(
        name: Name,
        data: DataDir = DEFAULT_DATA_DIR,
        to: To = "",
        folder: Folder = "",
        wait_s: Wait = 120,
        *,
        as_json: AsJson = False,
    ) -> None:
        """Stop a job with a savepoint and print where it lies, for `groundswell submit --savepoint`.

        What the job wrote until then is complete: its transactions are committed. Exit code 1 when it
        failed; the job then goes on.
        """
        if to:
            from groundswell.stack import remote  # noqa: PLC0415 - help must not load the stack

            where = remote.stop(remote.Cluster.at(to), name, folder or None, wait_s)
        else:
            from groundswell.stack.endpoints import Stack  # noqa: PLC0415
            from groundswell.stack.submit import stop_with_savepoint  # noqa: PLC0415

            if folder:
                raise typer.BadParameter("--folder needs --to")
            where = str(stop_with_savepoint(Stack.load(data), name, wait_s))
        typer.echo(msgspec.json.encode({"name": name, "savepoint": where}).decode() if as_json else where)
