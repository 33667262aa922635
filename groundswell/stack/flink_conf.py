"""The Flink cluster's configuration, written into the stack's own folder."""

import re
from collections.abc import Iterable
from pathlib import Path

from groundswell.stack import metrics_gate
from groundswell.stack.errors import MissingPieceError
from groundswell.stack.plan import Plan
from groundswell.stack.ports import LOOPBACK

# Megabytes. Named one by one, so that the process needs no extra JVM to work them out at every start
# (Flink's own scripts run two or three) and so that the whole stack stays below 4 GB.
JOB_MANAGER_HEAP_MB = 448
METASPACE_MB = 256
TASK_HEAP_MB = 320
FRAMEWORK_HEAP_MB = 96
OFF_HEAP_MB = 128
NETWORK_MB = 96
MANAGED_MB = 448  # RocksDB; Python operators in process mode share it
OVERHEAD_MB = 128

# What a job takes from the configuration of the client that submits it, not from the cluster's: without
# these a job on another cluster would take no checkpoint and end at its first failure (seen on 2.2.1).
OF_A_JOB = {
    "state.backend.type": "rocksdb",
    # A window sets a timer for every topic and pane; in RocksDB each costs a write and a delete.
    "state.backend.rocksdb.timer-service.factory": "HEAP",
    "execution.checkpointing.interval": "10 s",
    "execution.checkpointing.incremental": "true",
    "execution.checkpointing.externalized-checkpoint-retention": "RETAIN_ON_CANCELLATION",
    "execution.checkpointing.num-retained": "3",
    "execution.checkpointing.tolerable-failed-checkpoints": "3",
    "restart-strategy.type": "exponential-delay",
    "restart-strategy.exponential-delay.initial-backoff": "1 s",
    "restart-strategy.exponential-delay.max-backoff": "10 s",
    # Key groups: fixed for ever before the first savepoint, it bounds later rescaling.
    "pipeline.max-parallelism": "128",
}
_KEY = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._-]{0,199}")


def settings(plan: Plan) -> dict[str, str]:
    """Return config.yaml as flat keys."""
    layout = plan.layout
    return {
        **_addresses(plan),
        **_memory(),
        "python.execution-mode": plan.execution_mode,
        "python.executable": plan.python,
        "python.client.executable": plan.python,
        "python.fn-execution.bundle.time": "100",
        "python.fn-execution.bundle.size": "500",
        # One slot a TaskManager: Python operators in thread mode share one interpreter lock a process,
        # so two slots in one process are slower than one (measured). Scale by TaskManagers.
        "taskmanager.numberOfTaskSlots": "1",
        **OF_A_JOB,
        "execution.checkpointing.dir": layout.checkpoints.as_uri(),
        "execution.checkpointing.savepoint-dir": layout.savepoints.as_uri(),
        "resourcemanager.standalone.start-up-time": "600 s",
        # A killed TaskManager is noticed after two unanswered heartbeats, a frozen one after 20 s.
        "heartbeat.interval": "2 s",
        "heartbeat.timeout": "20 s",
        # The TaskManagers start beside the JobManager and first ask too early; the default makes them
        # wait 10 s before they ask again.
        "cluster.registration.error-delay": "500 ms",
        "web.submit.enable": "false",
        "classloader.check-leaked-classloader": "false",
        **_metrics(plan),
        **plan.flink,
    }


def chosen(pairs: Iterable[str]) -> dict[str, str]:
    """Read settings of Flink's own, each `key=value`, for `Plan.flink`.

    Raises:
        ValueError: one has no `=`, its key is none that Flink could have or names an address, or its value
            has a line break.
    """
    out = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not _KEY.fullmatch(key) or "\n" in value:
            raise ValueError(f"{pair!r}: expected key=value on one line, such as rest.retry.delay=1 s")
        if key.endswith(("address", "host", "port")):
            raise ValueError(f"{key}: the stack chooses its addresses itself, free ones on loopback")
        out[key] = value
    return out


def _metrics(plan: Plan) -> dict[str, str]:
    """Return how metrics leave; each process adds its name (``flink.py``)."""
    if not plan.metrics:
        return {}
    reporter = "org.apache.flink.metrics.prometheus.PrometheusPushGatewayReporterFactory"
    return {
        "metrics.reporters": "gate",
        "metrics.reporter.gate.factory.class": reporter,
        "metrics.reporter.gate.hostUrl": f"http://{LOOPBACK}:{plan.ports['metrics']}",
        "metrics.reporter.gate.randomJobNameSuffix": "false",
        "metrics.reporter.gate.interval": f"{metrics_gate.PUSH_EVERY_S} SECONDS",
        # Otherwise +Inf of our buckets, and much else, becomes underscores.
        "metrics.reporter.gate.filterLabelValueCharacters": "false",
    }


