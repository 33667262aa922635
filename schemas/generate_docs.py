"""Write `docs/reference/events.md`: topics and events as a reader needs them."""

from collections.abc import Sequence

from schemas.avro_plan import Field, Plan
from schemas.released import Release, Schema
from schemas.topics import TopicSpec

_DAY_MS = 86_400_000
_HEAD = """# Events and topics

Generated from `schemas/events/` and `schemas/topics.toml` by `python -m schemas.generate`: do not edit.

Every value on an event topic is: one byte `0x00`, the schema id as four bytes (big endian), then the Avro
binary body. The ids below are those of the file registry; a registry server may issue others. The record
timestamp is the event time.

"""


def _type(field: Field) -> str:
    if field.items:
        inner = [item if not item.name else item.name for item in field.items]
        names = ", ".join(f"{item.name}: {item.kind}" for item in field.items if item.name)
        return f"array of {{{names}}}" if isinstance(inner[0], str) else f"array of {field.items[0].kind}"
    return f"{field.kind} or null" if field.nullable else field.kind


def _default(field: Field) -> str:
    if not field.has_default:
        return "required"
    value = (
        {None: "null", True: "true", False: "false", "": '""'} if field.kind in {"boolean", "string"} else {}
    )
    if field.default is None:
        return "`null`"
    text = value.get(field.default, field.default) if isinstance(field.default, str | bool) else field.default
    return f"`{text}`"


def _table(rows: Sequence[tuple[str, ...]], head: tuple[str, ...]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines) + "\n"


def _event(release: Release, plan: Plan, schema: Schema, topic: str) -> str:
    nodes = schema["fields"]
    docs = [_escaped(str(node.get("doc", ""))) for node in nodes] if isinstance(nodes, list) else []
    rows = [
        (f"`{field.name}`", _type(field), _default(field), doc)
        for field, doc in zip(plan.fields, docs, strict=True)
    ]
    text = f"## {release.event}\n\n{schema['doc']}\n\n"
    text += f"`{schema['namespace']}.{plan.name}`, version {release.version}, schema id {release.id}, "
    text += f"topic `{topic}`.\n\n"
    text += _table(rows, ("field", "type", "default", "meaning"))
    for field in plan.fields:
        if field.symbols:
            text += f"Symbols of `{field.name}`: {', '.join(f'`{symbol}`' for symbol in field.symbols)}.\n\n"
    return text


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


def _topic(spec: TopicSpec) -> tuple[str, ...]:
    return (
        f"`{spec.name}`",
        f"[{spec.event}](#{spec.event})" if spec.event else "original bytes",
        _escaped(spec.key),
        str(spec.partitions),
        f"{spec.retention_ms / _DAY_MS:g} days, {spec.cleanup}",
        spec.compatibility or "",
        ", ".join(spec.writers),
        ", ".join(spec.readers),
    )


def events_page(events: dict[str, tuple[Release, Plan, Schema]], topics: dict[str, TopicSpec]) -> str:
    """Text of the reference page.

    Args:
        events: Event name -> its newest release, compiled and as parsed JSON.
        topics: Topic name -> its settings.
    """
    head = ("topic", "event", "key", "partitions", "kept", "compatibility", "writers", "readers")
    text = _HEAD + "## Topics\n\n" + _table([_topic(spec) for spec in topics.values()], head)
    carried = {spec.event: spec.name for spec in topics.values()}
    for event, (release, plan, schema) in events.items():
        text += _event(release, plan, schema, carried.get(event, "none"))
    return text.rstrip("\n") + "\n"
