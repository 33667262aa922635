"""Send a source to Kafka for a command: connect, pump, summary on stdout, exit code.

Exit codes: 0 every record was acknowledged (also after an interrupt), 1 some were not or Kafka failed,
2 an option is wrong.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn

import typer

from producers.batch import EncodedBatch
from producers.errors import ConfigError, ProducersError
from schemas.kafka_access import ENV

if TYPE_CHECKING:
    from producers.pump import Outcome

NOT_DELIVERED, BAD_OPTION = 1, 2
_SECRETS = ("password", "secret", "jaas", "key.pem")
DEFAULT_BOOTSTRAP = "127.0.0.1:9092"


@dataclass(frozen=True, slots=True)
class Target:
    """Where to and how fast."""

    bootstrap: str
    topics: tuple[str, ...]
    properties: Mapping[str, str] = field(default_factory=dict)
    speed: float | None = None  # event seconds per second; None = as fast as possible


def deliver(
    title: str,
    source: Iterable[EncodedBatch],
    target: Target,
    *,
    total: int | None = None,
    on_batch: Callable[[EncodedBatch], None] = lambda _: None,
    extra: Callable[[], Mapping[str, object]] = dict,
    as_json: bool = False,
) -> None:
    """Pump a source to Kafka and report.

    Args:
        title: Shown beside the bar.
        source: The batches; opened lazily, so nothing is read before Kafka answered.
        target: Kafka and pace.
        total: Records expected, for the bar; None = unknown.
        on_batch: Hears each batch after it was handed over whole.
        extra: Asked at the end for more fields of the summary.
        as_json: Print one JSON object as last line on stdout instead of a sentence.

    Raises:
        typer.Exit: With a code when not everything was acknowledged or an option was wrong.
    """
    from producers.pacing import Pacer  # noqa: PLC0415  help must not load Kafka or numpy
    from producers.progress import ProgressBar  # noqa: PLC0415
    from producers.pump import Interrupt, pump  # noqa: PLC0415
    from producers.sink import open_kafka  # noqa: PLC0415

    bar, interrupt = ProgressBar(title, total), Interrupt()
    try:
        pacer = Pacer(target.speed)
        sink = open_kafka(
            target.bootstrap,
            bar.warn,
            topics=target.topics,
            properties=target.properties,
            stopping=lambda: interrupt.requested,
        )
        with interrupt.listening(), bar.showing():
            outcome = pump(source, sink, interrupt=interrupt, pacer=pacer, bar=bar, on_batch=on_batch)
    except ProducersError as error:
        fail(error)
    _print_summary(title, outcome, extra(), as_json=as_json)
    if outcome.fault:
        fail(outcome.fault)
    if not outcome.delivery.complete:
        raise typer.Exit(NOT_DELIVERED)


def _print_summary(title: str, outcome: "Outcome", extra: Mapping[str, object], *, as_json: bool) -> None:
    delivery = outcome.delivery
    if as_json:
        summary = {
            "source": title,
            "produced": delivery.produced,
            "acknowledged": delivery.acknowledged,
            "failed": delivery.failed,
            "reasons": dict(delivery.reasons),
            "interrupted": outcome.interrupted,
            "newest_ms": outcome.newest_ms,
            **extra,
        }
        typer.echo(json.dumps(summary))
        return
    lost = delivery.produced - delivery.acknowledged
    typer.echo(
        f"{title}: produced {delivery.produced:,}, acknowledged {delivery.acknowledged:,}, lost {lost:,}"
    )


def fail(error: ProducersError) -> NoReturn:
    """Print an error and leave with its code.

    Raises:
        typer.Exit: Always.
    """
    typer.echo(f"error: {error}", err=True)
    raise typer.Exit(BAD_OPTION if isinstance(error, ConfigError) else NOT_DELIVERED) from error


def parse_speed(text: str) -> float | None:
    """Read `--speed`: `max`, or a positive factor such as `1` or `60`.

    Raises:
        ConfigError: Anything else.
    """
    if text == "max":
        return None
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed < float("inf"):
        raise ConfigError(f"--speed {text!r}: expected `max` or a factor above 0, such as 1 or 60")
    return speed


def parse_properties(pairs: Iterable[str]) -> dict[str, str]:
    """Read `--kafka key=value` options.

    Raises:
        ConfigError: One has no `=`, or is a secret, which a process list would show. Only keys are repeated.
    """
    out = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise ConfigError(f"--kafka {key!r}: expected key=value, such as security.protocol=SASL_SSL")
        if any(word in key for word in _SECRETS):
            raise ConfigError(f"--kafka {key}: a process list would show it; put it into the file of {ENV}")
        out[key] = value
    return out
