"""Small questions that end-to-end tests ask a stack."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from groundswell.stack import local, plan, processes
from groundswell.stack.endpoints import Stack
from groundswell.stack.layout import Layout

T = TypeVar("T")


def eventually(question: Callable[[], T], what: str, timeout_s: float = 60.0) -> T:
    """Ask again and again until the answer is true, and return it; fail with what was waited for."""
    deadline_s = time.monotonic() + timeout_s
    while not (found := question()):
        if time.monotonic() > deadline_s:
            raise AssertionError(f"not within {timeout_s:.0f} s: {what}")
        time.sleep(0.1)
    return found


def left_running(data_dir: Path) -> list[int]:
    """Return the pids of every process that carries the mark of the folder's stack."""
    return [each.pid for each in processes.marked(plan.stack_id(Layout.at(data_dir)))]


def pieces(stack: Stack) -> dict[str, dict[str, object]]:
    """Return the present state of each server process."""
    found = local.status(stack.data_dir)["pieces"]
    assert isinstance(found, dict)
    return found


def all_ready(stack: Stack) -> bool:
    """Say whether every server process answers."""
    return all(piece["phase"] == "ready" for piece in pieces(stack).values())
