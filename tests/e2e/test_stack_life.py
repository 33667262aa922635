"""The local stack comes up, stands beside another one, and leaves nothing behind."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from confluent_kafka.admin import AdminClient  # type: ignore[attr-defined]
from redis import Redis

from groundswell.stack import local, plan, ports
from groundswell.stack.endpoints import Stack
from groundswell.stack.errors import NotRunningError, StartError
from groundswell.stack.layout import Layout
from schemas.topics import topics
from tests.support.stack_talk import eventually, left_running

UP = (sys.executable, "-m", "groundswell.cli", "up")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack that the tests here only look at."""
    with local.running(tmp_path_factory.mktemp("stack")) as running:
        yield running


def test_every_piece_answers(stack: Stack) -> None:
    """Kafka has our topics, Redis writes its file, Flink offers two slots in the planned mode."""
    found = AdminClient({"bootstrap.servers": stack.kafka_bootstrap}).list_topics(timeout=10).topics
    assert {name: len(found[name].partitions) for name in topics()} == {
        name: spec.partitions for name, spec in topics().items()
    }
    with Redis.from_url(stack.redis_url) as redis:
        assert redis.config_get("appendonly") == {"appendonly": "yes"}
    status = local.status(stack.data_dir)
    assert status["phase"] == "ready"
    assert status["execution_mode"] == stack.plan.execution_mode


def test_nothing_listens_beyond_loopback(stack: Stack) -> None:
    """Flink runs code by design, so no port of ours may be reachable from outside."""
    listening = [
        connection.laddr.ip
        for pid in stack.pids.values()
        for connection in psutil.Process(pid).net_connections(kind="tcp")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert len(listening) >= len(plan.PORT_NAMES)
    assert {address.removeprefix("::ffff:") for address in listening} == {ports.LOOPBACK}


def test_a_folder_has_one_stack(stack: Stack) -> None:
    """Starting again returns the running one; holding it a second time is refused."""
    assert local.start(stack.data_dir) == stack
    with pytest.raises(StartError, match="runs already"), local.running(stack.data_dir):
        pass


def test_two_stacks_side_by_side(stack: Stack, tmp_path: Path) -> None:
    """Another folder is another stack; taking it down leaves the first alone."""
    before = stack.pids
    with local.running(tmp_path / "other") as other:
        assert not set(other.plan.ports.values()) & set(stack.plan.ports.values())
        with Redis.from_url(stack.redis_url) as ours, Redis.from_url(other.redis_url) as theirs:
            theirs.set("side", "other")
            assert ours.get("side") is None
    assert left_running(tmp_path / "other") == []
    assert stack.pids == before
    with Redis.from_url(stack.redis_url) as redis:
        assert redis.ping()


def test_up_status_down_by_the_command_line(tmp_path: Path) -> None:
    """`up` returns and leaves the stack running; `down` stops it; the data stays for the next `up`."""
    data = tmp_path / "data"

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "groundswell.cli", *arguments, "--data", str(data), "--json"]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    assert run("status").returncode == 1
    up = run("up")
    assert up.returncode == 0, up.stderr
    first = json.loads(up.stdout)
    assert first["phase"] == "ready"
    with Redis.from_url(first["redis"]) as redis:
        redis.set("kept", "yes")
    assert json.loads(run("down").stdout) == {"stopped": True}
    assert left_running(data) == []
    assert run("status").returncode == 1
    assert json.loads(run("down").stdout) == {"stopped": False}
    with local.running(data) as again:
        assert again.kafka_bootstrap == first["kafka"]
        with Redis.from_url(again.redis_url, decode_responses=True) as redis:
            assert redis.get("kept") == "yes"
    with pytest.raises(NotRunningError, match="start one with `groundswell up`"):
        Stack.load(data)


@pytest.mark.parametrize(
    ("number", "after_s"),
    [(signal.SIGINT, 0.5), (signal.SIGINT, 4.0), (signal.SIGTERM, 2.0), (signal.SIGKILL, 3.0)],
)
def test_an_interrupted_start_leaves_no_process(
    tmp_path: Path, number: signal.Signals, after_s: float
) -> None:
    """Whatever ends `groundswell up` before it is done, even kill -9, ends what it started."""
    data = tmp_path / "data"
    up = subprocess.Popen([*UP, "--data", str(data)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    eventually(Layout.at(data).plan_file.exists, "the plan of the stack")
    time.sleep(after_s)
    assert up.poll() is None
    up.send_signal(number)
    up.communicate(timeout=60)
    assert up.returncode != 0
    eventually(lambda: left_running(data) == [], "every process of the interrupted stack is gone", 30)


def test_a_server_that_cannot_start_takes_the_others_down(tmp_path: Path) -> None:
    """The message names the server and shows the end of its log."""
    data = tmp_path / "data"
    layout = Layout.at(data)
    layout.create()
    (layout.redis / "appendonly.aof").write_bytes(b"this is no append-only file")
    (layout.redis / "appendonlydir").write_bytes(b"nor is this a folder")
    with pytest.raises(StartError, match="redis ended with code 1 while starting"), local.running(data):
        pass
    assert left_running(data) == []
    assert local.status(data)["phase"] == "failed"


def test_a_killed_supervisor_is_cleaned_up_by_the_next_command(tmp_path: Path) -> None:
    """Nobody watches such servers any more: `status` says so, `down` ends them."""
    data = tmp_path / "data"
    stack = local.start(data)
    supervisor = psutil.Process(stack.pids["supervisor"])
    supervisor.kill()
    supervisor.wait(10)
    assert local.status(data)["phase"] == "unsupervised"
    with pytest.raises(NotRunningError):
        Stack.load(data)
    assert local.stop(data)
    assert left_running(data) == []
    assert all(map(ports.is_free, stack.plan.ports.values()))
