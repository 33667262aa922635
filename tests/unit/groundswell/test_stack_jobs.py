"""Job records: what a new supervisor brings back, and with which addresses."""

import threading
from pathlib import Path

import pytest

from groundswell.stack import jobs, submit
from groundswell.stack.endpoints import Stack
from groundswell.stack.errors import JobError
from groundswell.stack.layout import Layout
from groundswell.stack.resume import resume
from tests.support.stack_plan import a_plan


def a_job(**changes: object) -> jobs.Job:
    """Return a job that runs in thread mode."""
    told: dict[str, object] = {"name": "trending", "module": "m", "arguments": [], "execution_mode": "thread"}
    return jobs.Job(**{**told, "job_ids": ["a" * 32], **changes})  # type: ignore[arg-type]


def test_a_record_survives_its_file(tmp_path: Path) -> None:
    """A new supervisor reads what the old one knew."""
    layout = Layout.at(tmp_path)
    job = a_job(last_state="RUNNING", savepoints=["/s"], resumes=2)
    jobs.save(layout, job)
    assert jobs.load(layout, "trending") == job
    assert jobs.load_all(layout) == [job]
    assert jobs.load(layout, "other") is None


@pytest.mark.parametrize("name", ["", "../x", "A", "a b", "a/b", ".x", "x" * 65])
def test_a_name_that_is_no_file_name_is_refused(name: str) -> None:
    """Job names become file names."""
    with pytest.raises(JobError, match="job name"):
        jobs.check_name(name)


@pytest.mark.parametrize(
    ("wanted", "state", "alive"),
    [
        (jobs.RUNNING, "RUNNING", True),
        (jobs.RUNNING, "RESTARTING", True),
        (jobs.RUNNING, "CREATED", True),
        (jobs.RUNNING, "FINISHED", False),
        (jobs.RUNNING, "FAILED", False),
        (jobs.STOPPED, "RUNNING", False),
    ],
)
def test_only_living_jobs_are_brought_back(wanted: str, state: str, alive: bool) -> None:
    """A finished or cancelled job stays so."""
    assert a_job(wanted=wanted, last_state=state).alive() is alive


def test_addresses_follow_the_stack(tmp_path: Path) -> None:
    """A job recorded under old ports is submitted with the new ones."""
    old = Stack.of(a_plan(tmp_path))
    moved = a_plan(tmp_path)
    new = Stack.of(
        type(moved)(**{**_fields(moved), "ports": {name: port + 500 for name, port in moved.ports.items()}})
    )
    given = ["--kafka", old.kafka_bootstrap, f"--redis={old.redis_url}", "--top", "10"]
    kept = jobs.portable(old, given)
    assert kept == ["--kafka", "{kafka}", "--redis={redis}", "--top", "10"]
    assert jobs.concrete(new, kept) == [
        "--kafka",
        "127.0.0.1:20500",
        "--redis=redis://127.0.0.1:20502/0",
        "--top",
        "10",
    ]


def test_mode_and_parallelism_are_filled_in(tmp_path: Path) -> None:
    """They are written as placeholders only by hand: nothing is taken for one."""
    stack = Stack.of(a_plan(tmp_path, "process"))
    assert jobs.concrete(stack, ["--m={mode}", "--p", "{parallelism}"]) == ["--m=process", "--p", "2"]
    assert jobs.portable(stack, ["--mode", "process", "2"]) == ["--mode", "process", "2"]


def test_a_submission_gets_values_and_the_record_keeps_placeholders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same record is right after a restart on other ports."""
    stack = Stack.of(a_plan(tmp_path))
    seen: list[list[str]] = []

    def client(_stack: Stack, _module: str, args: list[str], _restore: Path | None) -> str:
        seen.append(args)
        return "b" * 32

    monkeypatch.setattr(submit, "run_client", client)
    submit.submit(stack, "m", ["--a={kafka}", f"--b={stack.redis_url}", "--c={mode}"], "mine")
    assert seen == [[f"--a={stack.kafka_bootstrap}", f"--b={stack.redis_url}", "--c=thread"]]
    kept = jobs.load(stack.plan.layout, "mine")
    assert kept is not None
    assert kept.arguments == ["--a={kafka}", "--b={redis}", "--c={mode}"]


def _fields(made: object) -> dict[str, object]:
    return {name: getattr(made, name) for name in made.__struct_fields__}  # type: ignore[attr-defined]


def test_a_job_is_never_started_empty(tmp_path: Path) -> None:
    """Without a complete checkpoint a person decides."""
    with pytest.raises(JobError, match=r"no complete checkpoint.*not started empty"):
        resume(Stack.of(a_plan(tmp_path)), a_job(), threading.Event())


def test_state_of_another_mode_is_refused(tmp_path: Path) -> None:
    """Flink restores it empty without a word, so we must say it."""
    with pytest.raises(JobError, match="kept its state in process mode, this stack runs in thread mode"):
        resume(Stack.of(a_plan(tmp_path)), a_job(execution_mode="process"), threading.Event())


def test_two_owners_cannot_submit_together(tmp_path: Path) -> None:
    """The job lock is exclusive, also between two handles of one process."""
    layout = Layout.at(tmp_path)
    with jobs.owned(layout), pytest.raises(BlockingIOError), jobs.owned(layout, wait=False):
        pass
