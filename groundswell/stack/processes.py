"""Start processes detached and marked, and stop exactly those."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import psutil

from groundswell.stack.identity import ProcessId, alive, capture

MARK = "GROUNDSWELL_STACK"  # environment variable that every process of a stack carries
_POLL_S = 0.05


def spawn(
    argv: Sequence[str],
    *,
    stack_id: str,
    log: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stdin: int = subprocess.DEVNULL,
    pass_fds: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start a program in its own session, its output appended to a log.

    Its own session means that Ctrl-C in the terminal does not reach it, and that the whole group
    (a Python worker under a TaskManager) can be stopped together.

    Args:
        argv: program and arguments; no shell is involved.
        stack_id: the mark by which strays are found, see `marked`.
        log: file that receives standard output and error.
        env: variables on top of this process's own.
        cwd: working folder.
        stdin: a file descriptor, or nothing.
        pass_fds: further descriptors that the program inherits under the same numbers.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, **(env or {}), MARK: stack_id}
    with log.open("ab") as out:
        return subprocess.Popen(
            list(argv),
            stdin=stdin,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=cwd,
            start_new_session=True,
            pass_fds=pass_fds,
        )


def marked(stack_id: str) -> list[ProcessId]:
    """Find every process of this user that carries the stack's mark, except the caller.

    The mark is inherited, so it also finds what our processes started and what was started but not
    yet recorded when a supervisor was killed. Cost: one look at each process, a few milliseconds.
    """
    found: list[ProcessId] = []
    for process in psutil.process_iter():
        if process.pid == os.getpid():
            continue
        with contextlib.suppress(psutil.Error, OSError):
            if process.environ().get(MARK) == stack_id:
                identity = capture(process.pid)
                if identity is not None:
                    found.append(identity)
    return found


def left_behind(leader: ProcessId, stack_id: str) -> list[ProcessId]:
    """Find what a dead session leader left behind, such as the Python workers of a TaskManager."""
    return [each for each in marked(stack_id) if _session(each.pid) == leader.pid]


def _session(pid: int) -> int:
    try:
        return os.getsid(pid)
    except OSError:
        return -1


def stop(processes: Iterable[ProcessId], grace_s: float) -> list[ProcessId]:
    """Ask the processes to end, wait, then kill what is left.

    Args:
        processes: only those whose identity still matches are touched.
        grace_s: seconds between TERM and KILL.

    Returns:
        Those that had to be killed.
    """
    left = [process for process in processes if alive(process)]
    for process in left:
        _signal(process, signal.SIGTERM)
    left = _wait(left, grace_s)
    for process in left:
        _signal(process, signal.SIGKILL)
    _wait(left, 5.0)
    return left


def stop_tree(leader: ProcessId, grace_s: float) -> None:
    """Stop a process and everything below it in the process tree."""
    tree = [leader]
    with contextlib.suppress(psutil.Error):
        for child in psutil.Process(leader.pid).children(recursive=True):
            identity = capture(child.pid)
            if identity is not None:
                tree.append(identity)
    stop(tree, grace_s)


def _signal(process: ProcessId, number: signal.Signals) -> None:
    if not alive(process):
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(process.pid, number)


def _wait(processes: list[ProcessId], timeout_s: float) -> list[ProcessId]:
    deadline_s = time.monotonic() + timeout_s
    left = processes
    while True:
        left = [process for process in left if alive(process)]
        if not left or time.monotonic() >= deadline_s:
            return left
        time.sleep(_POLL_S)
