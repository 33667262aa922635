"""Start, stop and ask the local stack of a data folder."""

import fcntl
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from groundswell.stack import job_report, plan, processes, state
from groundswell.stack.endpoints import Stack
from groundswell.stack.errors import StartError
from groundswell.stack.identity import alive
from groundswell.stack.layout import Layout
from groundswell.stack.logs import tail
from groundswell.stack.supervisor import LEASH_RELEASED

_START_TIMEOUT_S = 180.0
_STOP_TIMEOUT_S = 40.0
_POLL_S = 0.05


def start(
    data_dir: Path | str,
    *,
    fresh: bool = False,
    metrics: bool = False,
    flink: Mapping[str, str] | None = None,
    echo: Callable[[str], None] = lambda _: None,
) -> Stack:
    """Start the stack of a folder and leave it running; one that already runs is returned as it is.

    An interrupt at any moment before it is ready takes everything down again.

    Args:
        data_dir: its folder, made when absent. Two folders are two independent stacks.
        fresh: throw away what an earlier run left there. Without it, earlier jobs are resumed.
        metrics: let Prometheus see Flink's metrics.
        flink: Flink's own settings, which win over ours; see `flink_conf.chosen`.
        echo: receives one line for each step.

    Raises:
        MissingPieceError, JarIntegrityError: before anything is started.
        StartError: when a process does not come up; everything is down again then.
    """
    running = _running(Layout.at(data_dir))
    if running is not None and not fresh:
        echo(f"the stack in {running.data_dir} already runs")
        return running
    supervisor = _launch(data_dir, fresh=fresh, metrics=metrics, flink=flink, echo=echo)
    try:
        stack = _wait(Layout.at(data_dir), supervisor, echo)
        _release(supervisor)
    except BaseException:
        _take_down(Layout.at(data_dir), supervisor)
        raise
    # The stack outlives us, so nobody waits for this child; say so, or Python warns about it.
    supervisor.returncode = 0
    return stack


@contextmanager
def running(
    data_dir: Path | str,
    *,
    fresh: bool = False,
    metrics: bool = False,
    flink: Mapping[str, str] | None = None,
    echo: Callable[[str], None] = lambda _: None,
) -> Iterator[Stack]:
    """Hold a stack for the length of a block; it ends with the block, or with this process in any way."""
    layout = Layout.at(data_dir)
    supervisor = _launch(data_dir, fresh=fresh, metrics=metrics, flink=flink, echo=echo)
    try:
        yield _wait(layout, supervisor, echo)
    finally:
        _take_down(layout, supervisor)


def stop(data_dir: Path | str) -> bool:
    """Stop what the folder's stack started, nothing else. The data stays.

    Returns:
        False when nothing was running.
    """
    layout = Layout.at(data_dir)
    if not layout.id_file.exists():
        return False
    now = state.read(layout)
    mine = [now.supervisor] if now is not None and now.supervised() else []
    # The supervisor ends its own processes in good order; the mark finds what it can no longer end.
    processes.stop(mine, _STOP_TIMEOUT_S)
    return _end_strays(layout) or bool(mine)


def status(data_dir: Path | str) -> dict[str, object]:
    """Return what is known about a folder's stack, as plain values for printing."""
    layout = Layout.at(data_dir)
    now = state.read(layout)
    if now is None:
        return {"data_dir": str(layout.root), "phase": "absent", "pieces": {}}
    phase = now.phase
    if not now.supervised() and phase in {state.READY, state.STARTING}:
        # Its supervisor was killed. What it started may still run, but nobody watches it.
        phase = "unsupervised" if any(map(alive, state.recorded(layout))) else state.STOPPED
    found: dict[str, object] = {"data_dir": str(layout.root), "phase": phase, "message": now.message}
    if phase in {state.READY, state.STARTING}:
        stack = Stack.of(plan.read(layout))
        found |= {
            "kafka": stack.kafka_bootstrap,
            "redis": stack.redis_url,
            "flink": stack.flink_rest_url,
            "execution_mode": stack.plan.execution_mode,
            "supervisor_pid": now.supervisor.pid,
        }
    found["pieces"] = {
        name: {
            "phase": piece.phase,
            "pid": piece.process.pid if piece.process else None,
            "restarts": piece.restarts,
            "ready_after_s": piece.ready_after_s,
        }
        for name, piece in now.pieces.items()
    }
    live = job_report.ask(str(found["flink"])) if phase == state.READY else None
    found["jobs"] = job_report.report(layout, live)
    return found


