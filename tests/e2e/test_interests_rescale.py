"""One subtask, two, one again, over savepoints: labels, interests and heads are those of one alone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import redis

from flink_jobs.interests.options import InterestsOptions
from groundswell.kafka_read import read_topic
from groundswell.stack import local
from groundswell.stack.endpoints import Stack
from groundswell.stack.submit import stop_with_savepoint, submit
from schemas.codec import decode_value
from schemas.records import InterestExampleJoined
from schemas.registry import FileRegistry
from schemas.served_interests import PREFIX, head_key, of_model
from state.interest_turn import MODEL
from state.model_entry import ModelEntry
from tests.support.redis_dump import Value, differences, redis_dump
from tests.support.stack_talk import eventually

EVENTS = int(os.environ.get("RESCALE_EVENTS", "2500"))  # of each two hours
_ENDS = ("2026-03-01T00:00Z", "2026-03-01T02:00Z", "2026-03-01T04:00Z", "2026-03-01T06:00Z")
_END_MS = 1_772_344_800_000  # the last of them
_SUBTASKS = (1, 2, 1)
_MODEL = ModelEntry("rescaled")
_TIMEOUT_S = 1200
_JOB = "interests-rescaled"


def _command(*words: str) -> None:
    subprocess.run([sys.executable, "-m", "groundswell.cli", *words], check=True, timeout=120)


def _produce(stack: Stack, part: int) -> None:
    """Send two hours of deeds."""
    _command(
        *("produce", "simulate", "--events", str(EVENTS), "--hours", "2", "--users", "200", "--no-plants"),
        *("--seed", str(part + 1), "--end", _ENDS[part], "--bootstrap", stack.kafka_bootstrap),
    )


def _submit(stack: Stack, subtasks: int, name: str, model: str = "", savepoint: Path | None = None) -> None:
    submit(
        stack,
        "flink_jobs.interests",
        [
            f"--kafka-bootstrap={stack.kafka_bootstrap}",
            f"--redis-url={stack.redis_url}",
            f"--execution-mode={stack.plan.execution_mode}",
            *(f"--parallelism={subtasks}", "--idle-timeout-ms=0", "--out-of-order-ms=60000"),
            f"--model-name={model}",
        ],
        name,
        restore_from=savepoint,
    )


def _served(stack: Stack, model: str) -> dict[str, Value]:
    """Return what is served of a model, by the keys of the job without a name."""
    dump, kinds = redis_dump(stack.redis_url), ("int:", "itm:", "head:")
    start = len(of_model(PREFIX, model)) + 1
    return {
        f"{PREFIX}:{key[start:]}": value
        for key, value in dump.items()
        if key.startswith(f"{of_model(PREFIX, model)}:") and key[start:].startswith(kinds)
    }


def _examples(stack: Stack, model: str) -> list[tuple[object, ...]]:
    """Return the last change of each example: the broker compacts the others away whenever it likes."""
    registry, found = FileRegistry(), []
    last = {record.key: record for record in read_topic(stack.kafka_bootstrap, "interest.examples")}
    for record in last.values():
        _, one = decode_value(record.value or b"", registry)
        assert isinstance(one, InterestExampleJoined)
        if one.model == model:
            found.append((one.event_id, one.source_ms, one.kind, one.label, one.p, tuple(one.features)))
    return sorted(found, key=lambda one: one[:3])  # type: ignore[return-value]


@pytest.mark.timeout(_TIMEOUT_S)
def test_heads_and_people_survive_rescaling(tmp_path: Path) -> None:
    """A head belongs to a shard of people, not to a subtask: it moves with them, bit by bit."""
    with local.running(tmp_path / "stack", fresh=True) as stack:
        _command("models", "create", _MODEL.name, "--redis", stack.redis_url)
        savepoint = None
        for part, subtasks in enumerate(_SUBTASKS):
            before = len(_served(stack, _MODEL.tag))
            _produce(stack, part)
            _submit(stack, subtasks, _JOB, _MODEL.name, savepoint)
            if part + 1 < len(_SUBTASKS):
                eventually(lambda n=before: len(_served(stack, _MODEL.tag)) > n, "more is served", 300)
                savepoint = stop_with_savepoint(stack, _JOB)
        _produce(stack, len(_SUBTASKS))
        _submit(stack, 1, "interests-alone")
        eventually(lambda: _end_is_served(stack, _MODEL.tag), "the rescaled job is at the end", 480)
        eventually(lambda: _end_is_served(stack, ""), "the other job is at the end", 480)
        eventually(lambda: not _differ(stack), "both serve the same", 240)
        for name in (_JOB, "interests-alone"):
            stop_with_savepoint(stack, name)  # closes its transactions
        assert _differ(stack) == []
        one = _served(stack, "")
        assert len([key for key in one if ":head:" in key]) == InterestsOptions().shards
        alone, rescaled = _examples(stack, MODEL), _examples(stack, _MODEL.tag)
        assert rescaled == alone
        assert len(alone) > EVENTS / 4


def _differ(stack: Stack) -> list[str]:
    return differences(_served(stack, ""), _served(stack, _MODEL.tag))


def _end_is_served(stack: Stack, model: str) -> bool:
    """Say whether every shard of people has served a head of the last half hour."""
    with redis.Redis.from_url(stack.redis_url, protocol=2) as client:
        heads = [client.hget(head_key(shard, model), "_v") for shard in range(InterestsOptions().shards)]
    return all(int(raw or 0) >= _END_MS - 1_800_000 for raw in heads)
