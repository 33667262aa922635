"""A Flink cluster from the pip wheel: the commands for JobManager, TaskManagers and client."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from groundswell.stack import flink_conf, logs, ports
from groundswell.stack.flink_rest import FlinkRest
from groundswell.stack.plan import Plan
from groundswell.stack.ports import LOOPBACK
from groundswell.stack.service import Service

_JOB_MANAGER = "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint"
_TASK_MANAGER = "org.apache.flink.runtime.taskexecutor.TaskManagerRunner"
_CLIENT = "org.apache.flink.client.cli.CliFrontend"
_FIRST_JAVA_WITHOUT_SECURITY_MANAGER = 18


def rest_url(plan: Plan) -> str:
    """Return the address of the JobManager's REST interface."""
    return f"http://{LOOPBACK}:{plan.ports['flink_rest']}"


def job_manager(plan: Plan) -> Service:
    """Return the JobManager as something to supervise."""
    rest = FlinkRest(rest_url(plan))
    return _service(
        plan,
        "jobmanager",
        [
            f"-Xmx{flink_conf.JOB_MANAGER_HEAP_MB}m",
            f"-XX:MaxMetaspaceSize={flink_conf.METASPACE_MB}m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",  # it only coordinates: less compiling means an earlier start
        ],
        _JOB_MANAGER,
        [],
        rest.answers,
    )


def task_manager(plan: Plan, number: int) -> Service:
    """Return one TaskManager as something to supervise.

    It keeps its name over restarts, so that the JobManager replaces the lost one at once.
    """
    name = f"taskmanager-{number}"
    rest = FlinkRest(rest_url(plan))
    heap_mb = flink_conf.TASK_HEAP_MB + flink_conf.FRAMEWORK_HEAP_MB
    direct_mb = flink_conf.OFF_HEAP_MB + flink_conf.NETWORK_MB
    return _service(
        plan,
        name,
        [
            f"-Xmx{heap_mb}m",
            f"-Xms{heap_mb}m",
            f"-XX:MaxDirectMemorySize={direct_mb}m",
            f"-XX:MaxMetaspaceSize={flink_conf.METASPACE_MB}m",
            "-XX:+UseG1GC",
            # The work is done in Python and RocksDB: on two cores C2 took a quarter of the processor time of
            # a run of 1,000,000 events, and code of C1 was as fast (measured).
            "-XX:TieredStopAtLevel=1",
        ],
        _TASK_MANAGER,
        ["-D", f"taskmanager.resource-id={name}"],
        lambda: _registered(rest, name),
    )


def _registered(rest: FlinkRest, name: str) -> bool:
    # A lost TaskManager stays listed for some seconds; its port no longer answers.
    port = rest.task_managers().get(name)
    return port is not None and ports.is_open(port)


def client(plan: Plan, arguments: list[str]) -> tuple[list[str], dict[str, str]]:
    """Return program and environment of Flink's command line client, as bin/flink would start it."""
    log = plan.layout.logs / "flink-client.log"
    argv = [
        plan.java,
        "-XX:TieredStopAtLevel=1",  # it lives for seconds: compiling less is faster
        *_java_flags(plan, log, plan.layout.flink / "tmp" / "client"),
        _CLIENT,
        *arguments,
    ]
    return argv, environment(plan)


def environment(plan: Plan) -> dict[str, str]:
    """Return the variables that Flink's scripts would export, and the way to our packages."""
    home = Path(plan.pyflink_home)
    return {
        "JAVA_HOME": plan.java_home,
        "FLINK_HOME": str(home),
        "FLINK_CONF_DIR": str(flink_conf.conf_dir(plan)),
        "FLINK_LIB_DIR": str(flink_conf.lib_dir(plan)),
        "FLINK_OPT_DIR": str(home / "opt"),
        "FLINK_BIN_DIR": str(home / "bin"),
        "FLINK_PLUGINS_DIR": str(home / "plugins"),
        "FLINK_LOG_DIR": str(plan.layout.logs),
        "PYTHONPATH": os.pathsep.join(plan.python_path),
        "PATH": os.pathsep.join([str(Path(plan.python).parent), os.environ.get("PATH", os.defpath)]),
    }


def _service(
    plan: Plan, name: str, memory: list[str], main: str, arguments: list[str], ready: Callable[[], bool]
) -> Service:
    tmp = plan.layout.flink / "tmp" / name
    argv = [
        plan.java,
        *memory,
        *_java_flags(plan, plan.layout.logs / f"{name}.log", tmp),
        main,
        "--configDir",
        str(flink_conf.conf_dir(plan)),
        "-D",
        f"io.tmp.dirs={tmp}",
        *(("-D", f"metrics.reporter.gate.jobName={name}") if plan.metrics else ()),
        *arguments,
    ]
    return Service(
        name=name,
        argv=tuple(argv),
        env=environment(plan),
        log=plan.layout.logs / f"{name}.out",
        ready=ready,
        clean=lambda: _empty(tmp),
    )


def _java_flags(plan: Plan, log: Path, tmp: Path) -> list[str]:
    tmp.mkdir(parents=True, exist_ok=True)
    flags = [
        "-XX:+IgnoreUnrecognizedVMOptions",
        "-XX:-UsePerfData",
        f"-Djava.io.tmpdir={tmp}",
        *flink_conf.module_switches(Path(plan.pyflink_home)),
        f"-Dlog.file={log}",
        f"-Dlog4j.configurationFile={logs.log4j_config(plan.layout)}",
    ]
    if int(plan.java_version.split(".")[0]) >= _FIRST_JAVA_WITHOUT_SECURITY_MANAGER:
        flags.append("-Djava.security.manager=allow")  # the client blocks System.exit of job programs
    return [*flags, "-classpath", os.pathsep.join(flink_conf.class_path(plan))]


def _empty(folder: Path) -> None:
    # A killed TaskManager leaves its unpacked Python environment and RocksDB files behind.
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
