"""A second model learns in the shadow of the first, takes over and goes back, and no answer mixes the two."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import redis

from groundswell.stack import local
from groundswell.stack.endpoints import Stack
from groundswell.stack.submit import submit
from schemas.served_interests import interest_key
from schemas.served_models import CURRENT_KEY, decode_pointer
from serving.app import create_app
from serving.memory_store import MemoryTrendStore
from serving.redis_interest_store import RedisInterestStore
from serving.scorer import Item, Scorer
from serving.web.options import WebOptions
from tests.support.http_server import running_app
from tests.support.job_run import wait_until_finished

EVENTS = int(os.environ.get("MODEL_EVENTS", "12000"))
FORGOTTEN, FORGOTTEN_AT_MS = "u0000000001", 1_772_322_600_000  # ten minutes before the end
_TIMEOUT_S = 1200
_PATIENCE_S = 180
_CANDIDATES = 12


def _models(stack: Stack, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "groundswell.cli", "models", *words, "--redis", stack.redis_url]
    if words[0] == "compare":
        command += ["--bootstrap", stack.kafka_bootstrap]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def _done(stack: Stack, *words: str) -> str:
    done = _models(stack, *words)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _register(stack: Stack, name: str, *settings: str) -> None:
    command = [sys.executable, "-m", "groundswell.cli", "models", "create", name, "--redis", stack.redis_url]
    subprocess.run([*command, "--", *settings], check=True, timeout=60)


def _submit(stack: Stack, name: str) -> str:
    return submit(
        stack,
        "flink_jobs.interests",
        [
            f"--kafka-bootstrap={stack.kafka_bootstrap}",
            f"--redis-url={stack.redis_url}",
            f"--execution-mode={stack.plan.execution_mode}",
            *("--parallelism=1", "--bounded", "--idle-timeout-ms=0", "--out-of-order-ms=60000"),
            *("--join.most-kept=10000", f"--model-name={name}"),
        ],
        f"interests-{name}",
    )


class _Reader:
    """Asks for one person's ranking again and again, and keeps every answer with its time."""

    def __init__(self, base: str, user: str, items: list[str]) -> None:
        self.asked = {"user": user, "candidates": [{"id": item} for item in items]}
        self.answers: list[tuple[float, str, dict[str, float]]] = []
        self._base, self._ended = base, threading.Event()
        self._thread = threading.Thread(target=self._ask)

    def _ask(self) -> None:
        with httpx.Client(base_url=self._base) as client:
            while not self._ended.wait(0.01):
                asked_s = time.monotonic()
                answer = client.post("/v1/rank", json=self.asked)
                assert answer.status_code == httpx.codes.OK, answer.text
                found = answer.json()
                scores = {one["id"]: one["score"] for one in found["items"]}
                self.answers.append((asked_s, found["model"], scores))

    @contextmanager
    def reading(self) -> Iterator["_Reader"]:
        """Ask as long as the block lasts."""
        self._thread.start()
        try:
            yield self
        finally:
            self._ended.set()
            self._thread.join(10)

    def models_after(self, asked_s: float, wanted: int = 5) -> set[str]:
        """Return which models answered the requests that began after a moment; waits for some."""
        deadline_s = time.monotonic() + _PATIENCE_S
        while len(found := [of for at_s, of, _ in list(self.answers) if at_s > asked_s]) < wanted:
            assert self._thread.is_alive(), "an answer was not as expected"
            assert time.monotonic() < deadline_s, f"{len(found)} answers within {_PATIENCE_S} s"
            time.sleep(0.01)
        return set(found)


def _expected(store: RedisInterestStore, user: str, items: list[str], model: str) -> dict[str, float]:
    """Return what a model says, read from its own keys."""
    person = store.interests(user, model)
    assert person is not None
    prepared = [Item.of(item, of) for item, of in zip(items, store.items(items, model), strict=True)]
    return {one.item: one.p for one in Scorer(store.head(person.shard, model)).score(person, prepared)}


def _somebody(url: str, tag: str) -> tuple[str, list[str]]:
    """Return a person whom a model knows, and items that it knows."""
    with redis.Redis.from_url(url, protocol=2) as client:
        keys = {
            kind: sorted(client.scan_iter(match=f"groundswell:v1:model:{tag}:{kind}:*", count=1000))
            for kind in ("int", "itm")
        }
    names = {kind: [key.decode().rpartition("}:")[2] for key in found] for kind, found in keys.items()}
    return names["int"][0], names["itm"][:_CANDIDATES]


def _pointer(url: str) -> tuple[str, str | None]:
    with redis.Redis.from_url(url, protocol=2) as client:
        found = decode_pointer(client.hget(CURRENT_KEY, "d"))
    return found.current, found.previous


