"""Wait for a bounded job, and disturb it on its way."""

import os
import signal

from groundswell.stack.endpoints import Stack
from groundswell.stack.flink_rest import FlinkRest
from groundswell.stack.submit import job_state
from tests.support.stack_talk import eventually


def kill_after_a_checkpoint(stack: Stack, job: str, timeout_s: float) -> None:
    """Kill -9 one task manager after the first checkpoint, while the job works."""
    rest = FlinkRest(stack.flink_rest_url)
    eventually(lambda: rest.checkpoints(job)["counts"]["completed"], "a first checkpoint", timeout_s)
    assert job_state(stack, job) == "RUNNING"
    os.kill(stack.pids["taskmanager-1"], signal.SIGKILL)


def wait_until_finished(stack: Stack, job: str, timeout_s: float) -> int:
    """Wait for the end of a job; return how often it was restored from a checkpoint."""

    def finished() -> bool:
        state = job_state(stack, job)
        assert state not in {"FAILED", "CANCELED"}, state
        return state == "FINISHED"

    eventually(finished, f"job {job} finished", timeout_s)
    restored: int = FlinkRest(stack.flink_rest_url).checkpoints(job)["counts"]["restored"]
    return restored
