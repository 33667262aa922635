"""`groundswell submit`: hand a job to the running stack."""

from typing import Annotated

import msgspec
import typer

from groundswell.verbs._options import DEFAULT_DATA_DIR, AsJson, DataDir


def register(app: typer.Typer) -> None:
    """Add the verb."""

    @app.command(context_settings={"ignore_unknown_options": True})
    def submit(
        module: Annotated[str, typer.Argument(help="Python module of the job, such as flink_jobs.trending.")],
        arguments: Annotated[
            list[str] | None,
            typer.Argument(
                help="The job's own options, after --. {kafka}, {redis}, {flink}, {mode} and {parallelism} "
                "stand for the stack's own values, also after a restart."
            ),
        ] = None,
        name: Annotated[
            str, typer.Option(help="Name of the job in this stack; default: last part of module.")
        ] = "",
        data: DataDir = DEFAULT_DATA_DIR,
        *,
        as_json: AsJson = False,
    ) -> None:
        """Submit a job; from then on the stack resumes it after a loss. Exit code 1 with the job's words.

        flink_jobs.trending needs no options: what the stack knows is added when it is not given.
        """
        from groundswell.stack import submit as submission  # noqa: PLC0415 - loads the stack only when asked to
        from groundswell.stack.endpoints import Stack  # noqa: PLC0415
        from groundswell.verbs._job_options import completed  # noqa: PLC0415

        job_name = name or module.rsplit(".", 1)[-1]
        job_id = submission.submit(Stack.load(data), module, completed(module, arguments or []), job_name)
        if as_json:
            typer.echo(msgspec.json.encode({"name": job_name, "job_id": job_id}).decode())
        else:
            typer.echo(f"{job_name} runs as {job_id}")
