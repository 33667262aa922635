"""`groundswell sweep`: take back what compacted topics hold of people who asked to be forgotten."""

import json
from pathlib import Path
from typing import Annotated

import typer

from groundswell.verbs._connect import Bootstrap, kafka_address, told
from groundswell.verbs._options import DEFAULT_DATA_DIR, AsJson, DataDir

_MOST_SHOWN = 20
KeyFile = Annotated[
    Path | None,
    typer.Option(
        "--audit-key-file", help="Secret key of the hashed subjects; that of the job.", dir_okay=False
    ),
]


def register(app: typer.Typer) -> None:
    """Add the verb."""

    @app.command()
    def sweep(
        audit_key_file: KeyFile = None,
        bootstrap: Bootstrap = None,
        registry: Annotated[str, typer.Option("--registry", help="Schema registry by URL.")] = "",
        data: DataDir = DEFAULT_DATA_DIR,
        *,
        as_json: AsJson = False,
    ) -> None:
        """Send tombstones for the labels of everybody who asked to be forgotten, and write it to the audit.

        Run it now and then, at the latest before the deadline of erasure; what was swept is passed over. A
        request counts once the interests job has carried it out. Exit code 1 when Kafka cannot be used.
        """
        from groundswell.erasure_sweep import sweep as sweep_once  # noqa: PLC0415 - help must not load it
        from schemas.erasure_subject import audit_key  # noqa: PLC0415
        from schemas.registry import open_registry  # noqa: PLC0415

        with told():
            key = audit_key(str(audit_key_file or ""))
            done = sweep_once(kafka_address(data, bootstrap), open_registry(registry or None), key)
        if as_json:
            removed = {one.event_id: count for one, count in done.removed.items()}
            words = {"removed": removed, "waiting": done.waiting, "done_before": done.done_before}
            typer.echo(json.dumps(words))
            return
        for request, count in list(done.removed.items())[:_MOST_SHOWN]:
            typer.echo(f"request {request.event_id}: {count} examples taken back")
        typer.echo(
            f"{len(done.removed)} requests swept, {done.waiting} wait for the interests job, "
            f"{done.done_before} were swept before"
        )
