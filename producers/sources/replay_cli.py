"""`groundswell produce replay`: a file of events into Kafka, or only checked."""

import json
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from producers.commands import deliver
from producers.errors import ProducersError

if TYPE_CHECKING:
    from producers.encode import EventEncoder
    from producers.sources.replay import Replay
    from producers.sources.tally import Tally

SHOWN_EVENTS = 3
LATENESS_S = 60.0  # what the trending job waits for late events by default

_File = Annotated[str, typer.Argument(metavar="FILE", help="JSONL, CSV or TSV, plain or gzip; - is stdin.")]
_MappingName = Annotated[
    str | None,
    typer.Option("--mapping", help="Shipped mapping or a .toml file. Default: by the file's name."),
]
_Speed = Annotated[
    str, typer.Option("--speed", help="max, or a factor: 1 = as it happened, 60 = an hour a minute.")
]
_Limit = Annotated[int | None, typer.Option("--limit", min=1, help="Stop after so many events.")]
_Shift = Annotated[bool, typer.Option("--shift-to-now", help="Move event times so that the last is now.")]
_Strict = Annotated[bool, typer.Option("--strict", help="Stop at the first malformed or rejected row.")]
_Lateness = Annotated[
    float, typer.Option("--lateness-s", min=0, help="Warn when events are more out of order than this.")
]
_Check = Annotated[
    bool, typer.Option("--dry-run", help="Read and encode the file, show its first events, send nothing.")
]
_Bootstrap = Annotated[str, typer.Option("--bootstrap", help="Kafka, host:port.")]
_Kafka = Annotated[
    list[str] | None, typer.Option("--kafka", help="Client setting key=value, no secret; repeatable.")
]
_Registry = Annotated[str | None, typer.Option("--registry", help="Schema registry URL. Default: our files.")]
_Json = Annotated[bool, typer.Option("--json", help="The last line of stdout is one JSON object.")]


def register(app: typer.Typer) -> None:
    """Add the command `replay` to an app."""
    app.command("replay")(replay)


def replay(
    path: _File,
    *,
    mapping: _MappingName = None,
    speed: _Speed = "max",
    limit: _Limit = None,
    shift_to_now: _Shift = False,
    strict: _Strict = False,
    check: _Check = False,
    lateness_s: _Lateness = LATENESS_S,
    bootstrap: _Bootstrap = deliver.DEFAULT_BOOTSTRAP,
    kafka: _Kafka = None,
    registry: _Registry = None,
    as_json: _Json = False,
) -> None:
    """Replay a file of events into Kafka, in event time at any speed or as fast as possible.

    A mapping says how its rows become events; mappings for some well-known files are shipped.
    Malformed and rejected rows are counted, the first ones are shown with their line number, and left out.

    Exit codes: 0 every event was acknowledged; 1 some were not, or --strict found a bad row;
    2 a wrong option, mapping or file.
    """
    from producers.encode import open_encoder  # noqa: PLC0415
    from producers.sources.replay import Replay, choose_mapping, replay_batches  # noqa: PLC0415
    from producers.sources.tally import Tally  # noqa: PLC0415
    from producers.tracing import new_batcher  # noqa: PLC0415

    tally = Tally()
    try:
        factor = deliver.parse_speed(speed)
        plan = Replay(path, choose_mapping(path, mapping), limit=limit, strict=strict)
        encoder = open_encoder(registry)
        if shift_to_now:
            plan = _shifted_to_now(plan)
        if check:
            _check(plan, encoder, tally)
        target = deliver.Target(
            bootstrap, _topics(plan, encoder), deliver.parse_properties(kafka or []), factor
        )
        batcher = new_batcher(_warn)
    except ProducersError as error:
        _report(tally, lateness_s)
        deliver.fail(error)
    if check:
        _report(tally, lateness_s)
        _print_summary(_summary(plan, tally), as_json=as_json)
        return
    batches = replay_batches(plan, encoder, tally=tally, speed=factor, warn=_warn, new_batcher=batcher)
    try:
        deliver.deliver(
            f"replay {path}",
            batches,
            target,
            total=limit,
            extra=lambda: _summary(plan, tally),
            as_json=as_json,
        )
    finally:
        _report(tally, lateness_s)


def _shifted_to_now(plan: "Replay") -> "Replay":
    from producers.sources.replay import newest_ms  # noqa: PLC0415

    now_ms = time.time_ns() // 1_000_000
    newest = newest_ms(plan)
    return replace(plan, shift_ms=now_ms - newest if newest else 0)


def _topics(plan: "Replay", encoder: "EventEncoder") -> tuple[str, ...]:
    events = {rule.event for rule in plan.mapping.rules} or set(encoder.topics)
    return tuple(sorted(encoder.topics[event] for event in events))


def _check(plan: "Replay", encoder: "EventEncoder", tally: "Tally") -> None:
    from producers.sources.replay import read_events  # noqa: PLC0415

    for mapped in read_events(plan, tally, _warn):
        encoder.encode(mapped)
        if tally.events <= SHOWN_EVENTS:
            typer.echo(json.dumps({"event": mapped.event, **mapped.record}, ensure_ascii=False), err=True)


def _warn(sentence: str) -> None:
    typer.echo(f"warning: {sentence}", err=True)


def _summary(plan: "Replay", tally: "Tally") -> dict[str, object]:
    return {"file": plan.path, "mapping": plan.mapping.name, "shift_ms": plan.shift_ms, **tally.summary()}


def _print_summary(summary: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(summary))
    else:
        typer.echo(
            f"{summary['file']}: {summary['events']:,} events of {summary['rows']:,} rows; nothing sent"
        )


def _report(tally: "Tally", lateness_s: float) -> None:
    """Tell people about rows that gave no event and about disorder, on stderr."""
    for kind, reasons in (
        ("malformed", tally.malformed),
        ("rejected", tally.rejected),
        ("skipped", tally.skipped),
    ):
        for reason, count in reasons.most_common():
            typer.echo(f"{kind}: {count:,} rows: {reason}", err=True)
    if tally.max_disorder_ms > lateness_s * 1000:
        _warn(
            f"events are up to {tally.max_disorder_ms:,} ms out of order, more than {lateness_s:g} s: "
            "a job that waits no longer than that drops the late ones. "
            "Sort the file by time, or raise the job's lateness"
        )
