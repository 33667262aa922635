"""`groundswell status` tells the state of each job, whoever is there to be asked."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from groundswell.cli import app, load_verbs
from groundswell.stack import jobs, local
from groundswell.stack.job_report import ask, report, state_of
from groundswell.stack.layout import Layout


def a_job(last_state: str = "RUNNING", wanted: str = jobs.RUNNING, **more: object) -> jobs.Job:
    """Return a job whose newest id is `new`."""
    told: dict[str, object] = {"name": "trending", "module": "m", "arguments": [], "execution_mode": "thread"}
    told |= {"job_ids": ["old", "new"], "last_state": last_state, "wanted": wanted, **more}
    return jobs.Job(**told)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("job", "live", "state"),
    [
        (a_job("CREATED"), {"new": "RUNNING", "old": "FAILED"}, "RUNNING"),
        (a_job(), {"new": "RESTARTING"}, "RESTARTING"),
        (a_job(), {"old": "RUNNING"}, "RESUMING"),
        (a_job(), {}, "RESUMING"),
        (a_job(), None, "DOWN"),
        (a_job("FINISHED"), None, "FINISHED"),
        (a_job("LOST"), {}, "LOST"),
        (a_job(wanted=jobs.STOPPED), None, "CANCELED"),
        (a_job(wanted=jobs.STOPPED), {"new": "CANCELLING"}, "CANCELLING"),
    ],
)
def test_the_state_is_that_of_now(job: jobs.Job, live: dict[str, str] | None, state: str) -> None:
    """Flink's word first; a record alone never says that a job runs."""
    assert state_of(job, live) == state


def test_a_silent_job_manager_is_no_error() -> None:
    """Nobody listens on that port."""
    assert ask("http://127.0.0.1:1") is None


def test_status_shows_state_resumes_and_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line for each job, and more only when there is something to say."""
    layout = Layout.at(tmp_path)
    jobs.save(layout, a_job())
    jobs.save(layout, a_job("LOST", name="other", resumes=2, resumed_from="/chk-7", problem="no checkpoint"))
    told = {"phase": "ready", "data_dir": "d", "pieces": {}, "jobs": report(layout, {"new": "RUNNING"})}
    monkeypatch.setattr(local, "status", lambda _data: told)
    if not app.registered_commands:
        load_verbs(app)
    shown = CliRunner().invoke(app, ["status"]).stdout
    assert shown.splitlines()[1:] == [
        "  job other      RUNNING   new",
        "    resumed 2 times, last from /chk-7",
        "    no checkpoint",
        "  job trending   RUNNING   new",
    ]
