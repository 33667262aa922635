"""The command `groundswell produce`: one verb for each source.

The modules imported here are light; Kafka, numpy and Arrow are loaded when a verb runs.
"""

import typer

from producers.commands import simulate
from producers.sources import replay_cli
from producers.sources.live import cli as live_cli

app = typer.Typer(
    name="produce",
    help="Send events to Kafka: simulated, replayed from a file, or live.",
    no_args_is_help=True,
    add_completion=False,
)

simulate.register(app)
replay_cli.register(app)
live_cli.register(app)
