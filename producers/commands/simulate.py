"""`groundswell produce simulate`: a seeded population into Kafka, into a file, or both."""

import json
import time
from contextlib import ExitStack
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from producers.commands import deliver
from producers.errors import ConfigError, ProducersError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyarrow import StringArray

    from producers.batch import EncodedBatch
    from producers.sources.simulate.config import SimulationConfig
    from producers.sources.simulate.jsonl import JsonLines
    from producers.sources.simulate.simulation import Simulation

PACED_STEP_S = 0.25  # a paced run hands over what is due this often

_Events = Annotated[int, typer.Option("--events", help="Good events in all, plants included.")]
_Hours = Annotated[int, typer.Option("--hours", help="Length in event time.")]
_End = Annotated[
    str,
    typer.Option("--end", help="End in event time: as 2026-01-31T12:00Z, or now, on the last five minutes."),
]
_Seed = Annotated[int, typer.Option("--seed", help="Same options and seed: same bytes, if --end is fixed.")]
_Users = Annotated[int, typer.Option("--users", help="People in the population.")]
_Topics = Annotated[int, typer.Option("--topics", help="Topics of everyday talk.")]
_Plants = Annotated[bool, typer.Option("--plants/--no-plants", help="Plant bursts and decoys.")]
_Scale = Annotated[
    float | None,
    typer.Option("--plant-scale", help="Size of the planted topics. Default: 1, less below 400,000 events."),
]
_Malformed = Annotated[
    float, typer.Option("--malformed", help="Share of records that must be refused, on top of the good ones.")
]
_Duplicates = Annotated[float, typer.Option("--duplicates", help="Share of good records sent twice.")]
_Disorder = Annotated[int, typer.Option("--disorder-ms", help="Records are overtaken by at most this.")]
_Truth = Annotated[Path | None, typer.Option("--truth", help="Write what was planted, and totals, as JSON.")]
_Out = Annotated[
    Path | None, typer.Option("--out", help="Write the good records as JSON lines; .gz compresses.")
]
_Dry = Annotated[bool, typer.Option("--dry-run", help="Send nothing to Kafka; only write the files.")]
_Speed = Annotated[
    str, typer.Option("--speed", help="max, or a factor: 1 = as it happened, 60 = an hour a minute.")
]
_Bootstrap = Annotated[str, typer.Option("--bootstrap", help="Kafka, host:port.")]
_Kafka = Annotated[
    list[str] | None, typer.Option("--kafka", help="Client setting key=value, no secret; repeatable.")
]
_Registry = Annotated[str | None, typer.Option("--registry", help="Schema registry URL. Default: our files.")]
_Json = Annotated[bool, typer.Option("--json", help="The last line of stdout is one JSON object.")]


def register(app: typer.Typer) -> None:
    """Add the command `simulate` to an app."""
    app.command("simulate")(simulate)


def simulate(
    *,
    events: _Events = 400_000,
    hours: _Hours = 51,
    end: _End = "now",
    seed: _Seed = 1,
    users: _Users = 20_000,
    topics: _Topics = 2_000,
    plants: _Plants = True,
    plant_scale: _Scale = None,
    malformed: _Malformed = 0.0,
    duplicates: _Duplicates = 0.0,
    disorder_ms: _Disorder = 20_000,
    truth: _Truth = None,
    out: _Out = None,
    dry_run: _Dry = False,
    speed: _Speed = "max",
    bootstrap: _Bootstrap = deliver.DEFAULT_BOOTSTRAP,
    kafka: _Kafka = None,
    registry: _Registry = None,
    as_json: _Json = False,
) -> None:
    """Simulate a population with planted bursts and decoys, in event time or as fast as possible.

    The options as they stand are the demonstration: two days and three hours of event time that end now,
    with bursts at every hour of day in the last 27 hours.

    Exit codes: 0 every record was acknowledged; 1 some were not; 2 a wrong option or file.
    """
    from producers.sources.simulate.config import (  # noqa: PLC0415
        NO_PLANTS,
        PlantConfig,
        SimulationConfig,
        usual_scale,
    )

    try:
        factor = deliver.parse_speed(speed)
        scale = usual_scale(events) if plant_scale is None else plant_scale
        config = SimulationConfig(
            seed=seed,
            start_ms=_end_ms(end) - hours * 3_600_000,
            hours=hours,
            events=events,
            users=users,
            topics=topics,
            disorder_ms=disorder_ms,
            duplicates=duplicates,
            malformed=malformed,
            plants=PlantConfig(scale=scale) if plants else NO_PLANTS,
        )
        target = None if dry_run else _target(bootstrap, kafka or [], factor)
        run = _open(config, factor, registry)
        with ExitStack() as files:
            _run(run, target, truth=truth, lines=_lines(out, files), as_json=as_json)
    except ProducersError as error:
        deliver.fail(error)


