"""Wait for a bounded job, and disturb it on its way."""

import os
import signal
import urllib.error
from typing import Any, Final

from groundswell.stack.endpoints import Stack
from groundswell.stack.flink_rest import FlinkRest
from groundswell.stack.submit import job_state
from tests.support.stack_talk import eventually

# Sources read while Python still starts, until every buffer is full: with small ones the first checkpoint
# lies near the beginning of a job of few seconds, with Flink's own behind nearly all of it.
SMALL_BUFFERS: Final = {"taskmanager.memory.segment-size": "4 kb"}


def kill_after_a_checkpoint(stack: Stack, job: str, timeout_s: float) -> None:
    """Kill -9 one task manager after a checkpoint that is asked for as soon as every task runs.

    The stack has to have SMALL_BUFFERS. Fails when the job has ended before: it needs more events then.
    """
    rest = _Rest(stack.flink_rest_url)
    eventually(lambda: rest.checkpoint(job), "a first checkpoint", timeout_s)
    assert job_state(stack, job) == "RUNNING", "ended before it was killed: give it more events"
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


class _Rest(FlinkRest):
    """Flink's REST interface, and how to ask for a checkpoint at once."""

    def checkpoint(self, job: str) -> bool:
        """Ask for a checkpoint and wait for it; False when not every task runs yet."""
        try:
            trigger = self._call("POST", f"/jobs/{job}/checkpoints", {"checkpointType": "FULL"})["request-id"]
        except urllib.error.HTTPError:
            return False

        def told() -> dict[str, Any] | None:
            answer = self._call("GET", f"/jobs/{job}/checkpoints/{trigger}")
            return answer if answer["status"]["id"] == "COMPLETED" else None

        return "checkpointId" in eventually(told, "an answer about a checkpoint", 300)["operation"]
