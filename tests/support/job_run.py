"""Wait for a bounded job, and disturb it on its way."""

import os
import signal
import time

from groundswell.stack.endpoints import Stack
from groundswell.stack.flink_rest import FlinkRest
from groundswell.stack.submit import job_state


def kill_after_a_checkpoint(stack: Stack, job: str, timeout_s: float) -> None:
    """Kill -9 one task manager after the first checkpoint, while the job works."""
    deadline_s = time.monotonic() + timeout_s
    while not FlinkRest(stack.flink_rest_url).checkpoints(job)["counts"]["completed"]:
        assert time.monotonic() < deadline_s, f"job {job} took no checkpoint within {timeout_s} s"
        time.sleep(0.1)
    assert job_state(stack, job) == "RUNNING"
    os.kill(stack.pids["taskmanager-1"], signal.SIGKILL)


def wait_until_finished(stack: Stack, job: str, timeout_s: float) -> int:
    """Wait for the end of a job; return how often it was restored from a checkpoint."""
    deadline_s = time.monotonic() + timeout_s
    while (state := job_state(stack, job)) != "FINISHED":
        assert state not in {"FAILED", "CANCELED"}, state
        assert time.monotonic() < deadline_s, f"job {job} did not finish within {timeout_s} s"
        time.sleep(0.5)
    restored: int = FlinkRest(stack.flink_rest_url).checkpoints(job)["counts"]["restored"]
    return restored
