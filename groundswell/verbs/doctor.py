"""`groundswell doctor`: is everything here, and what to do when not."""

import msgspec
import typer

from groundswell.verbs._options import DEFAULT_DATA_DIR, AsJson, DataDir


def register(app: typer.Typer) -> None:
    """Add the verb."""

    @app.command()
    def doctor(data: DataDir = DEFAULT_DATA_DIR, *, as_json: AsJson = False) -> None:
        """Check every piece that a stack needs. Exit code 0 when all are usable, else 1."""
        from groundswell.stack.doctor import examine  # noqa: PLC0415 - loads the stack only when asked to

        findings = examine(data)
        healthy = all(finding.ok for finding in findings)
        if as_json:
            typer.echo(msgspec.json.encode({"ok": healthy, "pieces": findings}).decode())
        else:
            for finding in findings:
                typer.echo(f"{'ok     ' if finding.ok else 'MISSING'} {finding.piece:<10} {finding.found}")
                if finding.advice:
                    typer.echo(f"        {'':<10} -> {finding.advice}")
        if not healthy:
            raise typer.Exit(1)