def _running(layout: Layout) -> Stack | None:
    now = state.read(layout)
    return Stack.load(layout.root) if now and now.supervised() and now.phase == state.READY else None


def _launch(
    data_dir: Path | str,
    *,
    fresh: bool,
    metrics: bool,
    flink: Mapping[str, str] | None,
    echo: Callable[[str], None],
) -> subprocess.Popen[bytes]:
    layout = Layout.at(data_dir)
    now = state.read(layout)
    if now is not None and now.supervised() and fresh:
        stop(data_dir)
    with _locked(layout) as lock:
        _end_strays(layout)  # of a supervisor that was killed
        if fresh:
            _wipe(layout)
        made = plan.make(layout, echo, metrics=metrics, flink=flink)
        layout.create()
        plan.write(made)
        layout.state_file.unlink(missing_ok=True)
        return processes.spawn(
            [sys.executable, "-m", "groundswell.stack.supervisor", str(layout.root), str(lock)],
            stack_id=made.stack_id,
            log=layout.logs / "supervisor.log",
            env={"PYTHONPATH": os.pathsep.join(made.python_path)},
            stdin=subprocess.PIPE,
            pass_fds=(lock,),
        )


@contextmanager
def _locked(layout: Layout) -> Iterator[int]:
    """Hold the folder's lock. A supervisor that inherits the descriptor keeps it until it ends."""
    layout.root.mkdir(parents=True, exist_ok=True)
    with layout.lock_file.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StartError(
                f"a stack in {layout.root} runs already or is just being started: see `groundswell status`"
            ) from None
        yield lock.fileno()


def _wipe(layout: Layout) -> None:
    # Only what a stack makes: the folder may be somebody's home by mistake.
    data = (layout.redis, layout.kafka, layout.flink, layout.checkpoints, layout.savepoints)
    for folder in (*data, layout.jobs, layout.logs):
        shutil.rmtree(folder, ignore_errors=True)
    for file in (layout.plan_file, layout.state_file):
        file.unlink(missing_ok=True)


def _wait(layout: Layout, supervisor: subprocess.Popen[bytes], echo: Callable[[str], None]) -> Stack:
    began_s = time.monotonic()
    told: set[str] = set()
    while True:
        now = state.read(layout)
        for name, piece in (now.pieces if now else {}).items():
            if piece.phase == "ready" and name not in told:
                told.add(name)
                echo(f"{name} ready after {time.monotonic() - began_s:.1f} s")
        if now and now.phase == state.READY:
            return Stack.of(plan.read(layout))
        code = supervisor.poll()
        if code is not None:
            log = layout.logs / "supervisor.log"
            raise StartError(
                now.message
                if now and now.message
                else f"the supervisor ended with code {code}; its log {log} ends with:\n{tail(log)}"
            )
        if time.monotonic() - began_s > _START_TIMEOUT_S:
            raise StartError(f"the stack in {layout.root} was not ready within {_START_TIMEOUT_S:.0f} s")
        time.sleep(_POLL_S)


def _take_down(layout: Layout, supervisor: subprocess.Popen[bytes]) -> None:
    if supervisor.stdin is not None:
        supervisor.stdin.close()
    try:
        supervisor.wait(_STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        supervisor.kill()
        supervisor.wait()
    finally:
        _end_strays(layout)


def _end_strays(layout: Layout) -> bool:
    recorded = [each for each in state.recorded(layout) if alive(each)]
    found = [*recorded, *(each for each in processes.marked(plan.stack_id(layout)) if each not in recorded)]
    processes.stop(found, _STOP_TIMEOUT_S)
    return bool(found)


def _release(supervisor: subprocess.Popen[bytes]) -> None:
    """Let the supervisor live on without us. Raises OSError when it is already gone."""
    if supervisor.stdin is None:
        raise StartError("the supervisor was started without a leash")
    supervisor.stdin.write(LEASH_RELEASED)
    supervisor.stdin.close()
