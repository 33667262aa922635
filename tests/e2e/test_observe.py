"""The whole path watched: canaries arrive and leave nothing behind, dashboards and alerts find their data."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import httpx
import msgspec
import pytest
import redis

from groundswell.kafka_read import KafkaRecord, read_topic
from groundswell.stack import local, ports, prometheus_conf
from groundswell.stack.endpoints import Stack
from groundswell.stack.submit import submit
from schemas.codec import decode_value
from schemas.errors import SchemasError
from schemas.records import EngagementRecorded
from schemas.registry import FileRegistry
from schemas.served_canary import CANARY_JOBS
from state.canary import CANARY_ACTOR
from tests.support.dashboards import empty
from tests.support.otlp import Collector, Exported, collecting, tree

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
        collector: Gets the traces of all processes.
    """

    stack: Stack
    api: str
    canary: str
    ports: dict[str, int]
    collector: Collector


@contextmanager
def _process(*words: str, environ: Mapping[str, str] | None = None) -> Iterator[None]:
    process = subprocess.Popen(
        list(words),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **(environ or {})},
    )
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
        collector = running.enter_context(collecting())
        traced = {
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint,
            "OTEL_BSP_SCHEDULE_DELAY": "500",
            "OTEL_TRACES_SAMPLER": "parentbased_always_on",  # events that bring a trace id, too
        }
        where = ("--bootstrap", kafka, "--redis", store)
        serving, canary = str(chosen["serving"]), str(chosen["canary"])
        jobs = [word for job in CANARY_JOBS for word in ("--job", job)]
        for words in (
            ("serve", "--redis", store, "--port", str(chosen["serve"]), "--metrics-port", serving,
             "--log-slates", kafka),
            ("health", "--every", "2", *where, "--flink", stack.flink_rest_url),
            ("canary", *jobs, "--every", "2", "--patience", "180", "--api", api, *where,
             "--metrics-port", canary),
            ("produce", "simulate", "--bootstrap", kafka, "--events", "36000", "--hours", "1", "--users",
             "200", "--malformed", "0.05", "--disorder-ms", "1000", "--speed", "1", "--end", end),
        ):  # fmt: skip
            running.enter_context(_process(*_groundswell(*words), environ=traced))
        yield Watched(stack, api, f"http://127.0.0.1:{chosen['canary']}/metrics", chosen, collector)


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
            if httpx.get(f"http://{address}/-/ready").status_code != HTTPStatus.OK:
                return False  # it listens before it answers queries
            left[:] = empty(f"http://{address}")
        except httpx.TransportError:
            return False
        return not left

    with _process(program, *options, f"--web.listen-address={address}"):
        _until(complete, lambda: left)


def _records(watched: Watched, topic: str) -> dict[str, KafkaRecord]:
    """Return traceparent -> record, of those that are traced."""
    found = read_topic(watched.stack.kafka_bootstrap, topic)
    return {str(dict(one.headers)["traceparent"] or b"", "ascii"): one for one in found if one.headers}


def _trace_id(record: KafkaRecord) -> str:
    """Return what an event says itself of its trace."""
    assert record.value is not None
    _, event = decode_value(record.value, FileRegistry())
    assert isinstance(event, EngagementRecorded)
    return event.trace_id


def _record_of(records: Mapping[str, KafkaRecord], span: Exported) -> KafkaRecord:
    """Return the record whose header names a span."""
    begin = f"00-{span.trace_id}-{span.span_id}-0"
    return next(record for header, record in records.items() if header.startswith(begin))


def _asked(spans: Sequence[Exported], name: str = "GET") -> int:
    return sum(one.name == name for one in spans)


@pytest.mark.timeout(_TIMEOUT_S)
def test_one_trace_follows_a_canary_from_kafka_through_both_jobs_to_the_api(
    watched: Watched, tmp_path: Path
) -> None:
    """Each process exports its part; the record in Kafka and the event in it name the same trace."""
    canary, server = "canary", "GET /v1/canary"
    stages = {f"{job} {stage}" for job in CANARY_JOBS for stage in ("redis", "api")}

    def whole() -> list[Exported]:
        spans = watched.collector.spans
        roots = [one for one in spans if one.name == canary and not one.error]
        traces = (watched.collector.trace(one.trace_id) for one in reversed(roots))
        return next(
            (one for one in traces if _asked(one) == _asked(one, server) == _asked(one, "redis") > 0), []
        )

    _until(lambda: bool(whole()), lambda: [tree([one]) for one in watched.collector.spans[-20:]])
    spans = whole()
    (tmp_path / "trace.txt").write_text(tree(spans))  # as the docs show it
    by_name = {one.name: one for one in spans}
    root, send, api = by_name[canary], by_name["send engagement"], by_name[server]
    assert {one.name for one in spans if one.parent_id == root.span_id} == {"send engagement", "GET", *stages}
    assert by_name["GET"].span_id == api.parent_id
    assert by_name["redis"].parent_id == api.span_id
    assert {one.service for one in spans} == {"groundswell-canary", "groundswell-api"}
    for job in CANARY_JOBS:
        redis_at, api_at = by_name[f"{job} redis"], by_name[f"{job} api"]
        assert root.start_ns <= send.end_ns == redis_at.start_ns < redis_at.end_ns <= root.end_ns
        assert api_at.start_ns in {send.end_ns, redis_at.end_ns}
        assert api_at.start_ns <= api_at.end_ns <= root.end_ns
    record = _record_of(_records(watched, "engagement"), send)
    assert _trace_id(record) == root.trace_id
    assert record.timestamp_ms * 1_000_000 == root.start_ns


@pytest.mark.timeout(_TIMEOUT_S)
def test_traces_that_others_began_go_on_in_events_and_decisions(watched: Watched, tmp_path: Path) -> None:
    """An event's own trace id is its record's; the decision about a feed carries the trace of who asked."""
    trace_id = "0af7651916cd43dd8448eb211c80319c"
    asked = {"traceparent": f"00-{trace_id}-b7ad6b7169203331-01"}
    _until(lambda: httpx.get(f"{watched.api}/ready").status_code == 200, lambda: "not ready")
    assert httpx.get(f"{watched.api}/v1/feed/u0000000001", headers=asked).status_code == 200
    _until(
        lambda: "send slate" in {one.name for one in watched.collector.trace(trace_id)}, lambda: "no slate"
    )
    (tmp_path / "trace.txt").write_text(tree(watched.collector.trace(trace_id)))
    decision = next(one for one in watched.collector.trace(trace_id) if one.name == "send slate")
    assert _record_of(_records(watched, "slate"), decision).key == b"u0000000001"
    told: dict[str, str] = {}

    def some() -> bool:
        records = _records(watched, "engagement")
        for one in [one for one in watched.collector.spans if one.name == "create engagement"]:
            with suppress(SchemasError, StopIteration):  # broken on purpose, or not there yet
                told[one.trace_id] = _trace_id(_record_of(records, one))
        return len(told) > 2

    _until(some, lambda: told)
    assert all(of_span == of_event for of_span, of_event in told.items())
    people = [one for one in watched.collector.spans if "u00000" in str(one)]
    assert people == []
