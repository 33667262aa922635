"""One supervised server process: prepare, start, wait until it answers, start again when it dies."""

import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from groundswell.stack import processes
from groundswell.stack.errors import StartError
from groundswell.stack.identity import ProcessId, capture
from groundswell.stack.logs import tail
from groundswell.stack.state import Piece

_BACKOFF_S = (0.0, 1.0, 2.0, 5.0, 10.0, 30.0)
_STABLE_S = 60.0  # after that long, the next loss counts as the first again


@dataclass(frozen=True, slots=True)
class Service:
    """What to run.

    Attributes:
        name: key in stack.json and name of its log.
        argv: the program; env: variables on top of the supervisor's own.
        ready: cheap question whether it answers; asked only while it starts.
        prepare: programs that must have ended well before the first start.
        clean: called before every start, for folders that a killed process leaves dirty.
        timeout_s: how long a start may take.
    """

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str]
    log: Path
    ready: Callable[[], bool]
    prepare: tuple[tuple[str, ...], ...] = ()
    clean: Callable[[], None] = lambda: None
    timeout_s: float = 120.0


@dataclass(slots=True)
class Runner:
    """The life of one service. Not thread-safe: the supervisor's loop calls `tick`."""

    service: Service
    stack_id: str
    phase: str = "waiting"
    restarts: int = 0
    ready_after_s: float = 0.0
    identity: ProcessId | None = None
    _process: subprocess.Popen[bytes] | None = None
    _todo: list[tuple[str, ...]] = field(default_factory=list)
    _since_s: float = 0.0
    _next_s: float = 0.0
    _losses: int = 0

    def __post_init__(self) -> None:
        self._todo = list(self.service.prepare)

    def piece(self) -> Piece:
        """Return what stack.json shows of it."""
        return Piece(self.phase, self.identity, self.restarts, round(self.ready_after_s, 2))

    def tick(self, now_s: float) -> bool:
        """Do the next step if there is one.

        Args:
            now_s: a clock that only goes forward, in seconds.

        Returns:
            True when a process that was ready has been lost just now.

        Raises:
            StartError: when it ends or stays silent during its first start.
        """
        if self._process is None:
            if now_s >= self._next_s:
                self._start(now_s)
            return False
        code = self._process.poll()
        if code is None:
            if self.phase == "starting":
                self._ask(now_s)
            return False
        if self.phase == "preparing" and code == 0:
            self._process = self.identity = None
            return False
        return self._lost(code, now_s)

    def restart(self, now_s: float) -> None:
        """Stop the process, if any, so that the next tick starts it afresh."""
        if self.identity is not None:
            processes.stop([self.identity], grace_s=1.0)
        if self._process is not None:
            self._process.wait()
            self.restarts += 1
        self._process = self.identity = None
        self.phase, self._next_s = "waiting", now_s

    def _start(self, now_s: float) -> None:
        self.service.clean()
        preparing = bool(self._todo)
        argv = self._todo.pop(0) if preparing else self.service.argv
        self._process = processes.spawn(
            argv, stack_id=self.stack_id, log=self.service.log, env=self.service.env
        )
        self.identity = capture(self._process.pid)
        self.phase = "preparing" if preparing else "starting"
        if not self._since_s or not preparing:
            self._since_s = now_s

    def _ask(self, now_s: float) -> None:
        if self.service.ready():
            self.phase, self.ready_after_s = "ready", now_s - self._since_s
        elif now_s - self._since_s > self.service.timeout_s:
            if not self.restarts:
                raise StartError(self._story(f"did not answer within {self.service.timeout_s:.0f} s"))
            self.restart(now_s)

    def _lost(self, code: int, now_s: float) -> bool:
        was_ready = self.phase == "ready"
        if not was_ready and not self.restarts:
            raise StartError(self._story(f"ended with code {code} while starting"))
        if now_s - self._since_s > _STABLE_S:
            self._losses = 0
        self._next_s = now_s + _BACKOFF_S[min(self._losses, len(_BACKOFF_S) - 1)]
        self._losses += 1
        self.restarts += 1
        if self.identity is not None:
            processes.stop(processes.left_behind(self.identity, self.stack_id), grace_s=1.0)
        self._process = self.identity = None
        self.phase = "waiting"
        return was_ready

    def _story(self, what: str) -> str:
        return f"{self.service.name} {what}; its log {self.service.log} ends with:\n{tail(self.service.log)}"
