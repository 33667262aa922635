"""Producers, registry, the job's sinks and the server against containers: the images of docker-compose.yml.

Inside compose (profile `test`) the addresses come from the environment, and its own job and server are asked.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from groundswell.kafka_read import read_topic
from groundswell.stack import ports
from schemas.codec import decode_value
from schemas.records import ContentChanged, EngagementRecorded
from schemas.registry import open_registry
from tests.support import containers
from tests.support.cli_talk import said, told

INSIDE = os.environ.get("GROUNDSWELL_TEST_KAFKA", "")  # set in compose only
EVENTS = 20_000
_WAIT_S = 240
_PASSWORD = "only-for-this-test"  # noqa: S105
pytestmark = pytest.mark.timeout(600)


@dataclass(frozen=True)
class Services:
    """Where they are; ``redis`` without its password."""

    kafka: str
    redis: str
    registry: str


@pytest.fixture(scope="module")
def services() -> Iterator[Services]:
    """Containers with topics, or those of compose."""
    if INSIDE:
        yield Services(INSIDE, os.environ["GROUNDSWELL_TEST_REDIS"], os.environ["GROUNDSWELL_TEST_REGISTRY"])
        return
    with ExitStack() as running:
        found = Services(
            running.enter_context(containers.kafka()),
            f"redis://{running.enter_context(containers.redis(_PASSWORD))}/0",
            running.enter_context(containers.registry()),
        )
        said("topics", "--bootstrap", found.kafka, "--keep-all", "--wait-s", "120", timeout_s=_WAIT_S)
        _eventually(lambda: httpx.get(f"{found.registry}/subjects").status_code == 200, "the registry")
        yield found


@pytest.fixture(scope="module")
def produced(services: Services) -> dict[str, object]:
    """What the simulator reported of two days of events."""
    return told(
        *("produce", "simulate", "--events", str(EVENTS), "--seed", "5"),
        *("--bootstrap", services.kafka, "--registry", services.registry),
        timeout_s=_WAIT_S,
    )


@pytest.fixture(scope="module")
def server(services: Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The HTTP server, as `groundswell serve` starts it, on what the job writes."""
    if INSIDE:
        yield os.environ["GROUNDSWELL_TEST_SERVING"]
        return
    folder = tmp_path_factory.mktemp("serve")
    password = folder / "password"
    password.write_text(_PASSWORD, encoding="utf-8")
    chosen = ports.choose(["http", "metrics"])
    with ExitStack() as running:
        running.enter_context(_job(services, folder, password))
        command = ["serve", "--port", str(chosen["http"]), "--metrics-port", str(chosen["metrics"])]
        process = subprocess.Popen(
            [sys.executable, "-m", "groundswell.cli", *command, "--redis", services.redis],
            env={**os.environ, "GROUNDSWELL_REDIS_PASSWORD_FILE": str(password)},
        )
        running.callback(process.wait, 20)
        running.callback(process.terminate)
        yield f"http://127.0.0.1:{chosen['http']}"


def _job(services: Services, folder: Path, password: Path) -> ExitStack:
    """Submit the trending job to a cluster from the pip package; it writes into the containers."""
    from tests.support.flink_cluster import PYTHON, running_cluster  # noqa: PLC0415 - compose has no Flink here

    with ExitStack() as running:
        cluster = running.enter_context(running_cluster(folder / "cluster", {}))
        cluster.fresh_task_managers(1)
        said(
            *("submit", "flink_jobs.trending", "--to", cluster.url, "--python", PYTHON, "--"),
            *(f"--kafka-bootstrap={services.kafka}", f"--redis-url={services.redis}"),
            *(f"--redis-password-file={password}", f"--registry-url={services.registry}"),
            *("--execution-mode=thread", "--parallelism=1", "--bounded", "--trend.min-users-out=1"),
            timeout_s=_WAIT_S,
        )
        return running.pop_all()


def test_producers_write_what_the_registry_knows(services: Services, produced: dict[str, object]) -> None:
    """Every event is acknowledged and decodes by the schema that the registry keeps under its id."""
    assert produced["acknowledged"] == produced["produced"] >= EVENTS
    known = open_registry(services.registry)
    assert known.versions("engagement-value")
    kinds = set()
    for topic in ("engagement", "content"):
        for record in read_topic(services.kafka, topic):
            kinds.add(type(decode_value(record.value or b"", known)[1]))
    assert kinds == {EngagementRecorded, ContentChanged}


@pytest.mark.usefixtures("produced")
def test_what_the_job_writes_to_redis_is_served(server: str) -> None:
    """Through a password from a file, on both sides; panes are in Kafka and lists at the server."""
    _eventually(lambda: httpx.get(f"{server}/ready", timeout=5).status_code == 200, "the server")
    _eventually(lambda: _trends(server), "trends at the server")
    topic = str(_trends(server)[0]["topic"])
    told = httpx.get(f"{server}/v1/explain", params={"topic": topic}, timeout=5)
    assert told.status_code == 200
    assert topic in told.json()["sentences"][0]


@pytest.mark.usefixtures("server")
def test_closed_panes_are_in_kafka(services: Services) -> None:
    """The exactly-once sink commits against this broker: a reader of committed records finds panes."""
    _eventually(lambda: any(True for _ in read_topic(services.kafka, "trend.panes")), "panes")


def _trends(server: str) -> list[dict[str, object]]:
    found = httpx.get(f"{server}/v1/trends", timeout=5).json()["trends"]
    assert isinstance(found, list)
    return found


def _eventually(question: object, what: str) -> None:
    assert callable(question)
    deadline_s = time.monotonic() + _WAIT_S
    while True:
        try:
            if question():
                return
        except (httpx.HTTPError, OSError):
            pass
        assert time.monotonic() < deadline_s, f"not within {_WAIT_S} s: {what}"
        time.sleep(0.5)
