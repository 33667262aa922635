"""Submit, cancel and ask jobs of a running stack."""

import re
import subprocess
import tempfile
from pathlib import Path

from groundswell.stack import flink, jobs, processes, savepoints
from groundswell.stack.endpoints import Stack
from groundswell.stack.errors import JobError
from groundswell.stack.flink_rest import FlinkRest
from groundswell.stack.identity import capture
from groundswell.stack.layout import Layout
from groundswell.stack.logs import tail
from groundswell.stack.plan import Plan

_SUBMITTED = re.compile(r"submitted with JobID ([0-9a-f]{32})")
_TIMEOUT_S = 120.0


def submit(stack: Stack, module: str, args: list[str], name: str, *, restore_from: Path | None = None) -> str:
    """Submit a job, record it and return its Flink id.

    Args:
        stack: where to.
        module: Python module with the job's `__main__`, for example "flink_jobs.trending".
        args: its command line. Addresses of this stack are recognised and kept up to date over restarts;
            placeholders are filled in, see `jobs.concrete`.
        name: by which the supervisor knows it; a name of an ended job may be used again.
        restore_from: folder of a checkpoint or savepoint to start from.

    Raises:
        JobError: when a job of this name runs, or the submission fails; holds the program's last words.
    """
    layout = Layout.at(stack.data_dir)
    jobs.check_name(name)
    with jobs.owned(layout):
        old = jobs.load(layout, name)
        # Flink decides: a job that could not be resumed is on record but does not run.
        if old is not None and FlinkRest(stack.flink_rest_url).runs(old.job_id):
            raise JobError(
                f"a job named {name!r} already runs as {old.job_id}: cancel it or choose another name"
            )
        job = jobs.Job(
            name=name,
            module=module,
            arguments=jobs.portable(stack, args),
            execution_mode=stack.plan.execution_mode,
        )
        job.job_ids.append(run_client(stack, module, jobs.concrete(stack, job.arguments), restore_from))
        jobs.save(layout, job)
    return job.job_ids[-1]


def run_client(stack: Stack, module: str, args: list[str], restore_from: Path | None = None) -> str:
    """Run Flink's client once, without recording anything, and return the job id that it reports.

    Takes 5-12 s: one JVM and one Python process, which build the job graph.

    Raises:
        JobError: when it fails or takes longer than 120 s.
    """
    plan = stack.plan
    restore = ["-s", restore_from.as_uri()] if restore_from else []
    words = ["run", "-d", *restore, "-pyexec", plan.python, "-pyclientexec", plan.python]
    return run_program(plan, module, [*words, "-pym", module, *args])


def run_program(plan: Plan, module: str, words: list[str], cwd: Path | None = None) -> str:
    """Run Flink's client with these words and return the id of the job that it submitted.

    Raises:
        JobError: as `run_client`.
    """
    argv, environment = flink.client(plan, words)
    with tempfile.TemporaryDirectory(dir=plan.layout.logs, prefix="submit-") as scratch:
        out = Path(scratch) / "out"
        process = processes.spawn(argv, stack_id=plan.stack_id, log=out, env=environment, cwd=cwd)
        try:
            code = process.wait(_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            raise JobError(
                f"submitting {module} took longer than {_TIMEOUT_S:.0f} s; it said:\n{tail(out)}"
            ) from None
        finally:
            _end(process)
        text = out.read_text(encoding="utf-8", errors="replace")
    found = _SUBMITTED.search(text)
    if code != 0 or not found:
        said = [
            line for line in text.splitlines() if not line.startswith("\tat ")
        ]  # Java frames help nobody here
        ending = "\n".join(said[-40:])
        raise JobError(f"submitting {module} failed with code {code}; it said:\n{ending}")
    return found.group(1)


def cancel(stack: Stack, name: str) -> None:
    """Cancel a job and do not bring it back. Its retained checkpoints stay."""
    job_id, rest = _wanted_stopped(stack, name)
    if rest.runs(job_id):
        rest.cancel(job_id)


def stop_with_savepoint(stack: Stack, name: str, timeout_s: float = 120.0) -> Path:
    """Stop a job with a savepoint and return the savepoint's folder.

    Raises:
        JobError: when it fails or takes longer than the timeout.
    """
    job_id, rest = _wanted_stopped(stack, name)
    layout = Layout.at(stack.data_dir)
    location = savepoints.stop(rest, job_id, layout.savepoints.as_uri(), timeout_s)
    folder = Path(location.removeprefix("file:"))
    with jobs.owned(layout):
        record = _record(layout, name)
        record.savepoints.append(str(folder))
        jobs.save(layout, record)
    return folder


def job_state(stack: Stack, job_id: str) -> str:
    """Return Flink's state of a job, such as RUNNING, RESTARTING or FINISHED."""
    return FlinkRest(stack.flink_rest_url).state(job_id)


def current_id(stack: Stack, name: str) -> str:
    """Return the id that a named job has now; it changes when the job is resumed."""
    found = _record(Layout.at(stack.data_dir), name).job_id
    if found is None:
        raise JobError(f"job {name!r} was never submitted")
    return found


def _record(layout: Layout, name: str) -> jobs.Job:
    job = jobs.load(layout, name)
    if job is None:
        known = ", ".join(each.name for each in jobs.load_all(layout)) or "none"
        raise JobError(f"no job named {name!r} in {layout.root}; known: {known}")
    return job


def _wanted_stopped(stack: Stack, name: str) -> tuple[str, FlinkRest]:
    layout = Layout.at(stack.data_dir)
    with jobs.owned(layout):
        job = _record(layout, name)
        if job.job_id is None:
            raise JobError(f"job {name!r} was never submitted")
        job.wanted = jobs.STOPPED
        jobs.save(layout, job)
        return job.job_id, FlinkRest(stack.flink_rest_url)


def _end(process: subprocess.Popen[bytes]) -> None:
    # The client leads a group: its Python child must go too, also when we are interrupted.
    if process.poll() is None:
        identity = capture(process.pid)
        if identity is not None:
            processes.stop_tree(identity, grace_s=1.0)
    process.wait()
