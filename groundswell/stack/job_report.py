"""What `status` tells about jobs: the records on file beside what Flink says now."""

from collections.abc import Mapping

from groundswell.stack import jobs
from groundswell.stack.flink_rest import ENDED, FlinkRest
from groundswell.stack.layout import Layout

DOWN, RESUMING, LOST = "DOWN", "RESUMING", "LOST"


def ask(url: str) -> dict[str, str] | None:
    """Return Flink's state of each job by id, None when the JobManager does not answer. At most 5 s."""
    try:
        return FlinkRest(url).jobs()
    except (OSError, ValueError, LookupError, TypeError):
        return None


def report(layout: Layout, live: Mapping[str, str] | None) -> list[dict[str, object]]:
    """Return every recorded job as plain values.

    Args:
        layout: of the stack's folder.
        live: Flink's state of each job by id, None when there is nobody to ask.
    """
    return [
        {"name": job.name, "state": state_of(job, live), "job_id": job.job_id, "last_state": job.last_state,
         "wanted": job.wanted, "resumes": job.resumes, "resumed_from": job.resumed_from,
         "problem": job.problem}
        for job in jobs.load_all(layout)
    ]  # fmt: skip


def state_of(job: jobs.Job, live: Mapping[str, str] | None) -> str:
    """Return the state of one job as of now.

    Flink's word where it has one. Else how the job ended; or, of a job that should run, LOST (could not be
    brought back), RESUMING (Flink runs and the job is still to come) or DOWN (Flink does not answer).
    """
    now = (live or {}).get(job.job_id or "")
    if now is not None:
        return now
    if job.last_state in ENDED or job.last_state == LOST:
        return job.last_state
    if job.wanted == jobs.STOPPED:
        return "CANCELED"
    return DOWN if live is None else RESUMING
