"""`groundswell status`: what runs, where, since when."""

from typing import Any

import msgspec
import typer

from groundswell.verbs._options import DEFAULT_DATA_DIR, AsJson, DataDir


def register(app: typer.Typer) -> None:
    """Add the verb."""

    @app.command()
    def status(data: DataDir = DEFAULT_DATA_DIR, *, as_json: AsJson = False) -> None:
        """Show the processes, addresses and jobs of a stack. Exit code 0 when it is ready, else 1."""
        from groundswell.stack import local  # noqa: PLC0415 - loads the stack only when asked to

        found: dict[str, Any] = local.status(data)
        if as_json:
            typer.echo(msgspec.json.encode(found).decode())
        else:
            _show(found)
        if found["phase"] != "ready":
            raise typer.Exit(1)


def _show(found: dict[str, Any]) -> None:
    typer.echo(f"{found['phase']}  {found['data_dir']}")
    if found.get("message"):
        typer.echo(found["message"])
    for key in ("kafka", "redis", "flink", "execution_mode"):
        if key in found:
            typer.echo(f"  {key:<15}{found[key]}")
    for name, piece in found["pieces"].items():
        typer.echo(
            f"  {name:<15}{piece['phase']:<10}pid {piece['pid'] or '-':<8}restarts {piece['restarts']}"
        )
    for job in found.get("jobs", []):
        typer.echo(f"  job {job['name']:<11}{job['state']:<10}{job['job_id']}")
        if job["resumes"]:
            typer.echo(f"    resumed {job['resumes']} times, last from {job['resumed_from']}")
        if job["problem"]:
            typer.echo(f"    {job['problem']}")
