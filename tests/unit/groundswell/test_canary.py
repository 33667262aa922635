"""Canaries: each is seen once, lost once, or neither; what nobody answers is no loss."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from groundswell.canary.metrics import CanaryMetrics
from groundswell.canary.run import Canary
from groundswell.canary.waiting import Place, Waiting
from schemas.hashing import hash64
from schemas.served import ServedError
from schemas.served_canary import canary_key, decode_canary
from state.canary import CANARY_ACTOR, canaries

REDIS, API = ("trending", "redis"), ("trending", "api")


@dataclass
class World:
    """Kafka, Redis, the API and the clock, by hand."""

    now_ms: int = 1_000_000
    acknowledged: list[int] = field(default_factory=list)
    failed: int = 0
    sent: list[int] = field(default_factory=list)
    shown: dict[str, int | None] = field(default_factory=dict)
    list_ms: int | None = None

    def send(self, at_ms: int) -> None:
        """Take a canary."""
        self.sent.append(at_ms)
        self.acknowledged.append(at_ms)

    def poll(self) -> None:
        """Hear nothing."""

    def look(self, stage: str) -> dict[Place, int] | None:
        """Show what the test wants; None = no answer."""
        at_ms = self.shown.get(stage, 0)
        return None if at_ms is None else {("trending", stage): at_ms}

    def read_list(self) -> tuple[float, int | None] | None:
        """Show a list."""
        return 0.02, self.list_ms


def _canary(world: World) -> tuple[Canary, CanaryMetrics]:
    waiting = Waiting(["trending"], patience_ms=60_000)
    metrics = CanaryMetrics(waiting.places)
    return Canary(world, world, waiting, metrics, 10_000, lambda: world.now_ms), metrics


def _value(metrics: CanaryMetrics, name: str, place: Place) -> float | None:
    labels = {"job_name": place[0], "stage": place[1]}
    return metrics.registry.get_sample_value(f"groundswell_canary_{name}", labels)


def test_a_canary_is_measured_where_it_is_seen() -> None:
    """Redis after 2 s, the API after 3: both once, however often one looks."""
    world = World()
    canary, metrics = _canary(world)
    canary.step()
    world.now_ms += 2_000
    world.shown["redis"] = world.sent[0]
    canary.step()
    world.now_ms += 1_000
    world.shown["api"] = world.sent[0]
    for _ in range(3):
        canary.step()
    assert world.sent == [1_000_000]
    assert (_value(metrics, "lag_seconds_sum", REDIS), _value(metrics, "lag_seconds_count", REDIS)) == (2, 1)
    assert (_value(metrics, "lag_seconds_sum", API), _value(metrics, "lag_seconds_count", API)) == (3, 1)
    assert _value(metrics, "seen_timestamp_seconds", API) == 1_000
    assert _value(metrics, "lost_total", API) == 0


def test_a_canary_that_is_overtaken_is_lost() -> None:
    """A newer one that came through another shard does not stand for it."""
    world = World()
    canary, metrics = _canary(world)
    canary.step()
    world.now_ms += 10_000
    canary.step()
    world.shown["redis"] = world.sent[1]
    canary.step()
    world.now_ms = world.sent[0] + 60_001
    canary.step()
    assert _value(metrics, "lag_seconds_count", REDIS) == 1
    assert _value(metrics, "lost_total", REDIS) == 1
    assert _value(metrics, "lost_total", API) == 1


def test_who_does_not_answer_is_told_apart_from_who_has_nothing() -> None:
    """A server that is away is a failure; what Kafka refused is no loss."""
    world = World()
    canary, metrics = _canary(world)
    world.shown["api"] = None
    world.failed = 2
    canary.step()
    assert metrics.registry.get_sample_value("groundswell_canary_failures_total", {"stage": "api"}) == 1
    assert metrics.registry.get_sample_value("groundswell_canary_failures_total", {"stage": "redis"}) == 0
    assert metrics.registry.get_sample_value("groundswell_canary_failures_total", {"stage": "kafka"}) == 2


def test_the_age_of_the_list_is_known_once_there_is_one() -> None:
    """Before that it is no number: 0 would be the best of all ages."""
    world = World()
    canary, metrics = _canary(world)
    canary.step()
    assert np.isnan(metrics.registry.get_sample_value("groundswell_canary_list_age_seconds") or 0.0)
    world.list_ms, world.now_ms = world.now_ms, world.now_ms + 30_000
    canary.step()
    assert metrics.registry.get_sample_value("groundswell_canary_list_age_seconds") == 30


def test_only_the_reserved_actor_is_a_canary() -> None:
    """And only in records that passed validation."""
    actors = np.array([hash64(name.encode()) for name in (CANARY_ACTOR, "ann", CANARY_ACTOR)], np.uint64)
    assert canaries(np.array([True, True, False]), actors).tolist() == [True, False, False]


def test_other_bytes_are_refused() -> None:
    """A key of no job, a value that is no time."""
    assert decode_canary(b"1700") == 1700
    for raw in (b"", b"-1", b"1e3", b"9" * 20):
        with pytest.raises(ServedError, match="expected milliseconds"):
            decode_canary(raw)
    with pytest.raises(ServedError, match="passes no canaries"):
        canary_key("content")
