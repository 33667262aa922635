"""`groundswell demo`: from nothing to live trends."""

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from groundswell.verbs._options import DEFAULT_DATA_DIR, DataDir, say

if TYPE_CHECKING:
    from groundswell.demo.run import Demonstration

_CANNOT = 1
Input = Annotated[
    Path | None,
    typer.Option("--input", help="A JSONL, CSV or TSV file of your own instead of the planted scenario."),
]
MappingOption = Annotated[
    str | None,
    typer.Option("--mapping", help="Its mapping: a shipped name or a .toml; default by file name."),
]
Events = Annotated[int, typer.Option("--events", min=20_000, help="Events of the planted scenario.")]
Seed = Annotated[int, typer.Option("--seed", help="Of the planted scenario.")]
Malformed = Annotated[
    float, typer.Option("--malformed", min=0.0, max=0.5, help="Share of broken records, on top of the good.")
]
NoWatch = Annotated[bool, typer.Option("--no-watch", help="Run to the end and report, also on a terminal.")]


def register(app: typer.Typer) -> None:
    """Add the verb."""

    @app.command()
    def demo(
        input_file: Input = None,
        mapping: MappingOption = None,
        events: Events = 400_000,
        seed: Seed = 1,
        malformed: Malformed = 0.01,
        *,
        no_watch: NoWatch = False,
        data: DataDir = DEFAULT_DATA_DIR,
    ) -> None:
        """Start a stack, send events, and watch topics rise and fade.

        On a terminal: a live table until Ctrl-C. Otherwise: to the end of the events, and the last line is
        one JSON object. The stack is fresh and ends with the demonstration.
        Exit code 0 at the end and after Ctrl-C, 1 when something failed.
        """
        from groundswell.demo.feed import FeedError  # noqa: PLC0415 - help must stay quick
        from groundswell.demo.plan import SCENARIO_END_LAG_MS, DemoPlan  # noqa: PLC0415
        from groundswell.demo.run import DemoError, run  # noqa: PLC0415
        from groundswell.kafka_read import KafkaReadError  # noqa: PLC0415
        from serving.errors import ServingError  # noqa: PLC0415

        watch = sys.stdout.isatty() and not no_watch
        plan = DemoPlan(
            data=data,
            events=events,
            seed=seed,
            malformed=malformed,
            input=input_file,
            mapping=mapping,
            end_ms=int(time.time() * 1000) - SCENARIO_END_LAG_MS,
            watch=watch,
        )
        try:
            report = run(plan, say, _show if watch else None)
        except (FeedError, DemoError, ServingError, KafkaReadError) as error:
            say(f"groundswell demo: {error}")
            raise typer.Exit(_CANNOT) from None
        if report:
            typer.echo(json.dumps(report))


def _show(demo: "Demonstration") -> None:
    """Show the live table until an interrupt."""
    from rich.console import Console  # noqa: PLC0415

    from groundswell.view.live import Frames, watch  # noqa: PLC0415
    from serving.trend import Listing  # noqa: PLC0415

    first = Listing("global", None, ())
    watch(Frames(lambda: demo.store.listing("global", 20), first, 20), Console(), demo.note)
