"""Write `docs/reference/trending-options.md` from the options class of the job."""

import dataclasses
import json
from collections.abc import Iterator, Mapping
from typing import get_type_hints

from groundswell.reference.tables import code, table
from schemas.docstrings import attributes, summary

_HEAD = """# Settings of the {job} job

Generated from `{module}` by `python -m groundswell.reference`: do not edit.

Defaults < TOML file (`--options FILE`) < environment < flags. All mistakes are reported together, unknown
names are refused, and `--print-config` shows the result.

| where | how `{sample}` is written |
| --- | --- |
| TOML | `[{section}]` with `{leaf} = ...` |
| environment | `{prefix}_{variable}` |
| flag | `--{flag} ...` |

Durations end in `_ms` and are milliseconds. In the environment and in flags, lists are separated by commas
and tables are JSON.

"""


def page(job: str, options: object, prefix: str, sample: str) -> str:
    """Return the text of the page.

    Args:
        job: Name of the job.
        options: Its options, with the defaults.
        prefix: Of its environment variables.
        sample: A setting in a section, shown in all three notations.
    """
    section, _, leaf = sample.rpartition(".")
    text = _HEAD.format(
        job=job,
        module=type(options).__module__.replace(".", "/") + ".py",
        sample=sample,
        section=section,
        leaf=leaf,
        prefix=prefix,
        variable=sample.upper().replace(".", "__"),
        flag=sample.replace("_", "-"),
    )
    parts = [_section(name, part) for name, part in _sections(options, "")]
    return text + "\n".join(parts)


def _sections(options: object, name: str) -> Iterator[tuple[str, object]]:
    """Yield (dotted name, options) of a class and of the classes inside it."""
    yield name, options
    for field in dataclasses.fields(options):  # type: ignore[arg-type]  # an instance of a dataclass
        value = getattr(options, field.name)
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            yield from _sections(value, f"{name}.{field.name}" if name else field.name)


def _section(name: str, options: object) -> str:
    told, hints = attributes(type(options)), get_type_hints(type(options))
    rows = []
    for field in dataclasses.fields(options):  # type: ignore[arg-type]
        value = getattr(options, field.name)
        if dataclasses.is_dataclass(value):
            continue
        full = f"{name}.{field.name}" if name else field.name
        rows.append((code(full), _kind(hints[field.name]), _value(value), told.get(field.name, "")))
    title = f"## `{name}`\n\n{summary(type(options))}\n" if name else "## Top level\n"
    return f"{title}\n{table(('setting', 'type', 'default', 'meaning'), rows)}"


def _kind(hint: object) -> str:
    """Return a type in words that a reader of TOML knows."""
    text = str(hint)
    if "Literal" in text and text.startswith("tuple"):
        return "list of " + text.partition("Literal[")[2].partition("]")[0].replace("'", "`")
    if "Literal" in text:
        return text.partition("[")[2].rstrip("]").replace("'", "`").replace(", ", " or ")
    if "Mapping" in text:
        return "table"
    if "tuple" in text:
        return "list"
    names = {"int": "whole number", "float": "number", "str": "text", "bool": "true or false"}
    return names.get(getattr(hint, "__name__", text), text)


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"`{key}` {number:g}" for key, number in value.items())
    if isinstance(value, bool | tuple):
        return code(json.dumps(value))
    return code(value) if value != "" else "empty"
