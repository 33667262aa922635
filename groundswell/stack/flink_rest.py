"""The few questions that we ask Flink's REST interface."""

import json
import re
import urllib.error
import urllib.request
from typing import Any

from groundswell.stack.errors import JobError

# States from which a job does not come back by itself.
ENDED = frozenset({"FINISHED", "CANCELED", "FAILED"})
_TIMEOUT_S = 5.0
_RPC_PORT = re.compile(r":(\d+)/")  # in pekko.tcp://flink@127.0.0.1:37109/user/rpc/taskmanager_0
_MAX_BYTES = 16 << 20  # an answer is never larger; a plan of a big job is the largest


class FlinkRest:
    """A small client. Every call is one request with a timeout of 5 s."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        # Loopback: never through a proxy that the environment may name.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def answers(self) -> bool:
        """Say whether the JobManager is up and leads."""
        try:
            self._call("GET", "/overview")
        except (OSError, ValueError):
            return False
        return True

    def task_managers(self) -> dict[str, int]:
        """Return the RPC port of each registered TaskManager by id; empty while the JobManager is silent."""
        try:
            listed = self._call("GET", "/taskmanagers")["taskmanagers"]
        except (OSError, ValueError):
            return {}
        ports = {str(each["id"]): _RPC_PORT.search(str(each["path"])) for each in listed}
        return {name: int(found.group(1)) for name, found in ports.items() if found}

    def jobs(self) -> dict[str, str]:
        """Return the state of every job by id. Raises OSError when the JobManager does not answer."""
        return {str(job["id"]): str(job["status"]) for job in self._call("GET", "/jobs")["jobs"]}

    def newest_jobs(self) -> list[tuple[str, str, str]]:
        """Return (id, name, state) of the newest job of each name. Raises OSError as `jobs` does.

        A job that Flink calls RUNNING while no task of it has got a slot is told as SCHEDULED.
        """
        listed = sorted(self._call("GET", "/jobs/overview")["jobs"], key=lambda job: int(job["start-time"]))
        newest = {str(job["name"]): (str(job["jid"]), _state(job)) for job in listed}
        return [(job_id, name, state) for name, (job_id, state) in sorted(newest.items())]

    def runs(self, job_id: str | None) -> bool:
        """Say whether the JobManager knows the job and it has not ended. Raises OSError as `jobs` does."""
        return self.jobs().get(job_id or "", "FINISHED") not in ENDED

    def state(self, job_id: str) -> str:
        """Return a job's state, such as RUNNING or FINISHED.

        Raises:
            JobError: when the JobManager knows no such job.
        """
        try:
            return str(self._call("GET", f"/jobs/{job_id}/status")["status"])
        except urllib.error.HTTPError as error:
            raise JobError(f"{self.url} knows no job {job_id} (HTTP {error.code})") from error

    def duration_ms(self, job_id: str) -> int:
        """Return how long a job has run, by Flink's clock; until its end when it has ended."""
        return int(self._call("GET", f"/jobs/{job_id}")["duration"])

    def checkpoints(self, job_id: str) -> dict[str, Any]:
        """Return Flink's checkpoint statistics of a job."""
        return self._call("GET", f"/jobs/{job_id}/checkpoints")

    def restored_from(self, job_id: str) -> str | None:
        """Return the path of the checkpoint that the job started from, None when it has none yet."""
        restored = (self.checkpoints(job_id).get("latest") or {}).get("restored") or {}
        path = restored.get("external_path")
        return str(path) if path else None

    def exceptions(self, job_id: str) -> str:
        """Return the newest root cause of a job's trouble, cut to 2,000 characters; "" when none."""
        entries = self._call("GET", f"/jobs/{job_id}/exceptions")["exceptionHistory"]["entries"]
        return str(entries[0].get("stacktrace", ""))[:2000] if entries else ""

    def cancel(self, job_id: str) -> None:
        """Ask for cancellation; the job ends a moment later."""
        self._call("PATCH", f"/jobs/{job_id}?mode=cancel")

    def stop_with_savepoint(self, job_id: str, folder: str | None, *, drain: bool = False) -> str:
        """Start a stop with savepoint and return the trigger's id for `savepoint`.

        Without a folder the cluster's own is taken (execution.checkpointing.savepoint-dir).
        """
        body: dict[str, object] = {"drain": drain}
        if folder is not None:
            body["targetDirectory"] = folder
        return str(self._call("POST", f"/jobs/{job_id}/stop", body)["request-id"])

    def savepoint(self, job_id: str, trigger: str) -> str | None:
        """Return where a triggered savepoint lies, None while it is being written.

        Raises:
            JobError: when it failed.
        """
        answer = self._call("GET", f"/jobs/{job_id}/savepoints/{trigger}")
        if answer["status"]["id"] != "COMPLETED":
            return None
        operation = answer["operation"]
        if "failure-cause" in operation:
            cause = operation["failure-cause"]
            raise JobError(f"savepoint of job {job_id} failed: {str(cause.get('stack-trace', cause))[:500]}")
        return str(operation["location"])

    def _call(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 - always the http address of our own JobManager
            self.url + path, data=data, method=method, headers={"Content-Type": "application/json"}
        )
        with self._opener.open(request, timeout=_TIMEOUT_S) as answer:
            text = answer.read(_MAX_BYTES)
        decoded = json.loads(text or b"{}")
        if not isinstance(decoded, dict):
            raise TypeError(f"{self.url}{path} answered {type(decoded).__name__}, expected an object")
        return decoded


def _state(job: dict[str, Any]) -> str:
    tasks, state = job.get("tasks") or {}, str(job["state"])
    waits = state == "RUNNING" and not tasks.get("running") and bool(tasks.get("scheduled"))
    return "SCHEDULED" if waits else state
