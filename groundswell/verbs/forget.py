"""`groundswell forget`: have everything removed that is kept of a person."""

import json
import time
from typing import Annotated

import typer

from groundswell.verbs._connect import Bootstrap, kafka_address, told
from groundswell.verbs._options import DEFAULT_DATA_DIR, AsJson, DataDir
from groundswell.verbs.interests import UserId


def register(app: typer.Typer) -> None:
    """Add the verb."""

    @app.command()
    def forget(
        user: UserId,
        reason: Annotated[str, typer.Option("--reason", help="Ticket number; nothing personal.")] = "",
        at_ms: Annotated[
            int | None, typer.Option("--at-ms", min=1, help="Event time of the request; default: now.")
        ] = None,
        bootstrap: Bootstrap = None,
        registry: Annotated[str | None, typer.Option("--registry", help="Schema registry by URL.")] = None,
        data: DataDir = DEFAULT_DATA_DIR,
        *,
        as_json: AsJson = False,
    ) -> None:
        """Ask the jobs to forget a person: interests, what waits for an outcome, what is served.

        Takes effect when event time reaches the request. Records in Kafka go by their retention. Exit code 1
        when Kafka did not take it.
        """
        from producers.decisions import send_erasure  # noqa: PLC0415 - loads Kafka only when asked to

        now_ms = time.time_ns() // 1_000_000 if at_ms is None else at_ms
        with told():
            record = send_erasure(kafka_address(data, bootstrap), registry, user, reason, now_ms)
        if as_json:
            typer.echo(json.dumps(record))
        else:
            typer.echo(f"forget {user!r}: sent, event time {now_ms} ms")
