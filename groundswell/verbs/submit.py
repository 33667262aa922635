"""`groundswell submit`: hand a job to the running stack, or to any Flink cluster."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from groundswell.verbs._options import DEFAULT_DATA_DIR, AsJson, DataDir, say

if TYPE_CHECKING:
    from groundswell.stack.remote import Shipment

To = Annotated[str, typer.Option("--to", help="http://host:port of a JobManager instead of the local stack.")]
Wheel = Annotated[
    Path | None,
    typer.Option(
        exists=True,
        dir_okay=False,
        help="With --to: our wheel, to be sent along; default: our packages as they are installed here.",
    ),
]
Installed = Annotated[
    bool, typer.Option("--installed", help="With --to: the cluster's Python has our packages; send none.")
]
ClusterPython = Annotated[str, typer.Option("--python", help="With --to: Python of the cluster's machines.")]
Flink = Annotated[
    list[str] | None,
    typer.Option(
        "--flink",
        metavar="KEY=VALUE",
        help="With --to: a Flink option of this job, such as the checkpoint interval; repeatable.",
    ),
]
Savepoint = Annotated[str, typer.Option(help="Start from this savepoint or retained checkpoint.")]


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
        savepoint: Savepoint = "",
        data: DataDir = DEFAULT_DATA_DIR,
        to: To = "",
        wheel: Wheel = None,
        python: ClusterPython = "python3",
        flink: Flink = None,
        *,
        installed: Installed = False,
        as_json: AsJson = False,
    ) -> None:
        """Submit a job. Exit code 1 with the job's words when it cannot be.

        Local stack: flink_jobs.trending needs no options, what the stack knows is added when it is not
        given; from then on the stack resumes the job after a loss. With --to the job is the cluster's, and
        its options are all yours.
        """
        job_name = name or module.rsplit(".", 1)[-1]
        if to:
            from groundswell.stack.remote import Shipment, settings_of  # noqa: PLC0415 - as below

            given = Shipment(
                module=module,
                arguments=arguments or [],
                code=wheel,
                installed=installed,
                python=python,
                savepoint=savepoint,
                settings=settings_of(flink or []),
            )
            job_id = _to_cluster(to, given)
        else:
            if wheel or installed or flink:
                raise typer.BadParameter("--wheel, --installed and --flink need --to")
            job_id = _to_stack(data, module, arguments or [], job_name, savepoint)
        if as_json:
            typer.echo(msgspec.json.encode({"name": job_name, "job_id": job_id}).decode())
        else:
            typer.echo(f"{job_name} runs as {job_id}")


def _to_stack(data: Path, module: str, arguments: list[str], name: str, savepoint: str) -> str:
    from groundswell.stack import submit as submission  # noqa: PLC0415 - loads the stack only when asked to
    from groundswell.stack.endpoints import Stack  # noqa: PLC0415
    from groundswell.verbs._job_options import completed  # noqa: PLC0415

    start = Path(savepoint.removeprefix("file:")).resolve() if savepoint else None
    return submission.submit(Stack.load(data), module, completed(module, arguments), name, restore_from=start)


def _to_cluster(to: str, given: "Shipment") -> str:
    from groundswell.stack import remote  # noqa: PLC0415

    return remote.submit(remote.Cluster.at(to), given, say)
