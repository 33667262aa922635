"""Options that several verbs share."""

from pathlib import Path
from typing import Annotated

import typer

from groundswell.stack.layout import DEFAULT_DATA_DIR

DataDir = Annotated[
    Path,
    typer.Option("--data", help="The stack's data folder.", envvar="GROUNDSWELL_DATA", file_okay=False),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON value instead of text.")]

__all__ = ["DEFAULT_DATA_DIR", "AsJson", "DataDir"]


def say(line: str) -> None:
    """Print progress on standard error, so that standard output stays data."""
    typer.echo(line, err=True)
