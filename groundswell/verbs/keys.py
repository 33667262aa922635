"""`groundswell keys`: who may ask the HTTP server, and how often."""

from pathlib import Path
from typing import Annotated

import typer

from groundswell.verbs._connect import told
from groundswell.verbs._options import say

File = Annotated[
    Path, typer.Option("--keys-file", help="The file; only its owner can read it.", dir_okay=False)
]
Name = Annotated[str, typer.Argument(help="Whose key it is: small letters, digits, _ and -.")]
PerS = Annotated[float, typer.Option("--per-s", help="Requests per second.")]
Burst = Annotated[int, typer.Option("--burst", help="Requests at once after a silence.")]
Streams = Annotated[int, typer.Option("--streams", help="Streams at once.")]
_FILE = Path("keys.toml")


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    keys = typer.Typer(no_args_is_help=True, help="Keys of the HTTP server, in a file.")
    app.add_typer(keys, name="keys")

    @keys.command()
    def create(
        name: Name, keys_file: File = _FILE, per_s: PerS = 50.0, burst: Burst = 100, streams: Streams = 100
    ) -> None:
        """Make a key and print it, once: the file holds only its digest.

        A running server accepts it within a second.

        Exit code 1 when the name is taken or the file is wrong.
        """
        from serving.web.keys import ApiKey, add, digest, new_key  # noqa: PLC0415

        key = new_key()
        with told():
            add(keys_file, ApiKey(name, digest(key), per_s, burst, streams))
        say(f"{keys_file}: added {name}; this is the only time its key is shown")
        typer.echo(key)

    @keys.command("list")
    def show(keys_file: File = _FILE) -> None:
        """Show whose keys there are, and their rates."""
        from serving.web.keys import load  # noqa: PLC0415

        with told():
            found = load(keys_file)
        for key in found.keys:
            typer.echo(f"{key.name}  {key.per_s:g} a second, {key.burst} at once, {key.streams} streams")
        if found.anonymous:
            one = found.anonymous
            typer.echo(
                f"without a key  {one.per_s:g} a second, {one.burst} at once, {one.streams} streams, together"
            )

    @keys.command()
    def remove(name: Name, keys_file: File = _FILE) -> None:
        """Take a key back. A running server refuses it within 1 s.

        Exit code 1 when there is no such name or the file is wrong.
        """
        from serving.web.keys import remove as forget  # noqa: PLC0415

        with told():
            forget(keys_file, name)
        say(f"{keys_file}: removed {name}")
