"""Every container of the data path crashes while events come in; compose heals and nothing is miscounted."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from groundswell.kafka_read import KafkaReadError
from groundswell.pipeline_health import lags_of
from groundswell.stack.flink_rest import FlinkRest
from schemas.served import KINDS
from tests.support import compose, plain_count
from tests.support.compose import Compose
from tests.support.redis_dump import differences, forget_all, redis_dump
from tests.support.stack_talk import eventually
from tests.support.trend_counts import COUNTED, dead_letters, malformed, panes

EVENTS = 30_000
HOURS = 10
SEED = 11
MALFORMED = 0.01
PRODUCE_S = int(os.environ.get("HEALING_S", "300"))  # events come in for so long
CRASHED = (
    ("kafka", 0),
    ("jobmanager", 0),
    ("taskmanager", 1),
    ("redis", 0),
    ("taskmanager", 0),
    ("zookeeper", 0),
    ("registry", 0),
    ("serving", 0),
)
_HEAL_S = 150
_TIMEOUT_S = 900
_JOB = [
    "--kafka-bootstrap=kafka:9092",
    "--redis-url=redis://redis:6379/0",
    "--redis-password-file=/run/secrets/redis_writer",
    "--registry-url=http://registry:8080/apis/ccompat/v7",
    f"--trend.kinds={','.join(KINDS)}",
    "--trend.views=global,language,region,community,tag",
    "--trend.min-users-out=1",
    "--idle-timeout-ms=0",
    "--out-of-order-ms=120000",
    "--shards=4",
]
_SUBMIT = ["/opt/groundswell/submit.sh", "trending", "flink_jobs.trending", *_JOB]
pytestmark = [
    pytest.mark.timeout(_TIMEOUT_S),
    pytest.mark.skipif("GROUNDSWELL_TEST_KAFKA" in os.environ, reason="inside compose there is no engine"),
]


def test_whatever_crashes_comes_back_and_nothing_is_miscounted(tmp_path: Path) -> None:
    """Counts and dead letters equal the plain count of what was sent; Redis equals an undisturbed run."""
    dump, truth = tmp_path / "events.jsonl", tmp_path / "truth.json"
    with compose.running(tmp_path, {"trending": {"command": _SUBMIT}}) as project:
        with _producing(project, dump, truth) as producer:
            for service, number in CRASHED:
                _wait_for_a_checkpoint(project)
                if service == "kafka":
                    assert producer.poll() is None, "the producer ended before the broker crashed"
                _crash_and_heal(project, service, number)
            report = _report(producer)
        assert report["acknowledged"] == report["produced"] > EVENTS
        _drain(project)
        for kind in COUNTED:
            expected = plain_count.count(plain_count.read_jsonl(dump), kind=kind, in_places=True)
            out, registry = tmp_path / f"{kind}.csv", ("--registry", project.registry)
            assert panes(project.kafka, out, *registry, timeout_s=_HEAL_S, kind=kind) == expected
        assert dead_letters(project.kafka) == malformed(truth) > 0
        disturbed = redis_dump(project.redis)
        served = _served(project)
        assert served
        forget_all(project.redis)
        _count_again(project)
        assert differences(disturbed, redis_dump(project.redis)) == []
        eventually(lambda: _served(project) == served, "the same lists are served after an undisturbed run")


@contextmanager
def _producing(project: Compose, dump: Path, truth: Path) -> Iterator["subprocess.Popen[str]"]:
    """Send simulated events evenly over PRODUCE_S, as long as the block lives."""
    pace = HOURS * 3600 / PRODUCE_S
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "groundswell.cli", "produce", "simulate", "--json"),
            *("--events", str(EVENTS), "--hours", str(HOURS), "--seed", str(SEED)),
            *("--malformed", str(MALFORMED), "--end", "2026-03-01T00:00Z", "--speed", f"{pace:g}"),
            *("--bootstrap", project.kafka, "--registry", project.registry),
            *("--out", str(dump), "--truth", str(truth)),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait(20)


def _report(producer: "subprocess.Popen[str]") -> dict[str, int]:
    """Wait for the producer's end and return what it says of it."""
    said, _ = producer.communicate(timeout=_TIMEOUT_S)
    assert producer.returncode == 0
    return dict(json.loads(said.strip().splitlines()[-1]))


def _crash_and_heal(project: Compose, service: str, number: int) -> None:
    """Crash one container; wait until it is healthy again and the job has taken a checkpoint since."""
    container = project.ids(service)[number]
    before = compose.life(container)
    at_s = time.monotonic()
    compose.crash(container)

    def healed() -> bool:
        time.sleep(0.5)  # each question starts a process
        now = compose.life(container)
        return now.restarts > before.restarts and now.health == "healthy"

    eventually(healed, f"{service} {number + 1} is healthy again", _HEAL_S)
    healthy_s = time.monotonic() - at_s
    _wait_for_a_checkpoint(project)
    whole_s = time.monotonic() - at_s
    print(f"{service} {number + 1}: healthy after {healthy_s:.0f} s, a new checkpoint after {whole_s:.0f} s")  # noqa: T201


def _wait_for_a_checkpoint(project: Compose) -> None:
    """Wait until the job completes a checkpoint that begins from now on; it needs every task and Kafka."""
    rest = FlinkRest(project.url("flink"))
    begun: list[int] = []

    def taken() -> bool:
        try:
            [(job, _, state)] = rest.newest_jobs()
            found = rest.checkpoints(job)
        except (OSError, ValueError):
            return False
        latest = {kind: (one or {}).get("id", 0) for kind, one in found["latest"].items()}
        if not begun:
            begun.append(max([*latest.values(), *(one["id"] for one in found["history"])], default=0))
        return state == "RUNNING" and latest.get("completed", 0) > begun[0]

    eventually(taken, "the job takes a checkpoint", _HEAL_S)


def _drain(project: Compose) -> None:
    """Let the job read all that was sent, then end event time: every pane closes."""

    def read_all() -> bool:
        try:
            return all(lag.records == 0 for lag in lags_of(project.kafka) if lag.topic != "moderation")
        except KafkaReadError:
            return False

    eventually(read_all, "the job has read all events", _HEAL_S)
    rest = FlinkRest(project.url("flink"))
    [(job, _, _)] = rest.newest_jobs()
    trigger = rest.stop_with_savepoint(job, None, drain=True)
    eventually(lambda: rest.savepoint(job, trigger), "the job has written its last panes", _HEAL_S)
    eventually(lambda: rest.state(job) == "FINISHED", "the job is finished", _HEAL_S)


def _count_again(project: Compose) -> None:
    """Let another job count the same events, without trouble."""
    rest = FlinkRest(project.url("flink"))
    known = set(rest.jobs())
    words = (*_SUBMIT, "--bounded", "--transaction-prefix=undisturbed")
    project.run("run", "--rm", "--no-deps", "trending", *words, timeout_s=_HEAL_S)
    [job] = set(rest.jobs()) - known
    eventually(lambda: rest.state(job) == "FINISHED", "the undisturbed job is finished", _HEAL_S)
    assert rest.restored_from(job) is None


def _served(project: Compose) -> list[tuple[str, int]]:
    """Return topics and places as the server tells them."""
    found = httpx.get(f"{project.url('http')}/v1/trends", timeout=5).json()["trends"]
    return [(str(one["topic"]), int(one["position"])) for one in found]
