"""Events in Kafka become a feed over HTTP; a hide and a block leave the next one; decisions are in Kafka."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from groundswell.kafka_read import read_topic
from groundswell.stack import local
from groundswell.stack.endpoints import Stack
from groundswell.stack.submit import submit
from producers.batch import EncodedBatch
from producers.encode import open_encoder
from producers.mapping.event import Mapped
from producers.sink import open_kafka
from schemas.codec import decode_value
from schemas.records import SlateDecided
from schemas.registry import FileRegistry
from serving.slates import replayed
from tests.support.cli_talk import told
from tests.support.job_run import SMALL_BUFFERS, kill_after_a_checkpoint, wait_until_finished
from tests.support.redis_dump import differences, forget_all, redis_dump
from tests.support.stack_talk import eventually

EVENTS = int(os.environ.get("FEED_EVENTS", "30000"))
_TIMEOUT_S = 1200
_told = partial(told, timeout_s=_TIMEOUT_S)


def now_ms() -> int:
    """Return the time of the clock, for events as of now."""
    return time.time_ns() // 1_000_000  # noqa: TID251  a real broker compares with it


def _simulate(stack: Stack, folder: Path, *more: str) -> None:
    _told(
        "produce", "simulate",
        *("--events", str(EVENTS), "--hours", "2", "--users", "500", "--no-plants"),
        *("--bootstrap", stack.kafka_bootstrap, "--truth", str(folder / "truth.json"), *more),
    )  # fmt: skip


def _submit(stack: Stack, *more: str, name: str = "feed") -> str:
    return submit(
        stack,
        "flink_jobs.feed",
        [
            f"--kafka-bootstrap={stack.kafka_bootstrap}",
            f"--redis-url={stack.redis_url}",
            f"--execution-mode={stack.plan.execution_mode}",
            "--batch-rows=2000",
            *more,
        ],
        name,
    )


def _deed(stack: Stack, number: int, **fields: Any) -> None:
    """Send one engagement event as of now."""
    at_ms = now_ms()
    record = {"event_id": f"own-{number}", "source_ms": at_ms, "received_ms": at_ms, **fields}
    encoder = open_encoder(None, ("engagement",))
    key, value = encoder.encode(Mapped("engagement", record))
    sink = open_kafka(stack.kafka_bootstrap, lambda _: None, topics=("engagement",))
    sink.send(EncodedBatch("engagement", [key], [value], [at_ms]))
    assert sink.close(30.0).complete


@contextmanager
def _server(stack: Stack) -> Iterator[str]:
    """Run ``groundswell serve`` and give its address."""
    words = ["serve", "--port", "0", "--metrics-port", "0", "--redis", stack.redis_url]
    process = subprocess.Popen(
        [sys.executable, "-m", "groundswell.cli", *words, "--log-slates", stack.kafka_bootstrap],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    try:
        said = process.stdout.readline()
        assert "http://" in said, said
        yield said.split()[-1]
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        process.stdout.close()


def _get(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - our own server
        return dict(json.loads(answer.read()))


def _decisions(stack: Stack) -> Iterator[SlateDecided]:
    for record in read_topic(stack.kafka_bootstrap, "slate"):
        _, event = decode_value(record.value or b"", FileRegistry())
        assert isinstance(event, SlateDecided)
        yield event


@pytest.mark.timeout(_TIMEOUT_S)
def test_events_become_a_feed_that_wishes_change(tmp_path: Path) -> None:
    """Produce, run the job, read over HTTP; hide and block; make the decisions that are in Kafka again."""
    with local.running(tmp_path / "stack", fresh=True) as stack:
        end = datetime.fromtimestamp(now_ms() / 1000 - 60, tz=timezone.utc).strftime("%Y-%m-%dT%H:%MZ")
        _simulate(stack, tmp_path, "--end", end)
        _submit(stack, "--parallelism=1", "--out-of-order-ms=1000", "--idle-timeout-ms=2000")
        with _server(stack) as base:
            number = 0

            def feed() -> list[dict[str, Any]]:
                """Return Ann's feed; ordinary deeds of others move event time on."""
                nonlocal number
                number += 1
                for user in "xyzuvw":
                    _deed(stack, number, actor_id=f"{user}{number}", action="impression", item_id="other")
                    number += 1
                return list(_get(f"{base}/v1/feed/ann?limit=50")["items"])

            items = eventually(lambda: [one for one in feed() if one["author"]], "a feed with items", 120)
            hidden, blocked = items[0]["id"], items[1]["author"]
            number += 1
            _deed(stack, number, actor_id="ann", action="hide", item_id=hidden, author_id=items[0]["author"])
            number += 1
            _deed(stack, number, actor_id="ann", action="block", item_id=blocked, item_type="user")

            def obeyed() -> bool:
                found = feed()
                gone = {one["id"] for one in found} | {one["author"] for one in found}
                return bool(found) and not {hidden, blocked} & gone

            assert eventually(obeyed, "the hidden item and the blocked creator leave", 120)
            last = _get(f"{base}/v1/feed/ann?limit=50")
        logged = {one.event_id: one for one in _decisions(stack)}
        items = logged[last["decision_id"]].items[:50]
        assert [one.item_id for one in items] == [one["id"] for one in last["items"]]
        for event in logged.values():
            again = [(one.ranked.scored.candidate.item, one.propensity) for one in replayed(event).places]
            assert again == [(one.item_id, one.propensity) for one in event.items]


@pytest.mark.timeout(_TIMEOUT_S)
def test_pools_and_wishes_survive_a_kill(tmp_path: Path) -> None:
    """What is in Redis equals that of a run that nobody disturbed, byte for byte."""
    settings = ("--parallelism=2", "--bounded", "--idle-timeout-ms=0", "--out-of-order-ms=60000")
    with local.running(tmp_path / "stack", fresh=True, flink=SMALL_BUFFERS) as stack:
        _simulate(
            stack, tmp_path, "--end", "2026-03-01T00:00Z", "--duplicates", "0.01", "--malformed", "0.01"
        )
        job = _submit(stack, *settings, name="killed")
        kill_after_a_checkpoint(stack, job, _TIMEOUT_S)
        assert wait_until_finished(stack, job, _TIMEOUT_S) > 0
        disturbed = redis_dump(stack.redis_url)
        assert len(disturbed) > EVENTS / 100
        forget_all(stack.redis_url)
        again = _submit(stack, *settings, "--transaction-prefix=undisturbed", name="undisturbed")
        assert wait_until_finished(stack, again, _TIMEOUT_S) == 0
        assert differences(disturbed, redis_dump(stack.redis_url)) == []
