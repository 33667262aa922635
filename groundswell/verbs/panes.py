"""`groundswell panes`: every closed pane as CSV."""

from pathlib import Path
from typing import Annotated

import typer

from groundswell.verbs._connect import CANNOT, Bootstrap, kafka_address, told
from groundswell.verbs._options import DEFAULT_DATA_DIR, AsJson, DataDir, say
from schemas.served import Kind

TOPIC = "trend.panes"
Out = Annotated[Path, typer.Option("--out", help="CSV file to write.", dir_okay=False)]
Silence = Annotated[float, typer.Option("--timeout", min=1.0, help="Seconds without an answer to give up.")]
RegistryUrl = Annotated[
    str, typer.Option("--registry", help="Schema registry URL; empty = the released files.")
]


def register(app: typer.Typer) -> None:
    """Add the verb."""

    @app.command()
    def panes(
        out: Out,
        *,
        kind: Annotated[Kind | None, typer.Option("--kind", help="Only of this kind; default: all.")] = None,
        as_json: AsJson = False,
        data: DataDir = DEFAULT_DATA_DIR,
        bootstrap: Bootstrap = None,
        registry: RegistryUrl = "",
        timeout: Silence = 30.0,
    ) -> None:
        """Write all closed panes of the Kafka topic trend.panes to a CSV file, sorted by pane, scope, topic.

        Committed records only. A pane that was written twice is one row. Exit code 1 when Kafka or the file
        cannot be used, and also when two records of one pane disagree or a record is unreadable: the file is
        written then, with the last value.
        """
        import msgspec  # noqa: PLC0415

        from groundswell.kafka_read import read_topic  # noqa: PLC0415
        from groundswell.panes_file import collect, write_csv  # noqa: PLC0415
        from schemas.registry import open_registry  # noqa: PLC0415

        if not out.parent.is_dir():
            raise typer.BadParameter(
                f"the folder {out.parent} of {out.name} does not exist", param_hint="--out"
            )
        address = kafka_address(data, bootstrap)
        with told():
            found = collect(read_topic(address, TOPIC, silence_s=timeout), open_registry(registry or None))
            write_csv(found, out, kind)
        for line in found.examples:
            say(line)
        summary = {"out": str(out), **found.summary()}
        if as_json:
            typer.echo(msgspec.json.encode(summary).decode())
        else:
            say(", ".join(f"{name} {value}" for name, value in summary.items()))
        if not found.sound:
            say("the records of trend.panes disagree or are no panes: see the lines above")
            raise typer.Exit(CANNOT)
