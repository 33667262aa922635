"""Move batches from a source to a sink: pacing, progress, and an interrupt that loses no count."""

import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from producers.batch import EncodedBatch
from producers.errors import ProducersError
from producers.pacing import Pacer
from producers.progress import ProgressBar
from producers.sink import Delivery, KafkaSink

FLUSH_S, EARLY_FLUSH_S = 120.0, 30.0


@dataclass(slots=True)
class Interrupt:
    """The first SIGINT or SIGTERM ends the run cleanly, the second at once.

    While a batch is handed over, the first signal only sets `requested`, so that no record is queued without
    being counted. At any other moment it raises KeyboardInterrupt, which also wakes a source that waits for
    the network.
    """

    requested: bool = False
    shielded: bool = False

    def handle(self, _signal: int, _frame: FrameType | None) -> None:
        """Be the signal handler."""
        again, self.requested = self.requested, True
        if again or not self.shielded:
            raise KeyboardInterrupt

    @contextmanager
    def listening(self) -> Iterator["Interrupt"]:
        """Install the handler for a block; outside the main thread there are no signals to hear."""
        if threading.current_thread() is not threading.main_thread():
            yield self
            return
        before = {number: signal.signal(number, self.handle) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield self
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    @contextmanager
    def shield(self) -> Iterator[None]:
        """Hold the first signal back for a block."""
        self.shielded = True
        try:
            yield
        finally:
            self.shielded = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of a run."""

    delivery: Delivery
    interrupted: bool
    newest_ms: int  # newest event time handed over; 0 = nothing was
    fault: ProducersError | None  # why it ended early, when it did


def pump(
    source: Iterable[EncodedBatch],
    sink: KafkaSink,
    *,
    interrupt: Interrupt,
    pacer: Pacer,
    bar: ProgressBar,
    on_batch: Callable[[EncodedBatch], None] = lambda _: None,
) -> Outcome:
    """Send every batch of a source, then flush; also when the source or Kafka fails on the way.

    Args:
        source: Yields batches in event time, about.
        sink: Where they go; its `stopping` should ask `interrupt.requested`.
        interrupt: Must be listening.
        pacer: Holds batches back.
        bar: Shows progress.
        on_batch: Hears each batch after it was handed over whole; a live source keeps its cursor here.
    """
    newest_ms = 0
    interrupted, fault = False, None
    try:
        for batch in source:
            if not len(batch):
                continue
            late_s = pacer.wait_for(batch.timestamps_ms[0])
            with interrupt.shield():
                taken = sink.send(batch)
            if taken == len(batch):
                on_batch(batch)
            newest_ms = max(newest_ms, max(batch.timestamps_ms[:taken], default=0))
            bar.advance(taken, queued=len(sink.producer), event_ms=newest_ms, late_s=late_s)
            if interrupt.requested:
                break
    except KeyboardInterrupt:
        interrupted = True
        bar.warn("interrupted: waiting for what is under way (interrupt again to leave at once)")
    except ProducersError as error:
        fault = error
    interrupted = interrupted or interrupt.requested
    limit_s = EARLY_FLUSH_S if interrupted or fault else FLUSH_S
    with interrupt.shield():
        delivery = sink.close(
            limit_s, lambda queued: bar.advance(0, queued=queued, event_ms=newest_ms, late_s=0.0)
        )
    return Outcome(delivery, interrupted or interrupt.requested, newest_ms, fault)
