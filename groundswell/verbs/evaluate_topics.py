"""`groundswell evaluate topics`: every topic of a file of events, pane by pane."""

import json
from pathlib import Path
from typing import Annotated, cast

import typer

from groundswell.verbs._detector import DetectorOption
from groundswell.verbs._options import AsJson, say
from schemas.served import KINDS, Kind

_CANNOT = 1
_PANES = {"5m": 300_000, "1h": 3_600_000, "1d": 86_400_000}
File = Annotated[Path, typer.Argument(help="Events as JSONL, CSV or TSV, plain or gzip, by time.")]
Out = Annotated[
    Path,
    typer.Option("--out", help="CSV to write: pane_start_ms,topic,scope,events,users,score,alert."),
]
MappingOption = Annotated[
    str | None, typer.Option("--mapping", help="A shipped mapping or a .toml; default by the file's name.")
]
Pane = Annotated[str, typer.Option("--pane", help=f"Length of a pane: {', '.join(_PANES)}.")]
Kinds = Annotated[
    str,
    typer.Option(
        "--kinds", help=f"Kinds of topics with commas between: {', '.join(KINDS)}; several add a column kind."
    ),
]
Lateness = Annotated[
    float, typer.Option("--lateness-s", min=0.0, help="How far out of order events may come and still count.")
]


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def topics(
        file: File,
        out: Out,
        mapping: MappingOption = None,
        pane: Pane = "5m",
        lateness_s: Lateness = 60.0,
        kinds: Kinds = "tag",
        *,
        detector: DetectorOption = "groundswell",
        as_json: AsJson = False,
    ) -> None:
        """Count and score every topic of a file, in every scope, as the live job would.

        The score orders topics and panes: how many deviations the recent count lies above the topic's own
        usual level, from the panes before. alert is 1 on the pane that starts a burst.
        Exit code 1 when the file cannot be read or written, 2 for wrong usage.
        """
        from groundswell.offline.topics_file import evaluate  # noqa: PLC0415 - only when asked to work
        from producers.errors import ProducersError  # noqa: PLC0415
        from state.topic_kinds import kind_problems  # noqa: PLC0415

        if pane not in _PANES:
            raise typer.BadParameter(f"--pane {pane}: expected one of {', '.join(_PANES)}")
        wanted = tuple(kind.strip() for kind in kinds.split(","))
        if wrong := kind_problems(wanted):
            raise typer.BadParameter(f"--{wrong[0]}")
        try:
            report = evaluate(
                file,
                mapping,
                _PANES[pane],
                round(lateness_s * 1000),
                out,
                detector,
                cast("tuple[Kind, ...]", wanted),
            )
        except (OSError, ProducersError) as error:
            say(f"{file}: {error}")
            raise typer.Exit(_CANNOT) from None
        if as_json:
            typer.echo(json.dumps(report))
        else:
            say(f"{report['rows']} rows, {report['alerts']} alerts, refused {report['refused']} -> {out}")
