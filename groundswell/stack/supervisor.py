"""The process that holds one stack up: starts every piece, starts again what dies, ends them all.

Started by `local.start` as `python -m groundswell.stack.supervisor FOLDER LOCK_FD`. Its standard input is a
leash: the starter holds the other end. A byte on it lets the stack live on alone (`groundswell up`);
its end without that byte, by Ctrl-C, by a crash or by kill -9 of the starter, ends the stack.
"""

import logging
import os
import select
import signal
import sys
import time
from pathlib import Path

from groundswell.log_lines import set_up
from groundswell.stack import flink, flink_conf, kafka, metrics_gate, processes, prometheus_conf, redis, state
from groundswell.stack.errors import StackError
from groundswell.stack.identity import capture
from groundswell.stack.layout import Layout
from groundswell.stack.plan import Plan, read
from groundswell.stack.resume import Resumer
from groundswell.stack.service import Runner, Service

LEASH_RELEASED = b"+"
_TICK_S = 0.1
_STOP_GRACE_S = 15.0
_log = logging.getLogger("groundswell.stack.supervisor")


class Supervisor:
    """The loop over all services of one plan."""

    def __init__(self, plan: Plan, *, leash: int | None) -> None:
        self.plan = plan
        self.layout = plan.layout
        identity = capture(os.getpid())
        if identity is None:
            raise StackError("this process cannot see itself in the process table")
        self.identity = identity
        self.leash = leash
        self.stopping = False
        self.phase = state.STARTING
        self.message = ""
        self.runners = {service.name: Runner(service, plan.stack_id) for service in services(plan)}
        self.resumer = Resumer(plan)
        self._written: state.StackState | None = None
        self._gate = metrics_gate.start(plan.ports["metrics"]) if plan.metrics else None

    def run(self) -> int:
        """Loop until stopped; always leaves no process behind. Returns the exit code."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        try:
            while not self.stopping:
                self._step()
                self._write()
                time.sleep(_TICK_S)
        except Exception as error:
            self.phase, self.message = state.FAILED, str(error) or repr(error)
            _log.exception("the stack failed")
            if not isinstance(error, StackError):
                raise
            return 1
        finally:
            self._end()
        return 0

    def _step(self) -> None:
        self._watch_leash()
        now_s = time.monotonic()
        for name, runner in self.runners.items():
            if name.startswith("taskmanager") and self.runners["jobmanager"].phase not in {
                "starting",
                "ready",
            }:
                continue
            lost = runner.tick(now_s)
            if lost:
                _log.warning("%s was lost; starting it again", name)
                if name == "jobmanager":
                    self._restart_task_managers(now_s)
        all_ready = all(runner.phase == "ready" for runner in self.runners.values())
        if all_ready and self.phase == state.STARTING:
            self.phase = state.READY
            _log.info("ready")
        if self.phase == state.READY:
            self.resumer.tick(now_s, cluster_ready=all_ready)

    def _restart_task_managers(self, now_s: float) -> None:
        # The JobManager's jobs are gone. A TaskManager that still runs their tasks would write beside
        # the resumed job, so it goes too.
        self.resumer.cluster_lost()
        for name, runner in self.runners.items():
            if name.startswith("taskmanager"):
                runner.restart(now_s)

    def _watch_leash(self) -> None:
        if self.leash is None or not select.select([self.leash], [], [], 0)[0]:
            return
        if os.read(self.leash, 1) != LEASH_RELEASED:
            _log.info("the starter is gone: stopping")
            self.stopping = True
        os.close(self.leash)
        self.leash = None

    def _on_signal(self, number: int, _frame: object) -> None:
        _log.info("signal %d: stopping", number)
        self.stopping = True

    def _write(self) -> None:
        pieces = {name: runner.piece() for name, runner in self.runners.items()}
        now = state.StackState(self.plan.stack_id, self.phase, self.identity, pieces, self.message)
        if now != self._written:
            state.write(self.layout, now)
            self._written = now

    def _end(self) -> None:
        self.resumer.close()
        if self._gate is not None:
            self._gate.shutdown()
            self._gate.server_close()
        known = [runner.identity for runner in self.runners.values() if runner.identity is not None]
        strays = [each for each in processes.marked(self.plan.stack_id) if each not in known]
        killed = processes.stop([*known, *strays], _STOP_GRACE_S)
        if killed:
            _log.warning("had to kill %s", [each.pid for each in killed])
        for runner in self.runners.values():
            runner.phase, runner.identity = "stopped", None
            runner.service.clean()
        if self.phase != state.FAILED:
            self.phase = state.STOPPED
        self._write()


def services(plan: Plan) -> list[Service]:
    """Return every service of a plan; writes their configuration files."""
    flink_conf.write(plan)
    if plan.metrics:
        prometheus_conf.write(plan)
    layout = plan.layout
    store = Service(
        name="redis",
        argv=tuple(redis.arguments(Path(plan.redis_program), layout.redis, plan.ports["redis"])),
        env={},
        log=layout.logs / "redis.log",
        ready=lambda: redis.answers(plan.ports["redis"]),
    )
    workers = [flink.task_manager(plan, number) for number in range(1, plan.task_managers + 1)]
    return [store, kafka.service(plan), flink.job_manager(plan), *workers]


def main() -> int:
    """Supervise the folder named on the command line."""
    layout, lock = Layout.at(sys.argv[1]), int(sys.argv[2])
    set_up(logging.INFO)
    # The starter locked the folder and handed the lock over: it ends with this process. It must not be
    # inherited further, or a server that outlives us would keep the folder locked.
    os.set_inheritable(lock, False)
    return Supervisor(read(layout), leash=sys.stdin.fileno()).run()


if __name__ == "__main__":
    raise SystemExit(main())
