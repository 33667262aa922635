"""Processes that run beside the demo as long as it lasts."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_END_S = 10.0


@contextmanager
def beside(arguments: Sequence[str], log: Path, *, words: bool) -> Iterator["subprocess.Popen[bytes]"]:
    """Run ``groundswell`` with these arguments; end it with the block.

    Args:
        arguments: Of the command line; no secrets.
        log: Where it writes what goes wrong.
        words: What it prints goes there too; else nowhere.
    """
    with (
        log.open("w", encoding="utf-8") as out,
        subprocess.Popen(
            [sys.executable, "-m", "groundswell.cli", *arguments],
            stdout=out if words else subprocess.DEVNULL,
            stderr=out,
            start_new_session=True,  # the interrupt that ends the table ends it by our own hand
        ) as process,
    ):
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(_END_S)
            except subprocess.TimeoutExpired:
                process.kill()
