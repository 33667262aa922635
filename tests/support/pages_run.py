"""Run the shell blocks of a page as a reader would, with a time limit."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.support.markdown import Block, blocks, name
from tests.support.tree import ROOT

RUN = "run"
# Set by the make that runs these tests; a make inside a block must not take them over.
_MAKE = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES")


@dataclass(frozen=True)
class Done:
    """One block that ran to its end."""

    block: Block
    out: str
    err: str


class BlockFailed(AssertionError):  # noqa: N818 - it is a failed check, and reads as one
    """A block ended with another code than 0, or took too long."""


def runnable(page: Path) -> list[Block]:
    """Return the shell blocks of a page that are marked to be run."""
    return [block for block in blocks(page) if block.language == "sh" and RUN in block.words]


def environment(data: Path) -> dict[str, str]:
    """Return what a reader's terminal has: our commands, this Python, and a data folder of its own."""
    kept = {key: value for key, value in os.environ.items() if key not in _MAKE}
    return {
        **kept,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHON": getattr(sys, "_base_executable", sys.executable),
        "GROUNDSWELL_DATA": str(data),
        "NO_COLOR": "1",
    }


def run(block: Block, env: Mapping[str, str], timeout_s: float) -> Done:
    """Run a block in the repository.

    Raises:
        BlockFailed: with the place of the block and its last words.
    """
    process = subprocess.Popen(
        ["bash", "-euo", "pipefail", "-c", block.text],
        cwd=ROOT, env=dict(env), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, start_new_session=True,
    )  # fmt: skip
    try:
        out, err = process.communicate(timeout=timeout_s)
    except subprocess.TimeoutExpired:
        out, err = _end(process)
        err += f"\n(took longer than {timeout_s:.0f} s)"
        process.returncode = process.returncode or 1
    if process.returncode:
        raise BlockFailed(
            f"{name(block.page)} line {block.line} ended with code {process.returncode}:\n{block.text}\n"
            f"{out[-2000:]}\n{err[-4000:]}"
        )
    return Done(block, out, err)


def _end(process: subprocess.Popen[str]) -> tuple[str, str]:
    """End a block and all that it started in its session; a demonstration takes its stack down first."""
    for number, grace_s in ((signal.SIGTERM, 60), (signal.SIGKILL, 10)):
        os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.communicate(timeout=grace_s)
    return "", "(could not be ended)"


def run_page(page: Path, env: Mapping[str, str], timeout_s: float) -> list[Done]:
    """Run all blocks of a page that are marked, in one shell session's worth of functions each.

    A function that an earlier block defines is known to later ones, as in a reader's terminal.
    """
    done, before = [], ""
    for block in runnable(page):
        session = Block(block.page, block.line, block.language, block.words, before + block.text)
        done.append(run(session, env, timeout_s))
        before += _functions(block.text)
    return done


def _functions(text: str) -> str:
    """Return the functions that a block defines: `name() {` to the line `}`."""
    kept, inside = [], False
    for line in text.splitlines(keepends=True):
        inside = inside or line.rstrip().endswith("() {")
        if inside:
            kept.append(line)
        inside = inside and line.rstrip() != "}"
    return "".join(kept)
