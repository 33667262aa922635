"""The jobs of a stack, on file: what a supervisor must bring back after a loss."""

import fcntl
import re
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from groundswell.stack.endpoints import Stack
from groundswell.stack.errors import JobError
from groundswell.stack.flink_rest import ENDED
from groundswell.stack.layout import Layout

RUNNING, STOPPED = "running", "stopped"
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


class Job(msgspec.Struct):
    """One job's record.

    Attributes:
        name: unique in the stack.
        module: Python module that is run to build the job.
        arguments: its command line, with addresses of the stack replaced by placeholders, see `concrete`:
            they may differ after a restart.
        wanted: RUNNING or STOPPED, what the user asked for last.
        job_ids: every Flink id it has had, newest last. The last one owns the job.
        last_state: Flink's state as last seen; LOST when it could not be brought back.
        execution_mode: Python mode of its state: another mode would silently start empty.
        savepoints: folders of savepoints taken of it.
        resumed_from: checkpoint of its newest start, None after an empty start.
        resumes: how often it was brought back.
        problem: why it could not be brought back, "" when all is well.
    """

    name: str
    module: str
    arguments: list[str]
    execution_mode: str
    wanted: str = RUNNING
    job_ids: list[str] = []
    last_state: str = "CREATED"
    savepoints: list[str] = []
    resumed_from: str | None = None
    resumes: int = 0
    problem: str = ""

    @property
    def job_id(self) -> str | None:
        """The newest Flink id."""
        return self.job_ids[-1] if self.job_ids else None

    def alive(self) -> bool:
        """Say whether it shall run and has not ended by itself."""
        return self.wanted == RUNNING and self.last_state not in ENDED


def check_name(name: str) -> None:
    """Refuse a name that is no good as a file name.

    Raises:
        JobError: naming what is allowed.
    """
    if not _NAME.fullmatch(name):
        raise JobError(
            f"job name {name!r}: expected 1-64 of a-z, 0-9, '.', '_', '-', starting with a letter or digit"
        )


def load(layout: Layout, name: str) -> Job | None:
    """Return a job's record, None when there is none."""
    check_name(name)
    try:
        return msgspec.json.decode((layout.jobs / f"{name}.json").read_bytes(), type=Job)
    except FileNotFoundError:
        return None


def load_all(layout: Layout) -> list[Job]:
    """Return every record, by name."""
    found = (load(layout, path.stem) for path in sorted(layout.jobs.glob("*.json")))
    return [job for job in found if job is not None]


def save(layout: Layout, job: Job) -> None:
    """Write a record in one step."""
    check_name(job.name)
    layout.jobs.mkdir(parents=True, exist_ok=True)
    target = layout.jobs / f"{job.name}.json"
    fresh = target.with_suffix(".new")
    fresh.write_bytes(msgspec.json.format(msgspec.json.encode(job)))
    fresh.replace(target)


@contextmanager
def owned(layout: Layout, *, wait: bool = True) -> Iterator[None]:
    """Hold the folder's job lock: user commands and the supervisor never submit at the same time.

    Raises:
        BlockingIOError: when somebody else holds it and `wait` is false.
    """
    layout.jobs.mkdir(parents=True, exist_ok=True)
    with (layout.jobs / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


def _addresses(stack: Stack) -> dict[str, str]:
    return {"{kafka}": stack.kafka_bootstrap, "{redis}": stack.redis_url, "{flink}": stack.flink_rest_url}


def portable(stack: Stack, arguments: list[str]) -> list[str]:
    """Replace the stack's addresses in arguments by placeholders."""
    for mark, address in _addresses(stack).items():
        arguments = [argument.replace(address, mark) for argument in arguments]
    return arguments


def concrete(stack: Stack, arguments: list[str]) -> list[str]:
    """Put the stack's present values in place of the placeholders.

    {kafka}, {redis} and {flink} are addresses, {mode} is the execution mode, {parallelism} the number of
    TaskManagers. The last two are too common as words for `portable` to recognise.
    """
    plan = stack.plan
    values = {**_addresses(stack), "{mode}": plan.execution_mode, "{parallelism}": str(plan.task_managers)}
    for mark, value in values.items():
        arguments = [argument.replace(mark, value) for argument in arguments]
    return arguments
