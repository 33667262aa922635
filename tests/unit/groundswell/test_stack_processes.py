"""Only processes that are surely ours are found and stopped."""

import subprocess
import sys
import time
import uuid
from pathlib import Path

from groundswell.stack import processes
from groundswell.stack.identity import ProcessId, alive, capture

SLEEP_CODE = "import time; time.sleep(60)"
DEAF_CODE = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(60)
"""
PARENT_CODE = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
time.sleep(60)
"""
SLEEP = (sys.executable, "-c", SLEEP_CODE)
DEAF = (sys.executable, "-c", DEAF_CODE)
PARENT = (sys.executable, "-c", PARENT_CODE)


def start(
    tmp_path: Path, stack_id: str, argv: tuple[str, ...] = SLEEP
) -> tuple[subprocess.Popen[bytes], ProcessId]:
    """Start a marked process and return it with its identity."""
    process = processes.spawn(argv, stack_id=stack_id, log=tmp_path / "log")
    identity = capture(process.pid)
    assert identity is not None
    return process, identity


def test_a_recycled_pid_is_never_signalled(tmp_path: Path) -> None:
    """The same pid with another start time is somebody else's process."""
    process, identity = start(tmp_path, uuid.uuid4().hex)
    try:
        other = ProcessId(identity.pid, identity.started - 1)
        assert alive(identity)
        assert not alive(other)
        processes.stop([other], grace_s=0.1)
        time.sleep(0.1)
        assert process.poll() is None
    finally:
        processes.stop([identity], grace_s=1.0)
        process.wait()


def test_a_dead_process_has_no_identity(tmp_path: Path) -> None:
    """A zombie counts as gone: its parent has only not looked yet."""
    process, identity = start(tmp_path, uuid.uuid4().hex, (sys.executable, "-c", ""))
    deadline_s = time.monotonic() + 10
    while alive(identity) and time.monotonic() < deadline_s:
        time.sleep(0.02)
    assert capture(process.pid) is None
    process.wait()


def test_the_mark_finds_a_process_and_its_children(tmp_path: Path) -> None:
    """The mark is inherited, so also what our processes start is found, and nothing of another stack."""
    mine, other = uuid.uuid4().hex, uuid.uuid4().hex
    process, _ = start(tmp_path, mine, PARENT)
    stranger, stranger_id = start(tmp_path, other)
    try:
        deadline_s = time.monotonic() + 10
        while len(processes.marked(mine)) < 2 and time.monotonic() < deadline_s:
            time.sleep(0.02)
        found = processes.marked(mine)
        assert len(found) == 2
        assert processes.stop(found, grace_s=5.0) == []
        assert processes.marked(mine) == []
        assert alive(stranger_id)
    finally:
        processes.stop([*processes.marked(mine), stranger_id], grace_s=1.0)
        process.wait()
        stranger.wait()


def test_a_process_that_ignores_term_is_killed_after_the_grace(tmp_path: Path) -> None:
    """Stopping always ends; what had to be killed is reported."""
    process, identity = start(tmp_path, uuid.uuid4().hex, DEAF)
    try:
        deadline_s = time.monotonic() + 10
        while b"deaf" not in (tmp_path / "log").read_bytes() and time.monotonic() < deadline_s:
            time.sleep(0.02)
        assert processes.stop([identity], grace_s=0.2) == [identity]
        assert not alive(identity)
    finally:
        process.kill()
        process.wait()


def test_children_of_a_killed_leader_are_found_by_its_session(tmp_path: Path) -> None:
    """A worker that survives its killed parent is still known to belong to it."""
    mine = uuid.uuid4().hex
    process, leader = start(tmp_path, mine, PARENT)
    try:
        deadline_s = time.monotonic() + 10
        while len(processes.marked(mine)) < 2 and time.monotonic() < deadline_s:
            time.sleep(0.02)
        process.kill()
        process.wait()
        orphans = processes.left_behind(leader, mine)
        assert len(orphans) == 1
        assert orphans[0].pid != leader.pid
    finally:
        processes.stop(processes.marked(mine), grace_s=1.0)
