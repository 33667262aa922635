"""Write `docs/reference/cli.md` from the commands themselves."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol, cast

import typer

from groundswell.cli import load_verbs
from groundswell.reference.tables import code, table

_HEAD = """# The command line

Generated from the commands by `python -m groundswell.reference`: do not edit.

Progress goes to standard error, data to standard output. Exit codes: 0 done, 1 could not be done,
2 wrong usage, 130 interrupted; a verb says so where it differs.

"""


class Param(Protocol):
    """What the page needs to know of an option or argument."""

    name: str
    opts: Sequence[str]
    secondary_opts: Sequence[str]
    required: bool
    default: object
    envvar: object
    help: str | None
    metavar: str | None


class Command(Protocol):
    """What the page needs to know of a command; groups have commands."""

    name: str
    help: str | None
    params: Sequence[Param]
    commands: Mapping[str, "Command"]


def page() -> str:
    """Return the text of the page."""
    app = typer.Typer(add_completion=False)
    load_verbs(app)
    root = cast("Command", typer.main.get_command(app))
    verbs = list(_verbs(root, "groundswell"))
    contents = "".join(f"- [`{name}`](#{name.replace(' ', '-')})\n" for name, _ in verbs)
    return _HEAD + contents + "".join(f"\n{_verb(name, command)}" for name, command in verbs)


def _verbs(command: Command, name: str) -> Iterator[tuple[str, Command]]:
    """Yield the commands that do something, by their full name; groups only when they have options."""
    inner: Mapping[str, Command] = getattr(command, "commands", {})
    if not inner or _options(command):
        yield name, command
    for word, each in inner.items():
        yield from _verbs(each, f"{name} {word}")


def _options(command: Command) -> list[Param]:
    return [param for param in command.params if param.name != "help"]


def _verb(name: str, command: Command) -> str:
    arguments = [p for p in command.params if not p.opts[0].startswith("-")]
    words = ["VERB [OPTIONS]"] if hasattr(command, "commands") else [_argument(p) for p in arguments]
    text = f"## {name}\n\n```text\n{' '.join([name, '[OPTIONS]', *words])}\n```\n\n{_prose(command.help)}\n"
    rows = [(_spelling(p), _default(p), p.help or "") for p in _options(command)]
    return text + (f"\n{table(('option', 'default', 'meaning'), rows)}" if rows else "")


def _argument(param: Param) -> str:
    word = (param.metavar or param.name).upper().strip("{}[]")
    return word if param.required else f"[{word}]"


def _spelling(param: Param) -> str:
    if not param.opts[0].startswith("-"):
        return code(_argument(param))
    return ", ".join(code(option) for option in (*param.opts, *param.secondary_opts))


def _default(param: Param) -> str:
    known = "required" if param.required else _shown(param.default)
    environment = f"environment {code(param.envvar)}" if param.envvar else ""
    return "; ".join(filter(None, (known, environment)))


def _shown(default: object) -> str:
    if default is None or default == "" or callable(default):
        return ""
    if isinstance(default, bool):
        return "on" if default else "off"
    return code(default)


def _prose(text: str | None) -> str:
    """Return help text as paragraphs; line breaks inside a paragraph mean nothing."""
    parts = (text or "").replace("\f", "\n").replace("\b", "").split("\n\n")
    return "\n\n".join(" ".join(part.split()) for part in parts if part.strip())
