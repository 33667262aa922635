"""Run a live source into Kafka and keep its cursor. Exit codes are those of every `produce` command."""

import json
import time
from dataclasses import dataclass
from pathlib import Path

import typer

from producers.commands.deliver import NOT_DELIVERED, fail
from producers.encode import open_encoder
from producers.errors import ProducersError
from producers.pacing import Pacer
from producers.progress import ProgressBar
from producers.pump import Interrupt, Outcome, pump
from producers.sink import KafkaSink, open_kafka
from producers.sources.live.cursor import Checkpoints, CursorFile
from producers.sources.live.follow import Backoff, Open, follow
from producers.sources.live.source import Bounds, LiveSource, Translate
from producers.tracing import new_batcher


@dataclass(frozen=True, slots=True)
class LiveRun:
    """One stream and where it goes."""

    title: str
    open_stream: Open
    translate: Translate
    state: Path
    bootstrap: str
    topics: tuple[str, ...]
    properties: dict[str, str]
    registry: str | None
    bounds: Bounds
    give_up_s: float
    as_json: bool


def run(live: LiveRun) -> None:
    """Follow the stream until its bounds or an interrupt.

    Raises:
        typer.Exit: Something was not acknowledged, the stream failed for good, or an option was wrong.
    """
    bar, interrupt = ProgressBar(live.title, live.bounds.events), Interrupt()
    try:
        encoder = open_encoder(live.registry)
        file = CursorFile(live.state, live.title)
        start = file.load()
        messages = follow(live.open_stream, start, Backoff(give_up_s=live.give_up_s), bar.warn)
        source = LiveSource(
            messages, live.translate, encoder, bar.warn, live.bounds, new_batcher=new_batcher(bar.warn)
        )
        sink = open_kafka(
            live.bootstrap,
            bar.warn,
            topics=live.topics,
            properties=live.properties,
            stopping=lambda: interrupt.requested,
        )
        outcome = _follow(source, sink, file, interrupt, bar)
    except ProducersError as error:
        fail(error)
    _report(live, outcome, source)


def _follow(
    source: LiveSource, sink: KafkaSink, file: CursorFile, interrupt: Interrupt, bar: ProgressBar
) -> Outcome:
    checkpoints = Checkpoints(file, source, sink, time.monotonic)
    with interrupt.listening(), bar.showing():
        outcome = pump(
            source, sink, interrupt=interrupt, pacer=Pacer(), bar=bar, on_batch=checkpoints.on_batch
        )
    # Also when the stream failed for good: what was delivered need not be read again.
    checkpoints.save()
    return outcome


def _report(live: LiveRun, outcome: Outcome, source: LiveSource) -> None:
    delivery = outcome.delivery
    if live.as_json:
        summary: dict[str, object] = {
            "source": live.title,
            "produced": delivery.produced,
            "acknowledged": delivery.acknowledged,
            "failed": delivery.failed,
            "reasons": dict(delivery.reasons),
            "interrupted": outcome.interrupted,
            "newest_ms": outcome.newest_ms,
            **source.summary(),
        }
        typer.echo(json.dumps(summary))
    else:
        lost = delivery.produced - delivery.acknowledged
        typer.echo(
            f"{live.title}: produced {delivery.produced:,}, acknowledged {delivery.acknowledged:,}, "
            f"lost {lost:,}, repeated {source.repeated:,}"
        )
    if outcome.fault:
        fail(outcome.fault)
    if not delivery.complete:
        raise typer.Exit(NOT_DELIVERED)
