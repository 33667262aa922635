"""A standalone Flink cluster of a test's own, by pip's scripts; its Python knows nothing of us."""

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from groundswell.stack import flink_conf, jars, java, plan, ports, processes
from groundswell.stack.flink_rest import FlinkRest
from groundswell.stack.identity import capture
from tests.support.stack_talk import eventually

# Not the virtual environment: that one finds this checkout by a .pth file.
PYTHON = str(getattr(sys, "_base_executable", sys.executable))
_MEMORY_MB = {"jobmanager": 900, "taskmanager": 1400}


class FlinkCluster:
    """Processes of one cluster.

    Attributes:
        url: Of the JobManager's REST interface.
        home: The pip package, with `bin/flink`.
        environment: Variables that Flink's scripts need.
        savepoints: Its folder of savepoints.
    """

    def __init__(self, folder: Path, told: Mapping[str, str]) -> None:
        self.folder, self.home = folder, plan.package_folder("pyflink")
        self.savepoints = folder / "savepoints"
        self._port = ports.choose(["rest", "rpc"])
        self.url = f"http://{ports.LOOPBACK}:{self._port['rest']}"
        self._mark = uuid.uuid4().hex
        self._task_managers: list[subprocess.Popen[bytes]] = []
        self._job_manager: subprocess.Popen[bytes] | None = None
        self.environment = {
            "JAVA_HOME": str(java.find().home),
            "FLINK_HOME": str(self.home),
            "FLINK_CONF_DIR": str(self._write_conf()),
            "FLINK_LIB_DIR": str(self._link_jars()),
            "FLINK_LOG_DIR": str(folder / "log"),
            "FLINK_PID_DIR": str(folder),
            "PYTHONPATH": str(self.home.parent),
            **told,
        }

    def start(self) -> None:
        """Start the JobManager; TaskManagers come with `fresh_task_managers`."""
        self._job_manager = self._run("jobmanager", 0)
        eventually(FlinkRest(self.url).answers, "the JobManager answers", 90)

    def fresh_task_managers(self, number: int) -> None:
        """Replace all TaskManagers: an interpreter in a living one keeps the modules that it has imported."""
        self._end(self._task_managers)
        self._task_managers = []
        eventually(lambda: not FlinkRest(self.url).task_managers(), "the old TaskManagers are forgotten", 60)
        self._task_managers = [self._run("taskmanager", each) for each in range(number)]
        eventually(lambda: len(FlinkRest(self.url).task_managers()) == number, "TaskManagers are there", 90)

    def stop(self) -> None:
        """End all processes, with the Python workers under them."""
        self._end([*self._task_managers, *([self._job_manager] if self._job_manager else [])])

    def _run(self, kind: str, number: int) -> subprocess.Popen[bytes]:
        logs = self.folder / "log" / f"{kind}-{number}"
        return processes.spawn(
            ["bash", str(self.home / "bin" / f"{kind}.sh"), "start-foreground"],
            stack_id=self._mark,
            log=logs / "out",
            env={**self.environment, "FLINK_LOG_DIR": str(logs)},
            cwd=self.folder,
        )

    def _end(self, running: list[subprocess.Popen[bytes]]) -> None:
        for process in running:
            identity = capture(process.pid)
            if identity is not None:
                processes.stop_tree(identity, grace_s=10)
            process.wait(10)

    def _write_conf(self) -> Path:
        local = {
            "jobmanager.rpc.address": ports.LOOPBACK,
            "jobmanager.rpc.port": str(self._port["rpc"]),
            "jobmanager.bind-host": ports.LOOPBACK,
            "taskmanager.host": ports.LOOPBACK,
            "taskmanager.bind-host": ports.LOOPBACK,
            "rest.address": ports.LOOPBACK,
            "rest.bind-address": ports.LOOPBACK,
            "rest.port": str(self._port["rest"]),
            "env.java.opts.all": " ".join(flink_conf.module_switches(self.home)),
            **{f"{kind}.memory.process.size": f"{size}m" for kind, size in _MEMORY_MB.items()},
            "taskmanager.memory.managed.size": "256m",
            "taskmanager.numberOfTaskSlots": "1",
            "execution.checkpointing.interval": "5 s",
            "execution.checkpointing.dir": (self.folder / "checkpoints").as_uri(),
            "execution.checkpointing.savepoint-dir": self.savepoints.as_uri(),
            "state.backend.type": "rocksdb",
            "heartbeat.interval": "1 s",
            "heartbeat.timeout": "5 s",
            "cluster.registration.error-delay": "500 ms",
            "web.submit.enable": "false",
            "io.tmp.dirs": str(self.folder / "tmp"),
        }
        conf = self.folder / "conf"
        conf.mkdir(parents=True)
        (self.folder / "log").mkdir()
        (self.folder / "tmp").mkdir()
        for each in (self.home / "conf").glob("log*"):
            (conf / each.name).write_bytes(each.read_bytes())
        (conf / "config.yaml").write_text(flink_conf.render(local), encoding="utf-8")
        return conf

    def _link_jars(self) -> Path:
        lib = self.folder / "lib"
        lib.mkdir()
        connector = jars.ensure([jar for jar in jars.locked() if jar.use == "flink"], print)
        for jar in (*self.home.glob("lib/*.jar"), *self.home.glob("opt/flink-python-*.jar"), *connector):
            (lib / jar.name).symlink_to(jar)
        return lib

    def run_client(self, *words: str) -> None:
        """Run `flink` of the pip package, as a user of Flink would."""
        command = ["bash", str(self.home / "bin" / "flink"), *words]
        done = subprocess.run(
            command,
            env={**os.environ, **self.environment},
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert done.returncode == 0, f"{done.stdout[-3000:]}{done.stderr[-3000:]}"


@contextmanager
def running_cluster(folder: Path, told: Mapping[str, str]) -> Iterator[FlinkCluster]:
    """Yield a cluster that lives as long as the block; ``told`` are variables of its processes."""
    folder.mkdir(parents=True)
    cluster = FlinkCluster(folder, told)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
