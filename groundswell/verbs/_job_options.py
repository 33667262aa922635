"""What the local stack knows and a job's settings need: added by `groundswell submit` when not given."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec


@dataclass(frozen=True, slots=True)
class FromStack:
    """Settings of one job that the stack can fill in.

    Attributes:
        env_prefix: of the job's environment variables.
        settings: name of a setting -> placeholder, see `groundswell.stack.jobs.concrete`.
    """

    env_prefix: str
    settings: Mapping[str, str]


# A job that is not in here gets its arguments as they are; placeholders work for every job.
FROM_STACK = {
    "flink_jobs.trending": FromStack(
        env_prefix="GROUNDSWELL_TRENDING",
        settings={
            "kafka_bootstrap": "{kafka}",
            "redis_url": "{redis}",
            "execution_mode": "{mode}",
            "parallelism": "{parallelism}",
        },
    ),
    "flink_jobs.interests": FromStack(
        env_prefix="GROUNDSWELL_INTERESTS",
        settings={
            "kafka_bootstrap": "{kafka}",
            "redis_url": "{redis}",
            "execution_mode": "{mode}",
            "parallelism": "{parallelism}",
        },
    ),
    "flink_jobs.feed": FromStack(
        env_prefix="GROUNDSWELL_FEED",
        settings={
            "kafka_bootstrap": "{kafka}",
            "redis_url": "{redis}",
            "execution_mode": "{mode}",
            "parallelism": "{parallelism}",
        },
    ),
    "flink_jobs.content": FromStack(
        env_prefix="GROUNDSWELL_CONTENT",
        settings={
            "kafka_bootstrap": "{kafka}",
            "execution_mode": "{mode}",
            "parallelism": "{parallelism}",
        },
    ),
}


def completed(module: str, arguments: Sequence[str], environ: Mapping[str, str] | None = None) -> list[str]:
    """Return a job's arguments with the settings that the stack knows and nobody gave.

    A setting is given by a flag, in the file of `--options`, or in the environment. Flags are the strongest
    of the three, so adding one would overrule the others.

    Args:
        module: the job's module; of a module without an entry nothing is known.
        arguments: the job's own options.
        environ: the environment; this process's own by default.
    """
    known = FROM_STACK.get(module)
    if known is None:
        return list(arguments)
    env = os.environ if environ is None else environ
    given = _flags(arguments) | _in_file(arguments)
    missing = {
        name: mark
        for name, mark in known.settings.items()
        if name not in given and f"{known.env_prefix}_{name.upper()}" not in env
    }
    return [*arguments, *(f"--{name.replace('_', '-')}={mark}" for name, mark in missing.items())]


def _flags(arguments: Sequence[str]) -> set[str]:
    words = (word.removeprefix("--").partition("=")[0] for word in arguments if word.startswith("--"))
    return {word.replace("-", "_") for word in words}


def _in_file(arguments: Sequence[str]) -> set[str]:
    """Return the names at the top of the file of `--options`. What is wrong with the file, the job says."""
    words = list(arguments)
    path = next((word.partition("=")[2] for word in words if word.startswith("--options=")), "")
    if "--options" in words[:-1]:
        path = words[words.index("--options") + 1]
    try:
        return set(msgspec.toml.decode(Path(path).read_bytes())) if path else set()
    except (OSError, msgspec.DecodeError):
        return set()