@pytest.mark.timeout(_TIMEOUT_S)
def test_a_shadow_takes_over_and_goes_back(tmp_path: Path) -> None:
    """Both learn from the same deeds; promotion and rollback reach readers within a second."""
    with local.running(tmp_path / "stack", fresh=True) as stack:
        command = [sys.executable, "-m", "groundswell.cli", "produce", "simulate"]
        subprocess.run(
            [
                *(*command, "--events", str(EVENTS), "--hours", "3", "--users", "300", "--no-plants"),
                *("--end", "2026-03-01T00:00Z", "--bootstrap", stack.kafka_bootstrap),
            ],
            check=True, timeout=120,
        )  # fmt: skip
        _register(stack, "steady")
        _register(stack, "quick", "--model.head-variance=0.2", "--model.short-events=2.5")
        _register(stack, "idle", "--model.head-variance=0.3")
        command = [
            sys.executable,
            "-m",
            "groundswell.cli",
            "forget",
            FORGOTTEN,
            "--at-ms",
            str(FORGOTTEN_AT_MS),
        ]
        subprocess.run([*command, "--bootstrap", stack.kafka_bootstrap], check=True, timeout=60)
        jobs = [_submit(stack, name) for name in ("steady", "quick")]
        for job in jobs:
            wait_until_finished(stack, job, _TIMEOUT_S)
        tags = {one["name"]: one["tag"] for one in json.loads(_done(stack, "list", "--json"))}
        _a_person_is_forgotten_by_both(stack, tags)
        _both_predicted_the_same_impressions(stack)
        _what_has_learned_nothing_is_refused(stack)
        _done(stack, "promote", "steady")
        assert _pointer(stack.redis_url) == (tags["steady"], "")
        _readers_follow(stack, tags)


def _a_person_is_forgotten_by_both(stack: Stack, tags: dict[str, str]) -> None:
    """Who was forgotten is served, if at all, with what was done since; somebody else is."""
    with redis.Redis.from_url(stack.redis_url, protocol=2) as client:
        for name in ("steady", "quick"):
            fence = client.hget(interest_key(FORGOTTEN, tags[name]), "_v")
            assert fence is None or int(fence) >= FORGOTTEN_AT_MS
            assert client.exists(interest_key("u0000000002", tags[name]))


def _both_predicted_the_same_impressions(stack: Stack) -> None:
    """Each example of one is one of the other, with the same label and another prediction."""
    found = json.loads(_done(stack, "compare", "steady", "quick", "--json"))
    assert found["unmatched"] == 0
    assert found["first"]["rows"] == found["second"]["rows"] > EVENTS / 20
    assert 0.5 < found["correlation"] < 1.0
    assert 0.0 < found["difference"] < 0.5
    assert found["log_loss_error"] > 0
    late = json.loads(_done(stack, "compare", "steady", "quick", "--since", "2026-02-28T23:00Z", "--json"))
    assert 0 < late["first"]["rows"] < found["first"]["rows"]
    turned = json.loads(_done(stack, "compare", "quick", "steady", "--json"))
    assert (turned["first"], turned["second"]) == (found["second"], found["first"])
    assert turned["log_loss_change"] == pytest.approx(-found["log_loss_change"], abs=1e-12)


def _what_has_learned_nothing_is_refused(stack: Stack) -> None:
    """With the reason; nothing is changed."""
    refused = _models(stack, "promote", "idle")
    assert refused.returncode == 1
    assert "nothing is served of it" in refused.stderr
    assert _pointer(stack.redis_url) == ("", None)


def _readers_follow(stack: Stack, tags: dict[str, str]) -> None:
    """While a server answers, the model changes twice; every answer is wholly of one of the two."""
    steady, quick = tags["steady"], tags["quick"]
    store = RedisInterestStore.at(stack.redis_url)
    user, items = _somebody(stack.redis_url, steady)
    expected = {tag: _expected(store, user, items, tag) for tag in (steady, quick)}
    assert expected[steady] != expected[quick]
    patient = WebOptions(deadline_s=30.0)  # on a busy machine, too
    app = create_app(MemoryTrendStore(), patient, interests=RedisInterestStore.at(stack.redis_url, 30.0))
    with running_app(app) as base, _Reader(base, user, items).reading() as reader:
        assert reader.models_after(0.0) == {steady}
        for words, tag in ((("promote", "quick"), quick), (("rollback",), steady), (("rollback",), quick)):
            _done(stack, *words)
            assert reader.models_after(time.monotonic()) == {tag}  # from the very next request on
    assert {of for _, of, _ in reader.answers} == {steady, quick}
    for _, of, scores in reader.answers:
        assert scores == expected[of]
    store.close()
