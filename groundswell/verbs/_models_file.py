"""`groundswell models save` and `restore`: the registry as a file."""

from pathlib import Path
from typing import Annotated

import typer

from groundswell.verbs._connect import RedisUrl, open_models, told
from groundswell.verbs._options import DEFAULT_DATA_DIR, DataDir

File = Annotated[Path, typer.Argument(help="JSON file.", dir_okay=False)]


def register(models: typer.Typer) -> None:
    """Add the commands."""

    @models.command()
    def save(file: File, *, data: DataDir = DEFAULT_DATA_DIR, redis: RedisUrl = None) -> None:
        """Write all models, and which is served, to a file: for the day when Redis is lost."""
        from groundswell import models_file  # noqa: PLC0415 - help must not load a Redis client

        with told():
            store = open_models(data, redis)
            entries = store.entries()
            models_file.write(file, entries, store.pointer())
        typer.echo(f"{file}: {len(entries)} models")

    @models.command()
    def restore(file: File, *, data: DataDir = DEFAULT_DATA_DIR, redis: RedisUrl = None) -> None:
        """Register models of a file that are missing; serve what was served, if nothing was chosen since.

        Exit code 1 when the file was changed or a name stands for another model now.
        """
        from groundswell import models_file  # noqa: PLC0415

        with told():
            new, pointed = open_models(data, redis).restore(*models_file.read(file))
        typer.echo(f"{file}: {new} models were missing; the pointer was {'restored' if pointed else 'kept'}")
