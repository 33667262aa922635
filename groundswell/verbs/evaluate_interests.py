"""`groundswell evaluate interests`: the interest model on a file of events."""

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from groundswell.verbs._options import AsJson, say

if TYPE_CHECKING:
    from state.residual import Residual

_CANNOT = 1
File = Annotated[
    Path,
    typer.Argument(
        help="CSV in order of time, with the header event_time_ms,user_id,item_id,creator_id,topics,action,"
        "label,impression_id; topics separated by |; what is unknown stays empty."
    ),
]
Out = Annotated[Path, typer.Option("--out", help="CSV to write: row,p; row counts from 0.")]
Rank = Annotated[
    int | None,
    typer.Option("--rank", min=1, help="Also write rank: the place within its slate of the first K."),
]
Learner = Annotated[
    Literal["none", "ftrl", "river"],
    typer.Option(
        "--residual",
        help="Add to the live model: a hashed table of weights (ftrl), or a River model for each person.",
    ),
]

Plot = Annotated[
    Path | None,
    typer.Option(
        "--plot",
        help="Picture to write of log-loss and calibration, block by block of labels.",
        dir_okay=False,
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def interests(
        file: File,
        out: Out,
        *,
        rank: Rank = None,
        residual: Learner = "none",
        plot: Plot = None,
        as_json: AsJson = False,
    ) -> None:
        """Predict each row before its label is learned, with the live interest model.

        Label is 1, 0 or nothing. Rows that share an impression_id are one slate: all of it is scored before
        any of it is learned. A row without a label is scored; an action like click or hide in it is learned
        about the user only. Labels outside of slates teach the head only where both kinds occur among them.
        Exit code 1 when the file cannot be read or written, 2 for wrong usage.
        """
        from groundswell.offline.interest_file import predict_file  # noqa: PLC0415 - numpy only when asked
        from groundswell.offline.interest_rows import InterestsError  # noqa: PLC0415

        try:
            found = predict_file(file, out, rank, _residual(residual), plot)
        except (OSError, UnicodeDecodeError, InterestsError) as error:
            say(f"{file}: {error}")
            raise typer.Exit(_CANNOT) from None
        figures = found.as_json()
        if as_json:
            typer.echo(json.dumps(figures))
            return
        say(f"{found.rows} rows with a label -> {out}")
        for name, value in figures.items():
            if isinstance(value, float) and math.isfinite(value):
                say(f"  {name:<12}{value:.4f}")
        if found.slates:
            say(f"  {'slates':<12}{found.slates}")


def _residual(name: str) -> "Residual | None":
    """Return the learner that was asked for; loads River only then."""
    if name == "ftrl":
        from state.residual_ftrl import FtrlConfig, HashedFtrl  # noqa: PLC0415

        return HashedFtrl(FtrlConfig())
    if name == "river":
        from state.online_model import RiverResidual  # noqa: PLC0415

        return RiverResidual()
    return None
