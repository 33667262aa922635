"""One typed configuration per job: defaults < TOML < environment < flags, all mistakes reported together."""

import dataclasses
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar, get_args, get_origin, get_type_hints

import msgspec

T = TypeVar("T")
_HIDDEN = ("password", "secret", "token")


class OptionsError(ValueError):
    """The configuration cannot be used; the message lists every problem with its place."""


def load(cls: type[T], argv: Sequence[str], prefix: str, environ: Mapping[str, str] | None = None) -> T:
    """Build a frozen dataclass from its defaults, ``--options FILE``, the environment and flags.

    A field ``burst.alert_score`` is ``[burst] alert_score`` in TOML, ``<prefix>_BURST__ALERT_SCORE`` in the
    environment and ``--burst.alert-score`` as a flag.

    Args:
        cls: A frozen dataclass; nested dataclasses are sections.
        argv: Flags as ``--name value`` or ``--name=value``; booleans also as bare ``--name``.
        prefix: Of the environment variables, for example GROUNDSWELL_TRENDING.
        environ: The environment; the process's own by default.

    Raises:
        OptionsError: Unknown names, wrong types, or values that the class refuses.
    """
    known = _fields(cls)
    problems: list[str] = []
    flags = _flags(argv, known, problems)
    path = flags.pop("options", None)
    values: dict[str, object] = _toml(Path(str(path)), known, problems) if path else {}
    env = os.environ if environ is None else environ
    for name in env:
        if name.startswith(prefix + "_"):
            field = name[len(prefix) + 1 :].lower().replace("__", ".")
            if field in known:
                values[field] = env[name]
            else:
                problems.append(f"environment {name}: no such setting")
    values.update(flags)
    converted = _convert(values, known, problems)
    built = _build(cls, converted, problems)
    if problems:
        raise OptionsError("\n".join(problems))
    return built


def dumps(options: object) -> str:
    """Return the configuration as JSON, with secrets hidden."""
    return json.dumps(_plain(options), indent=2, sort_keys=True)


def as_flags(options: object) -> list[str]:
    """Return flags that give the same configuration again; only what differs from the defaults."""
    out = []
    for name, value in _flatten(options).items():
        default = _flatten(type(options)())[name]
        if value != default:
            text = value if isinstance(value, str) else json.dumps(_plain(value))
            out.append(f"--{name.replace('_', '-')}={text}")
    return out


def _fields(cls: type) -> dict[str, object]:
    """Return dotted name -> type of all leaves."""
    hints = get_type_hints(cls)
    out: dict[str, object] = {}
    for field in dataclasses.fields(cls):
        kind = hints[field.name]
        if isinstance(kind, type) and dataclasses.is_dataclass(kind):
            out.update({f"{field.name}.{k}": v for k, v in _fields(kind).items()})
        else:
            out[field.name] = kind
    return out


def _flags(argv: Sequence[str], known: Mapping[str, object], problems: list[str]) -> dict[str, object]:
    out: dict[str, object] = {}
    rest = list(argv)
    while rest:
        word = rest.pop(0)
        name, equals, value = word.removeprefix("--").partition("=")
        field = name.replace("-", "_")
        if not word.startswith("--") or (field != "options" and field not in known):
            problems.append(f"flag {word}: expected --options FILE or one of the settings of --print-config")
        elif equals:
            out[field] = value
        elif known.get(field) is bool and (not rest or rest[0].startswith("--")):
            out[field] = "true"
        elif rest:
            out[field] = rest.pop(0)
        else:
            problems.append(f"flag {word}: a value is missing")
    return out


def _toml(path: Path, known: Mapping[str, object], problems: list[str]) -> dict[str, object]:
    try:
        table = msgspec.toml.decode(path.read_bytes())
    except (OSError, msgspec.DecodeError) as error:
        problems.append(f"{path}: {error}")
        return {}
    out: dict[str, object] = {}

    def walk(node: Mapping[str, object], above: str) -> None:
        for key, value in node.items():
            name = above + key
            if name in known:
                out[name] = value
            elif isinstance(value, dict):
                walk(value, name + ".")
            else:
                problems.append(f"{path}: {name}: no such setting")

    walk(table, "")
    return out


def _convert(
    values: Mapping[str, object], known: Mapping[str, object], problems: list[str]
) -> dict[str, object]:
    out = {}
    for name, value in values.items():
        kind = known[name]
        try:
            out[name] = msgspec.convert(_raw(value, kind), _concrete(kind), strict=False)
        except (msgspec.ValidationError, json.JSONDecodeError) as error:
            problems.append(f"{name} = {value!r}: {error}")
    return out


def _raw(value: object, kind: object) -> object:
    """Return a text as lists and tables where the type wants them: JSON, or a plain list with commas."""
    if isinstance(value, str) and get_origin(kind) is tuple and not value.startswith("["):
        return [part for part in value.split(",") if part]
    if isinstance(value, str) and (get_origin(kind) in (tuple, dict) or "Mapping" in str(kind)):
        return json.loads(value)
    return value


def _concrete(kind: object) -> object:
    """Return a type that msgspec can build: abstract mappings become dicts."""
    return dict[get_args(kind)] if "Mapping" in str(kind) else kind  # type: ignore[misc]


def _build(cls: type[T], values: Mapping[str, object], problems: list[str]) -> T:
    """Build a section and those inside it; one that refuses its values stands in with its defaults."""
    hints = get_type_hints(cls)
    arguments: dict[str, object] = {}
    for field in dataclasses.fields(cls):  # type: ignore[arg-type]
        kind = hints[field.name]
        if isinstance(kind, type) and dataclasses.is_dataclass(kind):
            inside = {
                name.split(".", 1)[1]: value
                for name, value in values.items()
                if name.startswith(field.name + ".")
            }
            arguments[field.name] = _build(kind, inside, problems)
        elif field.name in values:
            arguments[field.name] = values[field.name]
    try:
        return cls(**arguments)
    except ValueError as error:
        problems.append(str(error))
        return cls()


def _flatten(options: object) -> dict[str, object]:
    out: dict[str, object] = {}
    for field in dataclasses.fields(options):  # type: ignore[arg-type]
        value = getattr(options, field.name)
        if dataclasses.is_dataclass(value):
            out.update({f"{field.name}.{k}": v for k, v in _flatten(value).items()})
        else:
            out[field.name] = value
    return out


def _plain(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            f.name: "***"
            if any(h in f.name for h in _HIDDEN) and getattr(value, f.name)
            else _plain(getattr(value, f.name))
            for f in dataclasses.fields(value)
        }
    if isinstance(value, (dict, MappingProxyType)):
        return {str(k): _plain(v) for k, v in value.items()}
    return list(value) if isinstance(value, tuple) else value
