"""Traces as a collector gets them: the server's own process, a real Redis, OTLP over HTTP on loopback."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from support.otlp import collecting
from support.redis_server import running_redis
from support.stack_talk import eventually

from groundswell.stack import ports

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
SERVER, CLIENT = 2, 3  # kinds of spans as OTLP numbers them


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis for this file."""
    with running_redis(tmp_path_factory.mktemp("redis")) as url:
        yield url


@contextmanager
def _serving(redis_url: str, environ: Mapping[str, str], log: Path) -> Iterator[str]:
    """Run `groundswell serve` and give its address; then end it as an operator does, and wait for it."""
    chosen = ports.choose(("serve", "metrics"))
    words = ("serve", "--redis", redis_url, "--port", str(chosen["serve"]))
    metrics = ("--metrics-port", str(chosen["metrics"]))
    base = f"http://127.0.0.1:{chosen['serve']}"
    with log.open("wb") as lines:
        process = subprocess.Popen(
            [sys.executable, "-m", "groundswell.cli", *words, *metrics],
            env={**os.environ, **environ},
            stderr=lines,
        )
        try:
            eventually(lambda: _ready(base), "the server is ready")
            yield base
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def _ready(base: str) -> bool:
    try:
        return httpx.get(f"{base}/ready").status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def test_a_request_arrives_at_the_collector_also_when_the_server_ends_at_once(
    redis_url: str, tmp_path: Path
) -> None:
    """The caller's trace goes on, stages hold their round trips to Redis, and nothing names the person."""
    with collecting() as collector:
        environ = {
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint,
            "OTEL_BSP_SCHEDULE_DELAY": "600000",  # nothing leaves before the end
            "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment.name=test",
        }
        with _serving(redis_url, environ, tmp_path / "log") as base:
            asked = {"traceparent": f"00-{TRACE}-{PARENT}-01"}
            assert httpx.get(f"{base}/v1/feed/somebody", headers=asked).status_code == 200
            assert collector.spans == []
    spans = {one.name: one for one in collector.trace(TRACE)}
    server, stage = spans["GET /v1/feed/{user}"], spans["feed person"]
    redis = next(one for one in collector.trace(TRACE) if one.parent_id == stage.span_id)
    assert (server.service, server.kind, server.parent_id) == ("groundswell-api", SERVER, PARENT)
    assert stage.parent_id == server.span_id
    assert (redis.name, redis.kind) == ("redis", CLIENT)
    assert redis.attributes["db.system.name"] == "redis"
    assert stage.start_ns <= redis.start_ns <= redis.end_ns <= server.end_ns
    assert [one for one in collector.spans if "somebody" in str(one)] == []


def test_a_collector_that_is_away_hurts_nobody(redis_url: str, tmp_path: Path) -> None:
    """Requests are answered as ever, the log says it, and the server ends when it is told to."""
    address = f"http://127.0.0.1:{ports.choose(('nobody',))['nobody']}"
    environ = {"OTEL_EXPORTER_OTLP_ENDPOINT": address, "OTEL_BSP_SCHEDULE_DELAY": "50"}
    log = tmp_path / "log"
    with _serving(redis_url, environ, log) as base:
        for _ in range(5):
            assert httpx.get(f"{base}/v1/feed/somebody").status_code == 200
        eventually(lambda: "opentelemetry" in log.read_text(), "a warning")
    assert "somebody" not in log.read_text()
