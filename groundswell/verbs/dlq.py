"""`groundswell dlq`: records that could not be counted: look at them, count them, send them back."""

import base64
from collections import deque
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from groundswell.verbs._connect import CANNOT, Bootstrap, kafka_address, told
from groundswell.verbs._options import DEFAULT_DATA_DIR, AsJson, DataDir, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundswell.dead_letters import DeadLetter, LetterBox
    from groundswell.dead_replay import Plan
    from producers.sink import Delivery

_TOP_REASONS = 20
_HELP = "Dead letters: records that a job could not count, with the reason."
Topic = Annotated[str, typer.Option("--topic", help="Only those that came from this topic.")]
Reason = Annotated[str, typer.Option("--reason", help="Only unreadable, undecodable, invalid or late ones.")]
Limit = Annotated[int, typer.Option("--limit", min=1, max=100_000, help="The newest so many.")]
Yes = Annotated[bool, typer.Option("--yes", help="Really send; without it, only say what would be sent.")]
RegistryUrl = Annotated[
    str, typer.Option("--registry", help="Schema registry URL; empty = the released files.")
]


def register(app: typer.Typer) -> None:
    """Add the verb."""
    dlq = typer.Typer(name="dlq", help=_HELP, no_args_is_help=True)
    dlq.command("list")(list_letters)
    dlq.command("count")(count_letters)
    dlq.command("replay")(replay_letters)
    app.add_typer(dlq)


def list_letters(
    topic: Topic = "",
    reason: Reason = "",
    limit: Limit = 20,
    *,
    as_json: AsJson = False,
    data: DataDir = DEFAULT_DATA_DIR,
    bootstrap: Bootstrap = None,
) -> None:
    """Show the newest dead letters; with --json one array, the original bytes in base64."""
    import msgspec  # noqa: PLC0415

    box = _box(reason)
    with told():
        newest = deque(_letters(box, kafka_address(data, bootstrap), topic), maxlen=limit)
    if as_json:
        values = [{**asdict(each), "value": base64.b64encode(each.value).decode("ascii")} for each in newest]
        typer.echo(msgspec.json.encode(values).decode())
        return
    for each in newest:
        where = f"{each.topic} {each.partition}:{each.offset}"
        typer.echo(f"{where:<26}{each.error:<12} {len(each.value):>6} B  {each.message}")
    if box.total > len(newest):
        say(f"the newest {len(newest)} of {box.total}; --limit shows more")


def count_letters(
    topic: Topic = "",
    reason: Reason = "",
    *,
    as_json: AsJson = False,
    data: DataDir = DEFAULT_DATA_DIR,
    bootstrap: Bootstrap = None,
) -> None:
    """Count dead letters by reason, each source record once."""
    import msgspec  # noqa: PLC0415

    box = _box(reason)
    with told():
        deque(_letters(box, kafka_address(data, bootstrap), topic), maxlen=0)
    reasons = [(*why, count) for why, count in box.by_reason.most_common(_TOP_REASONS)]
    if as_json:
        values = {
            "total": box.total,
            "repeats": box.repeats,
            "by_class": dict(box.by_error.most_common()),
            "reasons": [{"class": kind, "message": told_why, "count": n} for kind, told_why, n in reasons],
        }
        typer.echo(msgspec.json.encode(values).decode())
        return
    typer.echo(f"{box.total} dead letters")
    for kind, told_why, n in reasons:
        typer.echo(f"{n:>9}  {kind:<12} {told_why}")
    if len(box.by_reason) > len(reasons):
        say(f"and {len(box.by_reason) - len(reasons)} rarer reasons")


def replay_letters(
    topic: Topic = "",
    reason: Reason = "",
    *,
    yes: Yes = False,
    as_json: AsJson = False,
    data: DataDir = DEFAULT_DATA_DIR,
    bootstrap: Bootstrap = None,
    registry: RegistryUrl = "",
) -> None:
    """Send dead letters back to the topics they came from: original bytes, key and event time.

    A record whose pane was closed since will come back as late; one that is still damaged comes back too.
    The letters stay where they are: a second replay sends them again.
    Exit code 1 without --yes, or when not every letter was sent and acknowledged.
    """
    from groundswell.dead_replay import originals, plan  # noqa: PLC0415
    from schemas.registry import open_registry  # noqa: PLC0415

    with told():
        address = kafka_address(data, bootstrap)
        letters = list(_letters(_box(reason), address, topic))
        made = plan(letters, originals(address, letters), open_registry(registry or None))
        delivery = _send(address, made) if yes and made.outgoing else None
    _report(made, delivery, yes=yes, as_json=as_json)


def _report(made: "Plan", delivery: "Delivery | None", *, yes: bool, as_json: bool) -> None:
    import msgspec  # noqa: PLC0415

    acknowledged = delivery.acknowledged if delivery else 0
    values = {
        "letters": len(made.outgoing) + made.timeless,
        "to_send": len(made.outgoing),
        "still_unreadable": made.unreadable,
        "time_unknown": made.timeless,
        "acknowledged": acknowledged,
    }
    if as_json:
        typer.echo(msgspec.json.encode(values).decode())
    else:
        say(", ".join(f"{name.replace('_', ' ')} {value}" for name, value in values.items()))
    if made.timeless:
        say(f"{made.timeless} were not sent: they do not decode and their source record is gone")
    if not yes:
        say("nothing was sent: add --yes to send")
    if not yes or acknowledged < len(made.outgoing) or made.timeless:
        raise typer.Exit(CANNOT)


def _send(address: str, made: "Plan") -> "Delivery":
    from producers.sink import open_kafka  # noqa: PLC0415

    names = tuple(sorted({out.letter.topic for out in made.outgoing}))
    sink = open_kafka(address, say, topics=names)
    for batch in made.batches():
        sink.send(batch)
    return sink.close()


def _box(reason: str) -> "LetterBox":
    from groundswell.dead_letters import LetterBox  # noqa: PLC0415

    return LetterBox(reason)


def _letters(box: "LetterBox", address: str, topic: str) -> "Iterator[DeadLetter]":
    """Read the dead letters of a topic, or of all."""
    from groundswell.dead_letters import dead_letter_topics  # noqa: PLC0415
    from groundswell.kafka_read import read_topic  # noqa: PLC0415
    from schemas.topics import DLQ_SUFFIX  # noqa: PLC0415

    known = dead_letter_topics()
    if topic and topic not in known:
        raise typer.BadParameter(
            f"{topic!r} has no dead letters: expected {', '.join(known)}", param_hint="--topic"
        )
    for name in [topic] if topic else known:
        yield from box.sort(read_topic(address, f"{name}{DLQ_SUFFIX}"))
