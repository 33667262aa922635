"""A job and our commands reach a broker that asks who is there, and tell nobody the password."""

import urllib.request
from functools import partial
from pathlib import Path

import pytest
from typer.testing import CliRunner

from groundswell.cli import app, load_verbs
from groundswell.stack import local
from groundswell.stack.submit import submit
from schemas.kafka_access import ENV
from tests.support import plain_count
from tests.support.cli_talk import said, told
from tests.support.job_run import wait_until_finished
from tests.support.secured_kafka import PASSWORD, secured_kafka
from tests.support.trend_counts import panes

EVENTS = 5_000
_TIMEOUT_S = 600
_told = partial(told, timeout_s=_TIMEOUT_S)


@pytest.mark.timeout(_TIMEOUT_S)
def test_a_broker_with_tls_and_users_is_used_and_no_secret_leaves_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counts are right with both sides' certificates and SCRAM; plan, settings and logs hold no password."""
    dump = tmp_path / "events.jsonl"
    with (
        local.running(tmp_path / "stack", fresh=True) as stack,
        secured_kafka(stack, tmp_path / "secured") as broker,
    ):
        monkeypatch.setenv(ENV, str(broker.properties))
        said("topics", "--keep-all", "--bootstrap", broker.bootstrap, timeout_s=_TIMEOUT_S)
        sent = _told(
            *("produce", "simulate", "--events", str(EVENTS), "--hours", "2", "--end", "2026-03-01T00:00Z"),
            *("--no-plants", "--bootstrap", broker.bootstrap, "--out", str(dump)),
        )
        assert sent["acknowledged"] == sent["produced"]
        job = submit(
            stack,
            "flink_jobs.trending",
            [
                f"--kafka-bootstrap={broker.bootstrap}",
                f"--kafka-properties-file={broker.properties}",
                f"--redis-url={stack.redis_url}",
                f"--execution-mode={stack.plan.execution_mode}",
                "--parallelism=1",
                "--trend.views=global,language,region,community,tag",
                "--trend.min-users-out=1",
                "--bounded",
                "--idle-timeout-ms=0",
            ],
            "trending",
        )
        wait_until_finished(stack, job, _TIMEOUT_S)
        counted = panes(broker.bootstrap, tmp_path / "panes.csv", timeout_s=_TIMEOUT_S)
        assert counted == plain_count.count(plain_count.read_jsonl(dump), in_places=True)
        assert _told("trends", "--redis", stack.redis_url, "--no-fill")["trends"]
        asked = [
            _get(f"{stack.flink_rest_url}/jobs/{job}/{what}") for what in ("plan", "config", "exceptions")
        ]
        assert not [text for text in asked if PASSWORD in text]
        monkeypatch.setenv(ENV, str(broker.wrong))
        load_verbs(app)
        refused = CliRunner().invoke(app, ["panes", "--bootstrap", broker.bootstrap, "--out", "x.csv"])
        assert refused.exit_code == 1
        assert "uthentication failed" in refused.output
    holding = [str(file) for file in _files(tmp_path / "stack") if PASSWORD.encode() in file.read_bytes()]
    assert holding == []


def _get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - our own cluster
        return str(answer.read().decode())


def _files(folder: Path) -> list[Path]:
    """Return what the stack left: logs, and what was submitted."""
    files = [file for file in folder.rglob("*") if file.is_file() and not file.is_symlink()]
    assert {"logs", "jobs"} <= {file.parent.name for file in files}
    return files
