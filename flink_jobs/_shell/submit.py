"""What every job's entry point does: read the settings, then build and hand over, or say what is wrong."""

import sys
from collections.abc import Callable, Sequence
from typing import TypeVar

from flink_jobs._shell.options import OptionsError, dumps, load

T = TypeVar("T")


def run(
    argv: Sequence[str], job: str, options: type[T], env_prefix: str, execute: Callable[[T], None]
) -> int:
    """Submit a job. Returns 0, or 2 when the settings cannot be used.

    Args:
        argv: Flags; ``--print-config`` shows the settings instead of submitting.
        job: Name for people.
        options: Its frozen dataclass of settings.
        env_prefix: Of its environment variables.
        execute: Builds the graph and submits it; loads Flink only then, so that --print-config is quick.
    """
    show = "--print-config" in argv
    try:
        settings = load(options, [a for a in argv if a != "--print-config"], env_prefix)
    except OptionsError as error:
        print(f"{job} job: settings cannot be used:\n{error}", file=sys.stderr)  # noqa: T201
        return 2
    if show:
        print(dumps(settings))  # noqa: T201
        return 0
    try:
        execute(settings)
    except OptionsError as error:  # what only shows when a setting is looked up somewhere
        print(f"{job} job: settings cannot be used:\n{error}", file=sys.stderr)  # noqa: T201
        return 2
    return 0
