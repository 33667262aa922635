"""The whole path watched: canaries arrive and leave nothing behind, dashboards and alerts find their data."""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import msgspec
import pytest
import redis

from groundswell.stack import local, ports, prometheus_conf
from groundswell.stack.endpoints import Stack
from groundswell.stack.submit import submit
from schemas.served_canary import CANARY_JOBS
from state.canary import CANARY_ACTOR
from tests.support.dashboards import empty

_TIMEOUT_S = 1200
_PATIENCE_S = 300
_OFTEN = (  # everything happens soon: short panes, small blocks of labels
    ("flink_jobs.trending", ("--trend.burst.pane-ms=10000", "--trend.views=global", "--trend.kinds=tag")),
    ("flink_jobs.interests", ("--join.window-ms=60000", "--drift.block-labels=20")),
)


@dataclass
class Watched:
    """A stack with live events and everything that watches it.

    Attributes:
        stack: The stack.
        api: http://host:port of the server.
        canary: Address of the canary's metrics.
        ports: By name.
    """

    stack: Stack
    api: str
    canary: str
    ports: dict[str, int]


@contextmanager
def _process(*words: str) -> Iterator[None]:
    process = subprocess.Popen(list(words), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


def _groundswell(*words: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "groundswell.cli", *words)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000  # noqa: TID251 - events of now, seen now


def _until(found: Callable[[], bool], what: Callable[[], object]) -> None:
    deadline_s = time.monotonic() + _PATIENCE_S
    while not found():
        assert time.monotonic() < deadline_s, f"not within {_PATIENCE_S} s: {what()}"
        time.sleep(1)


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """One stack of its own: its events are of now, and its topics hold nothing older."""
    folder = tmp_path_factory.mktemp("observe")
    with ExitStack() as running:
        stack = running.enter_context(local.running(folder, fresh=True, metrics=True))
        kafka, store = stack.kafka_bootstrap, stack.redis_url
        for module, settings in _OFTEN:
            usual = (
                f"--kafka-bootstrap={kafka}", f"--redis-url={store}", "--parallelism=1",
                f"--execution-mode={stack.plan.execution_mode}", "--out-of-order-ms=15000",
                "--idle-timeout-ms=3000",
            )  # fmt: skip
            submit(stack, module, [*usual, *settings], module.rpartition(".")[2])
        chosen = ports.choose(("serve", "serving", "canary", "prometheus"))
        api = f"http://127.0.0.1:{chosen['serve']}"
        # The first simulated event leaves at once and should be of about now, as canaries are: what lies
        # further apart than the jobs wait for is late.
        end = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(_now_ms() / 1000 + 3_610))
        where = ("--bootstrap", kafka, "--redis", store)
        serving, canary = str(chosen["serving"]), str(chosen["canary"])
        jobs = [word for job in CANARY_JOBS for word in ("--job", job)]
        for words in (
            ("serve", "--redis", store, "--port", str(chosen["serve"]), "--metrics-port", serving),
            ("health", "--every", "2", *where, "--flink", stack.flink_rest_url),
            ("canary", *jobs, "--every", "2", "--patience", "180", "--api", api, *where,
             "--metrics-port", canary),
            ("produce", "simulate", "--bootstrap", kafka, "--events", "36000", "--hours", "1", "--users",
             "200", "--malformed", "0.05", "--disorder-ms", "1000", "--speed", "1", "--end", end),
        ):  # fmt: skip
            running.enter_context(_process(*_groundswell(*words)))
        yield Watched(stack, api, f"http://127.0.0.1:{chosen['canary']}/metrics", chosen)


def _seen(watched: Watched) -> dict[str, float]:
    """Return how many canaries were seen, by job and stage."""
    try:
        text = httpx.get(watched.canary).text
    except httpx.TransportError:
        return {}
    start = "groundswell_canary_lag_seconds_count"
    lines = [line.removeprefix(start).split() for line in text.splitlines() if line.startswith(start)]
    return {labels: float(value) for labels, value in lines}


@pytest.mark.timeout(_TIMEOUT_S)
def test_canaries_come_through_both_jobs_and_leave_nothing_behind(watched: Watched) -> None:
    """Redis and the API have them; no key names their actor, which is also their item and topic."""
    _until(lambda: len(_seen(watched)) == 4 and min(_seen(watched).values()) >= 3, lambda: _seen(watched))
    with redis.Redis.from_url(watched.stack.redis_url, protocol=2) as client:
        _until(lambda: client.exists("groundswell:v1:trend:{tag|global}:asof") == 1, lambda: "no list")
        _until(
            lambda: next(client.scan_iter(match="groundswell:v1:int:*"), None) is not None, lambda: "nobody"
        )
        assert list(client.scan_iter(match=f"*{CANARY_ACTOR}*", count=10_000)) == []
    found = httpx.get(f"{watched.api}/v1/canary").json()
    now_ms = _now_ms()
    assert all(now_ms - 60_000 < at_ms <= now_ms for at_ms in found.values())


@pytest.mark.timeout(_TIMEOUT_S)
def test_every_query_of_dashboards_and_alerts_returns_data(watched: Watched, tmp_path: Path) -> None:
    """On the real Prometheus, with the configuration that `groundswell up --metrics` writes."""
    program = shutil.which("prometheus")
    if program is None:
        pytest.skip("needs prometheus (Debian: apt install prometheus)")
    config = tmp_path / "prometheus.yml"
    document = prometheus_conf.document(watched.stack.plan, watched.ports["serving"], watched.ports["canary"])
    config.write_bytes(msgspec.json.encode(document))
    address = f"127.0.0.1:{watched.ports['prometheus']}"
    options = (f"--config.file={config}", f"--storage.tsdb.path={tmp_path / 'tsdb'}")
    left: list[str] = ["nothing was asked yet"]

    def complete() -> bool:
        try:
            httpx.get(f"{watched.api}/v1/feed/u0000000001")
            left[:] = empty(f"http://{address}")
        except httpx.TransportError:
            return False
        return not left

    with _process(program, *options, f"--web.listen-address={address}"):
        _until(complete, lambda: left)