def _addresses(plan: Plan) -> dict[str, str]:
    return {
        "jobmanager.rpc.address": LOOPBACK,
        "jobmanager.rpc.port": str(plan.ports["flink_rpc"]),
        "jobmanager.bind-host": LOOPBACK,
        "blob.server.port": str(plan.ports["flink_blob"]),
        "taskmanager.host": LOOPBACK,
        "taskmanager.bind-host": LOOPBACK,
        "rest.address": LOOPBACK,
        "rest.bind-address": LOOPBACK,
        "rest.port": str(plan.ports["flink_rest"]),
    }


def _memory() -> dict[str, str]:
    return {
        "jobmanager.memory.heap.size": f"{JOB_MANAGER_HEAP_MB} mb",
        "taskmanager.cpu.cores": "1",
        "taskmanager.memory.framework.heap.size": f"{FRAMEWORK_HEAP_MB} mb",
        "taskmanager.memory.task.heap.size": f"{TASK_HEAP_MB} mb",
        "taskmanager.memory.framework.off-heap.size": f"{OFF_HEAP_MB} mb",
        "taskmanager.memory.task.off-heap.size": "0 mb",
        "taskmanager.memory.network.min": f"{NETWORK_MB} mb",
        "taskmanager.memory.network.max": f"{NETWORK_MB} mb",
        "taskmanager.memory.managed.size": f"{MANAGED_MB} mb",
        "taskmanager.memory.jvm-metaspace.size": f"{METASPACE_MB} mb",
        "taskmanager.memory.jvm-overhead.min": f"{OVERHEAD_MB} mb",
        "taskmanager.memory.jvm-overhead.max": f"{OVERHEAD_MB} mb",
    }


def render(flat: dict[str, str]) -> str:
    """Return YAML with one flat key a line; values are quoted, so no value can end its line or its key."""
    return "".join(f"{key}: '{_quoted(key, value)}'\n" for key, value in flat.items())


def _quoted(key: str, value: str) -> str:
    if "\n" in value:
        raise ValueError(f"Flink setting {key} has a line break in its value {value!r}; it must be one line")
    return value.replace("'", "''")


def write(plan: Plan) -> Path:
    """Write config.yaml and link the jars; return the configuration folder. Idempotent."""
    folder = conf_dir(plan)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.yaml").write_text(render(settings(plan)), encoding="utf-8")
    link_jars(plan)
    return folder


def conf_dir(plan: Plan) -> Path:
    """Return the folder for FLINK_CONF_DIR."""
    return plan.layout.flink / "conf"


def lib_dir(plan: Plan) -> Path:
    """Return the folder whose jars every Flink process loads."""
    return plan.layout.flink / "lib"


def link_jars(plan: Plan) -> None:
    """Make the folder of `lib_dir` anew: what the pip package has, and the locked jars."""
    home = Path(plan.pyflink_home)
    # flink-python belongs on the system class path: otherwise a second thread-mode job in a living
    # TaskManager fails in the embedded interpreter's loader (NoSuchFieldException loadedLibraryNames).
    jars = [*(home / "lib").glob("*.jar"), *(home / "opt").glob("flink-python-*.jar")]
    if not any(jar.name.startswith("flink-dist") for jar in jars):
        raise MissingPieceError(f"{home} has no lib/flink-dist-*.jar: install apache-flink again")
    folder = lib_dir(plan)
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.jar"):
        old.unlink()
    for jar in [*jars, *map(Path, plan.flink_jars)]:
        (folder / jar.name).symlink_to(jar)


def class_path(plan: Plan) -> list[str]:
    """Return the jars in Flink's own order: by name, the distribution last."""
    jars = sorted(lib_dir(plan).glob("*.jar"), key=lambda jar: (jar.name.startswith("flink-dist"), jar.name))
    return [str(jar) for jar in jars]


def module_switches(pyflink_home: Path) -> list[str]:
    """Return the Java module switches that this Flink version asks for, read from its own configuration."""
    text = (pyflink_home / "conf" / "config.yaml").read_text(encoding="utf-8")
    found = re.search(r"^\s+all:\s*(--add-\S.*)$", text, flags=re.MULTILINE)
    return found.group(1).split() if found else []
