"""Our wheel on another cluster: submitted, upgraded, rolled back; the answers are those of one run.

The cluster's Python knows nothing of us, so whatever runs there came with the wheel.
"""

from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest
import redis

from groundswell.stack import local
from groundswell.stack.endpoints import Stack
from schemas.served import as_of_key
from tests.support.cli_talk import told
from tests.support.flink_cluster import PYTHON, FlinkCluster, running_cluster
from tests.support.redis_dump import differences, redis_dump
from tests.support.redis_server import running_redis
from tests.support.stack_talk import eventually
from tests.support.wheels import WITNESS, wheel

EVENTS = 1_500  # of each two hours
_ENDS = ("2026-03-01T02:00Z", "2026-03-01T04:00Z", "2026-03-01T06:00Z")
_END_MS = 1_772_344_800_000  # the last of them
_WAIT_S = 300
_OLD, _NEW = "0.1.0", "0.2.0"
_TIMEOUT_S = 1500  # five minutes at a load of 6 to 10, 300 s of processor time
_told = partial(told, timeout_s=_WAIT_S)


def _produce(stack: Stack, part: int) -> None:
    """Send two hours of deeds."""
    _told(
        *("produce", "simulate", "--events", str(EVENTS), "--hours", "2", "--users", "200", "--no-plants"),
        *("--seed", str(part + 1), "--end", _ENDS[part], "--bootstrap", stack.kafka_bootstrap),
    )


def _options(stack: Stack, redis_url: str, mode: str, prefix: str) -> list[str]:
    return [
        f"--kafka-bootstrap={stack.kafka_bootstrap}",
        f"--redis-url={redis_url}",
        f"--execution-mode={mode}",
        f"--transaction-prefix={prefix}",
        f"--group-id={prefix}",
        *("--parallelism=1", "--shards=4", "--idle-timeout-ms=0", "--trend.min-users-out=1"),
    ]


def _served_until(redis_url: str, at_ms: int) -> bool:
    """Say whether panes are served up to a moment; the newest close only behind later events."""
    with redis.Redis.from_url(redis_url, protocol=2) as client:
        return int(client.hget(as_of_key("global"), "_v") or 0) >= at_ms - 900_000


@pytest.mark.timeout(_TIMEOUT_S)
def test_a_wheel_is_submitted_upgraded_and_rolled_back(tmp_path: Path) -> None:
    """Stop with a savepoint, go on with newer code, go back to the older savepoint with the older code.

    A second job, by `flink run` in process mode, is never disturbed and serves the same. The stack is
    fresh: events of others would have times that make all of these late.
    """
    wheels = {
        version: wheel(tmp_path / version, version, "flink_jobs/trending/operators.py")
        for version in (_OLD, _NEW)
    }
    witness = tmp_path / "witness"
    for name in ("moved", "alone"):
        (tmp_path / name).mkdir()
    with (
        local.running(tmp_path / "stack", fresh=True) as stack,
        running_redis(tmp_path / "moved") as moved,
        running_redis(tmp_path / "alone") as alone,
        running_cluster(tmp_path / "cluster", {WITNESS: str(witness)}) as cluster,
    ):
        options = _options(stack, moved, "thread", "moved")
        savepoints: list[str] = []
        for part, (version, start) in enumerate(((_OLD, None), (_NEW, 0), (_OLD, 0))):
            # The runbook's step, thread mode keeps what it imported; the last round has a second job.
            cluster.fresh_task_managers(1 if part < 2 else 2)
            witness.write_text("", encoding="utf-8")
            _produce(stack, part)
            _submit(cluster, wheels[version], options, savepoints[start] if start is not None else "")
            eventually(lambda n=part: _served_until(moved, _END_MS - (2 - n) * 7_200_000), "served", _WAIT_S)
            assert set(witness.read_text("utf-8").split()) == {version}
            if part < 2:
                stopped = _told("stop", "trending", "--to", cluster.url)
                savepoints.append(str(stopped["savepoint"]))
        cluster.run_client(
            *("run", "-d", "-m", cluster.url.removeprefix("http://"), "-pyexec", PYTHON),
            *("-pyclientexec", PYTHON, "-pyfs", str(wheels[_OLD]), "-pym", "flink_jobs.trending"),
            *_options(stack, alone, "process", "alone"),
        )
        eventually(lambda: _served_until(alone, _END_MS), "the undisturbed job is at the end", _WAIT_S)
        eventually(lambda: not differences(redis_dump(moved), redis_dump(alone)), "both serve the same", 60)
        assert len(redis_dump(alone)) > 100
        assert all(one != other for one, other in pairwise(savepoints))


def _submit(cluster: FlinkCluster, code: Path, options: list[str], savepoint: str) -> None:
    start = ["--savepoint", savepoint] if savepoint else []
    where = ("--to", cluster.url, "--wheel", str(code), "--python", PYTHON)
    _told("submit", "flink_jobs.trending", *where, *start, "--", *options)
