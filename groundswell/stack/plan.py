"""What will be started where: every piece found and every port chosen before anything starts."""

import importlib.util
import sys
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from groundswell.stack import jars, java, libpython, ports, redis
from groundswell.stack.errors import MissingPieceError
from groundswell.stack.layout import Layout

PORT_NAMES = ("kafka", "kafka_controller", "redis", "flink_rest", "flink_rpc", "flink_blob", "metrics")
METRICS_PORT_NAMES = ("kafka_metrics",)  # where somebody asked for metrics
TASK_MANAGERS = 2


class Plan(msgspec.Struct, frozen=True):
    """Everything that the supervisor needs to know; written as plan.json.

    Attributes:
        stack_id: marks this folder's processes.
        python_path: folders that an embedded interpreter must be told about: it reads no .pth file, so
            it knows neither the virtual environment nor an editable install.
        execution_mode: Flink's python.execution-mode, "thread" or "process".
        metrics: Flink's processes push their metrics to the supervisor, which shows them to Prometheus.
        kafka_agent: jar that shows the broker's metrics; empty without metrics.
        flink: settings of Flink that somebody chose for this stack; they win over ours.
    """

    stack_id: str
    root: str
    java_home: str
    java_version: str
    redis_program: str
    redis_version: str
    kafka_jars: list[str]
    flink_jars: list[str]
    pyflink_home: str
    python: str
    python_path: list[str]
    execution_mode: str
    ports: dict[str, int]
    task_managers: int = TASK_MANAGERS
    metrics: bool = False
    kafka_agent: str = ""
    flink: dict[str, str] = {}

    @property
    def layout(self) -> Layout:
        """The paths of the data folder."""
        return Layout(Path(self.root))

    @property
    def java(self) -> str:
        """The java executable."""
        return str(Path(self.java_home) / "bin" / "java")


def make(
    layout: Layout,
    echo: Callable[[str], None],
    task_managers: int = TASK_MANAGERS,
    *,
    metrics: bool = False,
    flink: Mapping[str, str] | None = None,
) -> Plan:
    """Find every piece and choose ports.

    Raises:
        MissingPieceError: when Java, Redis, PyFlink or a jar cannot be had.
        JarIntegrityError: when a jar is not the locked one.
    """
    runtime = java.find()
    server = redis.find()
    locked = jars.needed(metrics=metrics)
    paths = dict(zip(locked, jars.ensure(locked, echo), strict=True))
    return Plan(
        stack_id=stack_id(layout),
        root=str(layout.root),
        java_home=str(runtime.home),
        java_version=runtime.version,
        redis_program=str(server.program),
        redis_version=server.version,
        kafka_jars=[str(path) for jar, path in paths.items() if jar.use == "kafka"],
        flink_jars=[str(path) for jar, path in paths.items() if jar.use == "flink"],
        pyflink_home=str(package_folder("pyflink")),
        python=sys.executable,
        python_path=python_path(),
        execution_mode=libpython.execution_mode(),
        ports=ports.choose((*PORT_NAMES, *(METRICS_PORT_NAMES if metrics else ())), keep=_old_ports(layout)),
        task_managers=task_managers,
        metrics=metrics,
        kafka_agent=next((str(path) for jar, path in paths.items() if jar.use == "metrics"), ""),
        flink=dict(flink or {}),
    )


def write(plan: Plan) -> None:
    """Store the plan in its folder, replacing an older one in one step."""
    target = plan.layout.plan_file
    fresh = target.with_suffix(".new")
    fresh.write_bytes(msgspec.json.format(msgspec.json.encode(plan)))
    fresh.replace(target)


def read(layout: Layout) -> Plan:
    """Load the folder's plan. Raises FileNotFoundError or msgspec.ValidationError."""
    return msgspec.json.decode(layout.plan_file.read_bytes(), type=Plan)


def stack_id(layout: Layout) -> str:
    """Return the folder's id, made on first use and kept: a later `down` finds strays by it."""
    if layout.id_file.exists():
        return layout.id_file.read_text(encoding="ascii").strip()
    layout.root.mkdir(parents=True, exist_ok=True)
    made = uuid.uuid4().hex
    layout.id_file.write_text(made, encoding="ascii")
    return made


def package_folder(name: str) -> Path:
    """Return where an installed package lies, without importing it.

    Raises:
        MissingPieceError: when it is not installed.
    """
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise MissingPieceError(
            f"the Python package {name!r} is not installed in {sys.prefix}: run `make setup`, or "
            "`pip install 'groundswell[flink,producers,serving,stack]'`"
        )
    return Path(spec.origin).parent


def python_path() -> list[str]:
    """Return the folders that hold our packages and the installed ones, without repetition."""
    folders = [package_folder("pyflink").parent, package_folder("schemas").parent]
    return list(dict.fromkeys(str(folder) for folder in folders))


def _old_ports(layout: Layout) -> dict[str, int]:
    try:
        return read(layout).ports
    except (OSError, msgspec.MsgspecError):
        return {}
