"""Labels and interests are the same whatever dies in between, and the labels are those of a plain look."""

import json
import os
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import pytest
import redis

from groundswell.kafka_read import read_from
from groundswell.stack import local
from groundswell.stack.endpoints import Stack
from groundswell.stack.submit import submit
from schemas.codec import decode_value
from schemas.records import InterestExampleJoined
from schemas.registry import FileRegistry
from state.outcome_join import JOINED_ACTIONS, Deed, JoinConfig
from tests.support.cli_talk import told
from tests.support.job_run import SMALL_BUFFERS, kill_after_a_checkpoint, wait_until_finished
from tests.support.plain_join import final_labels
from tests.support.redis_dump import differences, forget_all, redis_dump

EVENTS = int(os.environ.get("EXACT_EVENTS", "30000"))
MALFORMED = DUPLICATES = 0.01
FORGOTTEN, FORGOTTEN_AT_MS = "u0000000007", 1_772_319_600_000  # an hour before the end
_TIMEOUT_S = 1200
_told = partial(told, timeout_s=_TIMEOUT_S)


def _submit(stack: Stack, name: str) -> str:
    return submit(
        stack,
        "flink_jobs.interests",
        [
            f"--kafka-bootstrap={stack.kafka_bootstrap}",
            f"--redis-url={stack.redis_url}",
            f"--execution-mode={stack.plan.execution_mode}",
            f"--parallelism={stack.plan.task_managers}",
            "--bounded",
            "--idle-timeout-ms=0",
            "--out-of-order-ms=60000",
            "--late-ms=0",  # what is late is taken as of a moment that no two runs share
            "--join.most-kept=10000",
            "--batch-rows=2000",
            f"--transaction-prefix={name}",
        ],
        name,
    )


def _examples(stack: Stack, ends: dict[int, int]) -> list[InterestExampleJoined]:
    """Return the last change of each example: the broker compacts the others away whenever it likes.

    Args:
        stack: Where to read.
        ends: Partition -> offset to read from, nothing for all; moved to the end.
    """
    registry, found, last = FileRegistry(), [], {}
    for record in read_from(stack.kafka_bootstrap, "interest.examples", dict(ends)):
        ends[record.partition] = record.offset + 1
        last[record.key] = record
    for record in last.values():
        _, example = decode_value(record.value or b"", registry)
        assert isinstance(example, InterestExampleJoined)
        found.append(example)
    return sorted(found, key=lambda one: (one.event_id, one.source_ms, one.kind))


def _last_labels(examples: Iterable[InterestExampleJoined]) -> dict[str, int]:
    """Return the label of each example in the end; in order of time, since kinds change it."""
    labels: dict[str, int] = {}
    for one in sorted(examples, key=lambda one: one.source_ms):
        if one.kind == "undo":
            labels.pop(one.event_id, None)
        else:
            labels[one.event_id] = one.label
    return labels


def _plain_labels(dump: Path) -> dict[str, int]:
    """Return the last label of everything shown, from the file of events."""
    people: dict[str, list[Deed]] = {}
    with dump.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if row["event"] != "engagement" or row["action"] not in JOINED_ACTIONS:
                continue
            position = row.get("position")
            deed = Deed(
                user=row["actor_id"],
                at_ms=row["source_ms"],
                event_id=row["event_id"],
                action=row["action"],
                item=row["item_id"],
                decision=row.get("decision_id") or "",
                position=-1 if position is None else position,
                value=row.get("value") or 0.0,
            )
            people.setdefault(deed.user, []).append(deed)
    labels: dict[str, int | None] = {}
    for user, deeds in people.items():
        if user != FORGOTTEN:
            labels |= final_labels(JoinConfig(), deeds)
    return {key: label for key, label in labels.items() if label is not None}


@pytest.mark.timeout(_TIMEOUT_S)
def test_labels_and_interests_survive_a_kill(tmp_path: Path) -> None:
    """Examples, features, interests, items and heads equal those of a second job that nobody disturbs."""
    dump, truth = tmp_path / "events.jsonl", tmp_path / "truth.json"
    ends: dict[int, int] = {}
    with local.running(tmp_path / "stack", fresh=True, flink=SMALL_BUFFERS) as stack:
        _told(
            "produce", "simulate",
            *("--events", str(EVENTS), "--hours", "6", "--users", "3000", "--no-plants"),
            *("--malformed", str(MALFORMED), "--duplicates", str(DUPLICATES)),
            *("--end", "2026-03-01T00:00Z", "--bootstrap", stack.kafka_bootstrap),
            *("--truth", str(truth), "--out", str(dump)),
        )  # fmt: skip
        _told("forget", FORGOTTEN, "--at-ms", str(FORGOTTEN_AT_MS), "--bootstrap", stack.kafka_bootstrap)
        job = _submit(stack, "killed")
        kill_after_a_checkpoint(stack, job, _TIMEOUT_S)
        assert wait_until_finished(stack, job, _TIMEOUT_S) > 0
        disturbed, served = _examples(stack, ends), redis_dump(stack.redis_url)
        _nothing_before_the_request_is_served(stack)
        forget_all(stack.redis_url)
        assert wait_until_finished(stack, _submit(stack, "undisturbed"), _TIMEOUT_S) == 0
        assert _examples(stack, ends) == disturbed
        assert differences(served, redis_dump(stack.redis_url)) == []
    labels = _last_labels(one for one in disturbed if one.actor_id != FORGOTTEN)
    assert labels == _plain_labels(dump)
    assert len(labels) > EVENTS / 10


def _nothing_before_the_request_is_served(stack: Stack) -> None:
    """Who was forgotten is served, if at all, with what was done since."""
    with redis.Redis.from_url(stack.redis_url, protocol=2) as client:
        keys = list(client.scan_iter(match=f"groundswell:v1:int:*:{FORGOTTEN}"))
        for key in keys:
            assert int(client.hget(key, "_v") or 0) >= FORGOTTEN_AT_MS
