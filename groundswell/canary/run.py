"""The loop: send, look, count."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from groundswell.canary.metrics import CanaryMetrics
from groundswell.canary.waiting import Place, Waiting

if TYPE_CHECKING:
    from groundswell.canary.traces import CanaryTraces

LOOK_EVERY_S = 0.1  # how exactly a lag is known


class SenderLike(Protocol):
    """Where canaries go in (`clients.Sender`)."""

    acknowledged: list[int]
    failed: int

    def send(self, at_ms: int) -> None:
        """Hand a canary over."""

    def poll(self) -> None:
        """Hear from Kafka."""


class WatcherLike(Protocol):
    """Where they are seen (`clients.Watcher`)."""

    def look(self, stage: str) -> dict[Place, int] | None:
        """Return the newest canary of each job at a stage; None when nobody answers there."""

    def read_list(self) -> tuple[float, int | None] | None:
        """Return the time of a request and how far the list has come; None = no answer."""


class Canary:
    """One sender with its metrics.

    Args:
        sender: Sends.
        watcher: Looks.
        waiting: What is under way.
        metrics: Counts.
        every_ms: Between two canaries.
        clock_ms: Wall clock, milliseconds UTC.
        traces: Hears what became of canaries; the sender tells it what Kafka did. None = nobody traces.
    """

    def __init__(
        self,
        sender: SenderLike,
        watcher: WatcherLike,
        waiting: Waiting,
        metrics: CanaryMetrics,
        every_ms: int,
        clock_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        traces: "CanaryTraces | None" = None,
    ) -> None:
        self._sender, self._watcher = sender, watcher
        self._waiting, self._metrics = waiting, metrics
        self._every_ms, self._clock_ms, self._traces = every_ms, clock_ms, traces
        self._next_ms = 0
        self._failed = 0

    def step(self) -> None:
        """Do what is due."""
        now_ms = self._clock_ms()
        if now_ms >= self._next_ms:
            self._next_ms = now_ms + self._every_ms
            self._sender.send(now_ms)
            self._read_list()
        self._hear()
        for stage in dict.fromkeys(stage for _, stage in self._waiting.places):
            if self._waiting.waits(stage):
                self._look(stage)
        for place, at_ms in self._waiting.lost(now_ms := self._clock_ms()):
            self._metrics.lost.labels(*place).inc()
            if self._traces:
                self._traces.lost(place, at_ms, now_ms)

    def run(self) -> None:
        """Go on until interrupted."""
        while True:
            self.step()
            time.sleep(LOOK_EVERY_S)

    def _hear(self) -> None:
        """Expect what Kafka has taken; what it did not take is a failure, and no loss."""
        self._sender.poll()
        while self._sender.acknowledged:
            self._waiting.sent(self._sender.acknowledged.pop())
            self._metrics.sent.inc()
        failed = self._sender.failed - self._failed
        self._failed = self._sender.failed
        self._metrics.failures.labels("kafka").inc(failed)

    def _look(self, stage: str) -> None:
        found = self._watcher.look(stage)
        if found is None:
            self._metrics.failures.labels(stage).inc()
            return
        for place, at_ms in found.items():
            lag_s = self._waiting.seen(place, at_ms, now_ms := self._clock_ms())
            if lag_s is not None:
                self._metrics.lag.labels(*place).observe(lag_s)
                self._metrics.seen_at.labels(*place).set(at_ms / 1000)
                if self._traces:
                    self._traces.seen(place, at_ms, now_ms)

    def _read_list(self) -> None:
        found = self._watcher.read_list()
        if found is None:
            return
        took_s, as_of_ms = found
        self._metrics.request.observe(took_s)
        if as_of_ms:
            self._metrics.list_age.set(max(self._clock_ms() - as_of_ms, 0) / 1000)
