"""`groundswell evaluate counts`: bursts in a file of counts at a fixed interval."""

import json
from pathlib import Path
from typing import Annotated

import typer

from groundswell.verbs._detector import DetectorOption
from groundswell.verbs._options import AsJson, say

_CANNOT = 1
File = Annotated[Path, typer.Argument(help="CSV with the header timestamp,value; rows at a fixed interval.")]
Out = Annotated[Path, typer.Option("--out", help="CSV to write: timestamp,value,score,alert.")]
AlertScore = Annotated[
    float | None,
    typer.Option(help="Alert from this score on, -log10 of a probability. Default: the detector's."),
]


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def counts(
        file: File,
        out: Out,
        *,
        detector: DetectorOption = "groundswell",
        alert_score: AlertScore = None,
        as_json: AsJson = False,
    ) -> None:
        """Find bursts in counts: one alert for each burst, each row judged by the rows before it.

        The score is 1 on the row that starts a burst and below 0.5 elsewhere. Missing rows count as
        silence. Exit code 1 when the file cannot be read or written, 2 for wrong usage.
        """
        from groundswell.offline.counts import (  # noqa: PLC0415 - numpy only when asked to work
            CountsError,
            read_counts,
            score_counts,
            write_scores,
        )
        from state.burst_config import BurstConfigError  # noqa: PLC0415

        try:
            with file.open(newline="", encoding="utf-8") as lines:
                read = read_counts(lines)
            out.parent.mkdir(parents=True, exist_ok=True)
            with out.open("w", newline="", encoding="utf-8") as target:
                alerts = write_scores(read, score_counts(read, alert_score, detector), target)
        except (OSError, UnicodeDecodeError, CountsError) as error:
            say(f"{file}: {error}")
            raise typer.Exit(_CANNOT) from None
        except BurstConfigError as error:
            raise typer.BadParameter(str(error)) from None
        rows, interval_s = len(read.stamps), read.pane_ms / 1000
        if as_json:
            typer.echo(json.dumps({"rows": rows, "interval_s": interval_s, "alerts": alerts}))
        else:
            say(f"{rows} rows, one each {interval_s:g} s: {alerts} alerts -> {out}")
