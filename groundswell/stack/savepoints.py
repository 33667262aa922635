"""Stop a job with a savepoint, on any cluster."""

import time

from groundswell.stack.errors import JobError
from groundswell.stack.flink_rest import FlinkRest

_POLL_S = 0.1
_TRIES = 12
_WAIT_S = 3.0


def stop(rest: FlinkRest, job_id: str, folder: str | None, timeout_s: float) -> str:
    """Stop a job with a savepoint and return where the savepoint lies, as Flink tells it.

    Args:
        rest: The JobManager.
        job_id: The job.
        folder: URI of a folder that every Flink process can write; None = the cluster's own.
        timeout_s: How long it may take in all.

    Raises:
        JobError: It failed for half a minute, again and again, or is not complete in time.
    """
    trigger = rest.stop_with_savepoint(job_id, folder)
    deadline_s = time.monotonic() + timeout_s
    tries = 1
    while time.monotonic() < deadline_s:
        try:
            location = rest.savepoint(job_id, trigger)
        except JobError:
            # A job that has just come back may have a task that is not ready for it (seen on a busy machine).
            if tries == _TRIES or not rest.runs(job_id):
                raise
            tries += 1
            time.sleep(_WAIT_S)
            trigger = rest.stop_with_savepoint(job_id, folder)
            continue
        if location is not None:
            return location
        time.sleep(_POLL_S)
    raise JobError(f"the savepoint of job {job_id} was not complete within {timeout_s:.0f} s")
