"""`groundswell evaluate`: the detectors on your own files, through the very code that runs live."""

import importlib

import typer

# One module each, with `register(app)`; a build may lack some.
KINDS = ("counts", "topics", "interests")


def register(app: typer.Typer) -> None:
    """Add the verb."""
    evaluate = typer.Typer(help="Score your own files offline with the live detector.", no_args_is_help=True)
    for kind in KINDS:
        name = f"groundswell.verbs.evaluate_{kind}"
        try:
            module = importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name != name:
                raise
            continue
        module.register(evaluate)
    if len(evaluate.registered_commands) == 1:
        # Typer drops the name of an only command; a callback keeps `evaluate counts`.
        evaluate.callback()(lambda: None)
    app.add_typer(evaluate, name="evaluate")
