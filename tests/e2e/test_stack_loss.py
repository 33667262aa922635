"""What dies is started again, and jobs go on where their newest checkpoint stood."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from groundswell.stack import jobs, local, submit
from groundswell.stack.endpoints import Stack
from groundswell.stack.errors import JobError
from groundswell.stack.layout import Layout
from tests.support.stack_talk import all_ready, eventually, pieces

COUNTER = "tests.support.flink_programs.counter"


@pytest.fixture(scope="module")
def lossy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One stack for the tests that kill its pieces."""
    with local.running(tmp_path_factory.mktemp("lossy")) as running:
        yield running


def counts(path: Path) -> list[int]:
    """Return what the counting job has written so far."""
    return [int(line) for line in path.read_text().split()] if path.exists() else []


def kill(stack: Stack, name: str) -> None:
    """Kill -9 one server process and wait until the supervisor has started it again."""
    before = pieces(stack)[name]["restarts"]
    os.kill(stack.pids[name], signal.SIGKILL)
    eventually(lambda: pieces(stack)[name]["restarts"] != before, f"{name} is seen as lost")
    eventually(lambda: all_ready(stack), f"{name} is ready again", 120)


def checkpoints(stack: Stack, name: str) -> int:
    """Return how many complete checkpoints the job's newest run has kept."""
    job_id = submit.current_id(stack, name)
    return len(list((Layout.at(stack.data_dir).checkpoints / job_id).glob("chk-*/_metadata")))


def ended(stack: Stack, name: str, state: str) -> None:
    """Wait until Flink reports the job's final state."""
    eventually(lambda: submit.job_state(stack, submit.current_id(stack, name)) == state, f"{name} is {state}")


def assert_goes_on(out: Path, written: int, known: int) -> None:
    """The count grows beyond what it was, from state: it never starts again at 1."""
    eventually(lambda: counts(out)[-1] > known and len(counts(out)) > written, "the count goes on", 120)
    assert min(counts(out)[written:]) > 1


def test_a_killed_redis_comes_back_with_its_data(lossy: Stack) -> None:
    """The append-only file holds what was written."""
    with Redis.from_url(lossy.redis_url, decode_responses=True) as redis:
        redis.set("kept", "yes")
    kill(lossy, "redis")
    with Redis.from_url(lossy.redis_url, decode_responses=True) as redis:
        try:
            assert redis.get("kept") == "yes"
        except RedisConnectionError:
            pytest.fail("Redis is said to be ready but does not answer")


def test_a_killed_broker_comes_back(lossy: Stack) -> None:
    """The same address and topics, after it has recovered its log."""
    kill(lossy, "kafka")
    assert all_ready(lossy)


@pytest.mark.timeout(900)
def test_a_job_survives_the_loss_of_task_managers_and_job_manager(lossy: Stack, tmp_path: Path) -> None:
    """Flink itself moves the job off a lost TaskManager; the supervisor resumes it on a new JobManager."""
    out = tmp_path / "counts"
    first = submit.submit(lossy, COUNTER, [str(out)], "counter")
    eventually(lambda: checkpoints(lossy, "counter") >= 1, "a first checkpoint", 120)
    with pytest.raises(JobError, match="already runs"):
        submit.submit(lossy, COUNTER, [str(out)], "counter")

    for name in ("taskmanager-1", "taskmanager-2"):
        known = counts(out)
        kill(lossy, name)
        assert_goes_on(out, len(known), known[-1])
    assert submit.current_id(lossy, "counter") == first

    known = counts(out)
    kill(lossy, "jobmanager")
    eventually(lambda: submit.current_id(lossy, "counter") != first, "the job is submitted again", 120)
    assert_goes_on(out, len(known), known[-1])
    job = jobs.load(Layout.at(lossy.data_dir), "counter")
    assert job is not None
    assert (job.resumes, job.problem) == (1, "")
    assert job.resumed_from is not None
    assert Path(job.resumed_from).parent.name == first

    savepoint = submit.stop_with_savepoint(lossy, "counter")
    assert (savepoint / "_metadata").exists()
    eventually(
        lambda: submit.job_state(lossy, submit.current_id(lossy, "counter")) == "FINISHED", "it has ended"
    )

    # A stopped job stays stopped over another loss, and may be started again from its savepoint.
    last = counts(out)[-1]
    kill(lossy, "jobmanager")
    submit.submit(lossy, COUNTER, [str(out)], "counter", restore_from=savepoint)
    eventually(lambda: counts(out)[-1] > last, "the count goes on from the savepoint", 120)
    submit.cancel(lossy, "counter")
    eventually(
        lambda: submit.job_state(lossy, submit.current_id(lossy, "counter")) == "CANCELED", "it has ended"
    )


def test_a_job_that_cannot_be_resumed_says_so_and_may_be_submitted_again(
    lossy: Stack, tmp_path: Path
) -> None:
    """Lost before its first checkpoint, a job is not started empty; a person starts it again."""
    out = tmp_path / "counts"
    lost = submit.submit(lossy, COUNTER, [str(out)], "hasty")
    kill(lossy, "jobmanager")

    def record() -> jobs.Job:
        job = jobs.load(Layout.at(lossy.data_dir), "hasty")
        assert job is not None
        return job

    eventually(lambda: "not started empty" in record().problem, "the problem is on record")
    assert record().job_ids == [lost]
    again = submit.submit(lossy, COUNTER, [str(out)], "hasty")
    assert (record().job_ids, record().problem) == ([again], "")
    submit.cancel(lossy, "hasty")
    ended(lossy, "hasty", "CANCELED")
    submit.cancel(lossy, "hasty")


def test_a_program_that_fails_shows_its_last_words(lossy: Stack) -> None:
    """The message holds the program's own error, not only an exit code."""
    with pytest.raises(JobError, match="No module named"):
        submit.submit(lossy, "tests.support.flink_programs.absent", [], "absent")
    assert jobs.load(Layout.at(lossy.data_dir), "absent") is None


def test_an_unknown_job_is_named_with_the_known_ones(lossy: Stack) -> None:
    """A typing error is easy to see."""
    with pytest.raises(JobError, match="no job named 'nobody'"):
        submit.cancel(lossy, "nobody")
