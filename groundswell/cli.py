"""The command line: one program, one module for each verb."""

import importlib

import typer

from groundswell.stack.errors import StackError
from schemas.errors import ContractError

# In the order of use; --help shows them so.
VERBS = (
    "doctor",
    "up",
    "status",
    "down",
    "demo",
    "topics",
    "produce",
    "moderate",
    "submit",
    "stop",
    "trends",
    "explain",
    "serve",
    "dashboard",
    "keys",
    "interests",
    "score",
    "feed",
    "models",
    "forget",
    "sweep",
    "reviews",
    "panes",
    "dlq",
    "health",
    "canary",
    "evaluate",
)

app = typer.Typer(
    name="groundswell",
    help="Live trends from engagement events: Kafka, PyFlink and Redis, on this machine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
)


def load_verbs(target: typer.Typer) -> None:
    """Register every verb that this build has."""
    for verb in VERBS:
        name = f"groundswell.verbs.{verb}"
        try:
            module = importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name != name:
                raise
            continue
        module.register(target)


def main() -> None:
    """Run the command line. Exit codes: 0 done, 1 could not be done, 2 wrong usage, 130 interrupted."""
    load_verbs(app)
    try:
        app()
    except (StackError, ContractError) as error:
        typer.secho(f"groundswell: {error}", err=True, fg=typer.colors.RED)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
