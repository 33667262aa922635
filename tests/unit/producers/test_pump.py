"""The pump: interrupts and faults end a run, and never lose a count."""

import io
import os
import signal
from collections.abc import Iterator

import pytest
from rich.console import Console

from producers.batch import EncodedBatch
from producers.errors import SelfCheckError
from producers.pacing import Pacer
from producers.progress import ProgressBar
from producers.pump import Interrupt, Outcome, pump
from producers.sink import KafkaSink
from tests.support.fake_kafka import FakeProducer

NOW_MS = 1_760_000_000_000


def batches(count: int) -> Iterator[EncodedBatch]:
    """Batches of ten records."""
    for n in range(count):
        at_ms = [NOW_MS - 10_000 + 10 * n + k for k in range(10)]
        yield EncodedBatch("engagement", [b"k"] * 10, [b"v"] * 10, at_ms)


def run(
    source: Iterator[EncodedBatch], producer: FakeProducer, seen: list[int] | None = None
) -> tuple[Outcome, str]:
    """Pump to a fake client; also what was shown."""
    shown = io.StringIO()
    bar = ProgressBar("test", 30, Console(file=shown))
    interrupt = Interrupt()
    sink = KafkaSink(
        producer=producer, warn=bar.warn, clock_ms=lambda: NOW_MS, stopping=lambda: interrupt.requested
    )
    heard = seen if seen is not None else []
    with interrupt.listening(), bar.showing():
        outcome = pump(
            source,
            sink,
            interrupt=interrupt,
            pacer=Pacer(),
            bar=bar,
            on_batch=lambda batch: heard.append(len(batch)),
        )
    return outcome, shown.getvalue()


def test_everything_is_delivered_and_each_batch_is_announced() -> None:
    """The plain case."""
    heard: list[int] = []
    outcome, _ = run(batches(3), FakeProducer(), heard)
    assert (outcome.delivery.produced, outcome.delivery.acknowledged) == (30, 30)
    assert (outcome.interrupted, outcome.fault, heard) == (False, None, [10, 10, 10])
    assert outcome.newest_ms == NOW_MS - 10_000 + 29


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_while_the_source_works_flushes_and_counts(number: signal.Signals) -> None:
    """What was handed over before is acknowledged; the program is not torn down."""

    def interrupted() -> Iterator[EncodedBatch]:
        yield from batches(2)
        os.kill(os.getpid(), number)
        yield from batches(1)

    outcome, shown = run(interrupted(), FakeProducer())
    assert outcome.interrupted
    assert (outcome.delivery.produced, outcome.delivery.acknowledged) == (20, 20)
    assert "interrupted" in shown


class Signalling(FakeProducer):
    """Interrupts the program whenever it is polled."""

    def poll(self, timeout: float) -> int:
        """Signal, then deliver."""
        os.kill(os.getpid(), signal.SIGINT)
        return super().poll(timeout)


def test_an_interrupt_while_records_are_queued_waits_for_the_end_of_the_batch() -> None:
    """No record may be queued without being counted, so the signal is held back; no further batch is read."""
    producer = Signalling()
    outcome, _ = run(batches(3), producer)
    assert outcome.interrupted
    assert (outcome.delivery.produced, outcome.delivery.acknowledged) == (10, 10)
    assert len(producer.delivered) == 10


def test_a_second_interrupt_leaves_at_once() -> None:
    """Somebody who insists does not wait for a broker that is down."""
    with pytest.raises(KeyboardInterrupt):
        run(batches(3), Signalling(stuck=True))


def test_a_source_that_fails_still_flushes_what_it_gave() -> None:
    """The fault comes back beside the counts."""

    def failing() -> Iterator[EncodedBatch]:
        yield from batches(2)
        raise SelfCheckError("a record is not what it should be")

    outcome, _ = run(failing(), FakeProducer())
    assert (outcome.delivery.produced, outcome.delivery.acknowledged) == (20, 20)
    assert isinstance(outcome.fault, SelfCheckError)


def test_a_client_that_fails_for_good_still_reports_its_counts() -> None:
    """The batch in which it happened is not announced."""
    heard: list[int] = []
    outcome, _ = run(batches(3), FakeProducer(fatal_at=NOW_MS - 10_000 + 15), heard)
    assert (outcome.delivery.produced, outcome.delivery.acknowledged) == (15, 15)
    assert "Kafka refused" in str(outcome.fault)
    assert heard == [10]


def test_the_previous_signal_handlers_come_back() -> None:
    """A library must not keep the program's signals."""
    before = signal.getsignal(signal.SIGINT)
    run(batches(1), FakeProducer())
    assert signal.getsignal(signal.SIGINT) is before
