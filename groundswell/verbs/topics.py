"""`groundswell topics`: bring a broker's topics to what `topics.toml` says."""

import time
from typing import Annotated

import typer

from groundswell.verbs._connect import CANNOT
from groundswell.verbs._options import say

Broker = Annotated[str, typer.Option("--bootstrap", help="host:port of Kafka.")]
Replicas = Annotated[int, typer.Option("--replicas", min=1, max=7, help="Copies of each partition.")]
KeepAll = Annotated[
    bool, typer.Option("--keep-all", help="No retention: for replays whose event times are old.")
]
Wait = Annotated[int, typer.Option("--wait-s", min=0, max=3600, help="How long the broker may take.")]


def register(app: typer.Typer) -> None:
    """Add the verb."""

    @app.command()
    def topics(
        bootstrap: Broker = "127.0.0.1:9092",
        replicas: Replicas = 1,
        wait_s: Wait = 60,
        *,
        keep_all: KeepAll = False,
    ) -> None:
        """Create the Kafka topics that are missing, with partitions, retention and clean-up of topics.toml.

        Topics that exist are left as they are. The local stack does this by itself. Exit code 1 when the
        broker does not answer in time or refuses.
        """
        from groundswell.stack.topics import create_missing  # noqa: PLC0415 - help must not load a client

        until = time.monotonic() + wait_s
        while not create_missing(bootstrap, replicas=replicas, keep_all=keep_all):
            if time.monotonic() > until:
                say(f"groundswell: no broker at {bootstrap} created the topics within {wait_s} s; is it up?")
                raise typer.Exit(CANNOT)
            time.sleep(0.5)
        say(f"topics are there at {bootstrap}")
