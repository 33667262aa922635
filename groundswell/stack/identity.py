"""Which process is meant: a pid alone can be recycled, a pid with its start time cannot."""

from pathlib import Path

import msgspec
import psutil


class ProcessId(msgspec.Struct, frozen=True):
    """A process that we started.

    Attributes:
        pid: process number, also its process group and session (each is started as a session leader).
        started: when it started. Linux: clock ticks since boot, which no clock change can shift;
            elsewhere: milliseconds since 1970.
    """

    pid: int
    started: int


def capture(pid: int) -> ProcessId | None:
    """Return the identity of a living process, None when it is gone or only a zombie."""
    started = _started(pid)
    return None if started is None else ProcessId(pid, started)


def alive(process: ProcessId) -> bool:
    """Say whether exactly this process still runs."""
    return _started(process.pid) == process.started


def _started(pid: int) -> int | None:
    if Path("/proc/self/stat").exists():
        return _started_linux(pid)
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        return int(process.create_time() * 1000)
    except psutil.Error:
        return None


def _started_linux(pid: int) -> int | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    # The second field is the command in brackets and may hold anything, brackets and spaces too.
    fields = text[text.rindex(")") + 2 :].split()
    return None if fields[0] in "ZX" else int(fields[19])
