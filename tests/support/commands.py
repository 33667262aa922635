"""Do the commands that our pages show exist, with these options?"""

import re
from collections.abc import Mapping, Sequence
from typing import Protocol

import typer

from flink_jobs._shell.options import OptionsError, _fields, load
from flink_jobs.trending.options import TrendingOptions
from groundswell.cli import app, load_verbs
from tests.support.tree import ROOT


class Param(Protocol):
    """What an option or argument is called."""

    opts: Sequence[str]
    secondary_opts: Sequence[str]


class Command(Protocol):
    """What is asked of a command; groups have `commands` besides."""

    name: str
    params: Sequence[Param]
    commands: Mapping[str, "Command"]


JOBS = {"flink_jobs.trending": TrendingOptions}


def faults(words: list[str]) -> list[str]:
    """Return what is wrong with a command; commands that are not ours are not judged."""
    if words[0] == "make":
        return _make_faults(words[1:])
    if words[0] == "groundswell":
        return _verb_faults(words[1:])
    return []


def _make_faults(words: list[str]) -> list[str]:
    text = (ROOT / "Makefile").read_text("utf-8")
    known = set(re.findall(r"^([a-z-]+):", text, re.MULTILINE))
    variables = set(re.findall(r"\$\(([A-Z]+)\)", text))
    given = [word for word in words if "=" not in word]
    return [f"make has no target {word}" for word in given if word not in known] + [
        f"the Makefile uses no {word.partition('=')[0]}"
        for word in words
        if "=" in word and word.partition("=")[0] not in variables
    ]


def _verb_faults(words: list[str]) -> list[str]:
    command, rest = _root(), list(words)
    while hasattr(command, "commands") and rest and not rest[0].startswith("-"):
        if rest[0] not in command.commands:
            return [f"no such verb: groundswell {' '.join(words)}"]
        command = command.commands[rest.pop(0)]
    at = rest.index("--") if "--" in rest else len(rest)
    own, job = rest[:at], rest[at + 1 :]
    known = {
        "--help",
        *(option for param in command.params for option in (*param.opts, *param.secondary_opts)),
    }
    given = [word.partition("=")[0] for word in own if re.match(r"--?[a-z]", word)]
    return [f"{command.name} has no {option}" for option in given if option not in known] + _job_faults(
        own, job
    )


def _job_faults(own: list[str], arguments: list[str]) -> list[str]:
    """Let a job read its own flags; of a flag whose value only a shell knows, the name is checked."""
    pairs = " ".join(arguments).replace(" --", "\0--").split("\0") if arguments else []
    names = [re.split("[ =]", pair)[0].removeprefix("--").replace("-", "_") for pair in pairs if "$" in pair]
    for kind in (JOBS[word] for word in own if word in JOBS):
        unknown = [f"flag --{name}: no such setting" for name in names if name not in _fields(kind)]
        try:
            load(kind, [word for pair in pairs if "$" not in pair for word in pair.split()], "NONE", {})
        except OptionsError as error:
            return [*unknown, *str(error).splitlines()]
        return unknown
    return []


def _root() -> Command:
    if not app.registered_commands and not app.registered_groups:
        load_verbs(app)
    return typer.main.get_command(app)