def _end_ms(text: str) -> int:
    """Read `--end`; now is rounded down to five minutes, so that panes end with it."""
    if text == "now":
        end_ms = time.time_ns() // 1_000_000 // 300_000 * 300_000
    else:
        try:
            moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
        except ValueError:
            raise ConfigError(
                f"--end {text!r}: expected now, or ISO 8601 such as 2026-01-31T12:00Z"
            ) from None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=timezone.utc)
        end_ms = int(moment.timestamp() * 1000)
    return end_ms


def _target(bootstrap: str, settings: list[str], factor: float | None) -> deliver.Target:
    from producers.sources.simulate.simulation import KAFKA_TOPICS  # noqa: PLC0415

    return deliver.Target(bootstrap, KAFKA_TOPICS, deliver.parse_properties(settings), factor)


def _open(config: "SimulationConfig", factor: float | None, registry_url: str | None) -> "Simulation":
    from producers.sources.simulate.simulation import Simulation  # noqa: PLC0415
    from schemas.errors import SchemasError  # noqa: PLC0415
    from schemas.registry import open_registry  # noqa: PLC0415

    span_ms = int(PACED_STEP_S * 1000 * factor) + 1 if factor else 0
    try:
        return Simulation(config, batch_span_ms=span_ms, registry=open_registry(registry_url))
    except SchemasError as error:
        raise ConfigError(f"schema registry: {error}") from error


def _lines(path: Path | None, files: ExitStack) -> "JsonLines | None":
    from producers.sources.simulate.jsonl import open_lines  # noqa: PLC0415

    return files.enter_context(open_lines(path)) if path else None


def _run(
    run: "Simulation",
    target: deliver.Target | None,
    *,
    truth: Path | None,
    lines: "JsonLines | None",
    as_json: bool,
) -> None:
    from producers.sources.simulate.truth import write  # noqa: PLC0415
    from producers.tracing import open_event_traces  # noqa: PLC0415

    traces = open_event_traces(lambda line: typer.echo(f"warning: {line}", err=True)) if target else None

    def batches() -> "Iterator[EncodedBatch]":
        for part in run.columns():
            if lines:
                lines.write(part)
            batch = run.encode(part)
            yield traces.marked(batch, cast("StringArray", part.columns["trace_id"])) if traces else batch

    if truth:
        write(truth, run.truth())  # a watcher can already look up what will come
    try:
        if target:
            deliver.deliver(
                "simulate",
                batches(),
                target,
                total=run.expected,
                extra=lambda: _summary(run),
                as_json=as_json,
            )
        else:
            produced = sum(len(batch) for batch in batches())
            summary = {"source": "simulate", "produced": produced, **_summary(run)}
            typer.echo(json.dumps(summary) if as_json else f"simulate: made {produced:,} records, sent none")
    finally:
        if truth:
            write(truth, run.truth())


def _summary(run: "Simulation") -> dict[str, object]:
    totals = run.totals
    return {
        "good": totals.good,
        "duplicates": totals.duplicates,
        "malformed": sum(sum(counts.values()) for counts in totals.malformed.values()),
        "complete": totals.complete,
    }
