"""Bring jobs back after the JobManager was lost: from the newest complete checkpoint, never empty."""

import contextlib
import logging
import threading
import time
from pathlib import Path

from groundswell.stack import jobs, submit
from groundswell.stack.checkpoints import MAX_ATTEMPTS, candidates
from groundswell.stack.endpoints import Stack
from groundswell.stack.errors import JobError
from groundswell.stack.flink_rest import ENDED, FlinkRest
from groundswell.stack.plan import Plan

_WATCH_S = 2.0
_RESTORE_TIMEOUT_S = 120.0
_POLL_S = 0.2
_log = logging.getLogger("groundswell.stack.resume")


class Resumer:
    """Watches the states of recorded jobs and resumes the living ones on a new JobManager.

    Submitting takes seconds, so it runs on a thread of its own beside the supervisor's loop.
    """

    def __init__(self, plan: Plan) -> None:
        self.stack = Stack.of(plan)
        self.layout = plan.layout
        self.rest = FlinkRest(self.stack.flink_rest_url)
        self._owed = True  # a new supervisor owes the jobs of an earlier run
        self._next_s = 0.0
        self._thread: threading.Thread | None = None
        self._closed = threading.Event()

    def cluster_lost(self) -> None:
        """Note that the JobManager, and with it every running job, is gone."""
        self._owed = True

    def close(self) -> None:
        """Note the last states and stop waiting for a resume; the client it started ends with the stack."""
        self._closed.set()
        if not self._owed and not self._busy():
            self._note_states()

    def tick(self, now_s: float, *, cluster_ready: bool) -> None:
        """Do what is due: start resuming, or note the states of jobs every two seconds."""
        if not cluster_ready or self._busy():
            return
        if self._owed:
            self._owed = False
            wanted = [job.name for job in jobs.load_all(self.layout) if job.alive()]
            if wanted:
                self._thread = threading.Thread(target=self._resume_all, args=(wanted,), daemon=True)
                self._thread.start()
        elif now_s >= self._next_s:
            self._next_s = now_s + _WATCH_S
            self._note_states()

    def _busy(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def _note_states(self) -> None:
        try:
            seen = self.rest.jobs()
        except OSError:
            return
        changed = [
            job.name
            for job in jobs.load_all(self.layout)
            if seen.get(job.job_id or "", job.last_state) != job.last_state
        ]
        if not changed:
            return
        # A submission holds the lock for seconds; this loop must not wait, the next look is soon.
        with contextlib.suppress(BlockingIOError), jobs.owned(self.layout, wait=False):
            for name in changed:
                job = jobs.load(self.layout, name)
                if job is not None:
                    job.last_state = seen.get(job.job_id or "", job.last_state)
                    jobs.save(self.layout, job)

    def _resume_all(self, names: list[str]) -> None:
        for name in names:
            with jobs.owned(self.layout):
                job = jobs.load(self.layout, name)
                if job is None or not job.alive():
                    continue
                try:
                    if not self.rest.runs(job.job_id):  # a user may have been quicker
                        resume(self.stack, job, self._closed)
                except (JobError, OSError) as error:  # OSError: the JobManager is lost once more
                    job.problem, job.last_state = str(error)[:2000], "LOST"
                    _log.error("job %s was not resumed: %s", name, error)
                jobs.save(self.layout, job)


def resume(stack: Stack, job: jobs.Job, closed: threading.Event) -> None:
    """Submit a lost job from its newest usable snapshot; updates the record in place.

    Raises:
        JobError: when there is no snapshot, its state belongs to another mode, or three of them failed.
    """
    if job.execution_mode != stack.plan.execution_mode:
        raise JobError(
            f"job {job.name!r} kept its state in {job.execution_mode} mode, this stack runs in "
            f"{stack.plan.execution_mode} mode: Flink would restore it empty without a word. Use the Python "
            "that it was started with, or start over with `groundswell up --fresh`."
        )
    layout = stack.plan.layout
    found = candidates(layout.checkpoints, [Path(each) for each in job.savepoints], job.job_ids)
    if not found:
        raise JobError(
            f"job {job.name!r} has no complete checkpoint under {layout.checkpoints} (ids {job.job_ids}); it "
            "is not started empty. Submit it again yourself, or start over with `groundswell up --fresh`."
        )
    reasons: list[str] = []
    for snapshot in found:
        if closed.is_set():
            return
        try:
            job_id = submit.run_client(
                stack, job.module, jobs.concrete(stack, job.arguments), restore_from=snapshot.path
            )
            job.job_ids.append(job_id)
            _await_restored(FlinkRest(stack.flink_rest_url), job_id, snapshot.path, closed)
        except JobError as error:
            _log.warning("job %s: %s did not restore: %s", job.name, snapshot.path, error)
            reasons.append(f"{snapshot.path}: {str(error)[:400]}")
            continue
        job.resumed_from, job.problem, job.last_state = str(snapshot.path), "", "RUNNING"
        job.resumes += 1
        _log.info("job %s resumed as %s from %s", job.name, job_id, snapshot.path)
        return
    raise JobError(
        f"job {job.name!r}: the newest {len(reasons)} of at most {MAX_ATTEMPTS} snapshots failed: {reasons}"
    )


def _await_restored(rest: FlinkRest, job_id: str, wanted: Path, closed: threading.Event) -> None:
    """Wait until the job runs and says itself that it restored the wanted snapshot."""
    deadline_s = time.monotonic() + _RESTORE_TIMEOUT_S
    while not closed.is_set():
        state = rest.state(job_id)
        restored = rest.restored_from(job_id)
        if state == "RUNNING" and restored is not None:
            if Path(restored.removeprefix("file:")).resolve() != wanted.resolve():
                rest.cancel(job_id)
                raise JobError(f"{job_id} restored {restored}, expected {wanted}")
            return
        if state in ENDED or time.monotonic() > deadline_s:
            reason = rest.exceptions(job_id)
            if state not in ENDED:
                rest.cancel(job_id)
            raise JobError(f"{job_id} is {state} and has not restored {wanted}: {reason[:400]}")
        time.sleep(_POLL_S)
