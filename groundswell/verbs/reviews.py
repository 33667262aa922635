"""`groundswell reviews`: which topics wait for a person."""

from typing import Annotated

import typer

from groundswell.verbs._connect import Bootstrap, kafka_address, told
from groundswell.verbs._options import DEFAULT_DATA_DIR, AsJson, DataDir, say

ASKED, DECIDED = "trend.reviews", "moderation"
OnlyScope = Annotated[str, typer.Option("--scope", help="Only requests of this scope; empty = all.")]
Silence = Annotated[float, typer.Option("--timeout", min=1.0, help="Seconds without an answer to give up.")]
RegistryUrl = Annotated[
    str, typer.Option("--registry", help="Schema registry URL; empty = the released files.")
]


def register(app: typer.Typer) -> None:
    """Add the verb."""

    @app.command()
    def reviews(
        scope: OnlyScope = "",
        *,
        as_json: AsJson = False,
        data: DataDir = DEFAULT_DATA_DIR,
        bootstrap: Bootstrap = None,
        registry: RegistryUrl = "",
        timeout: Silence = 30.0,
    ) -> None:
        """Show topics that entered the first places of a list and that nobody has allowed or denied yet.

        Answer with `groundswell moderate allow TOPIC` or `deny TOPIC`, `--scope` for one list only.
        Exit code 1 when Kafka cannot be read.
        """
        import msgspec  # noqa: PLC0415

        from groundswell.kafka_read import read_topic  # noqa: PLC0415
        from groundswell.reviews_file import pending  # noqa: PLC0415
        from schemas.registry import open_registry  # noqa: PLC0415

        address = kafka_address(data, bootstrap)
        with told():
            found = pending(
                read_topic(address, ASKED, silence_s=timeout),
                read_topic(address, DECIDED, silence_s=timeout),
                open_registry(registry or None),
            )
        found = [request for request in found if scope in ("", request.scope)]
        if as_json:
            typer.echo(msgspec.json.encode([msgspec.structs.asdict(one) for one in found]).decode())
            return
        for one in found:
            notes = [f"{one.users} people", "burst" if one.alert else "rising", *one.flags]
            if one.aliases:
                notes.append(f"also {', '.join(one.aliases)}")
            typer.echo(f"{one.scope}  {one.position:>3}  {one.kind}  {one.topic}  ({', '.join(notes)})")
        if not found:
            say("no topic waits for a review")
