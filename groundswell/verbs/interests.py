"""`groundswell interests`: what a person likes now."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from groundswell.verbs._connect import RedisUrl, open_interests, told
from groundswell.verbs._options import DEFAULT_DATA_DIR, AsJson, DataDir, say

if TYPE_CHECKING:
    from serving.interests import Interests

Top = Annotated[int, typer.Option("--top", min=1, max=1000, help="Topics at most.")]
Plot = Annotated[
    Path | None,
    typer.Option(
        "--plot", help="Picture to write of the last 48 hours in which something was learned.", dir_okay=False
    ),
]
UserId = Annotated[str, typer.Argument(help="Id of the person.")]


def register(app: typer.Typer) -> None:
    """Add the verb."""

    @app.command()
    def interests(
        user: UserId,
        top: Top = 15,
        *,
        plot: Plot = None,
        as_json: AsJson = False,
        data: DataDir = DEFAULT_DATA_DIR,
        redis: RedisUrl = None,
    ) -> None:
        """Show what a person likes: topics of the last weeks and of the last hours, and why.

        Exit code 0 also for a person who is not known, 1 when Redis cannot be read, 2 for a wrong id.
        """
        with told():
            store = open_interests(data, redis)
            from serving.current_model import follow  # noqa: PLC0415 - help must not load msgspec

            model, _ = follow(store, user, (), "")
            record, past = store.past(user, model)
            if record is None:
                say(f"nothing is known of {user}")
                if as_json:
                    typer.echo("null")
                return
            from serving.interests import interests_of  # noqa: PLC0415 - help must not load numpy

            if plot is not None:
                from groundswell.plots.interests import draw  # noqa: PLC0415
                from serving.past import points_of  # noqa: PLC0415

                draw(user, points_of(record, past), plot)
                say(f"{len(past) + 1} moments -> {plot}")
            found = interests_of(user, record, top)
            if as_json:
                import msgspec  # noqa: PLC0415

                typer.echo(msgspec.json.encode(found).decode())
            else:
                _show(found)


def _show(found: "Interests") -> None:
    from rich.console import Console  # noqa: PLC0415

    from groundswell.view.interests import draw  # noqa: PLC0415

    Console().print(draw(found))
