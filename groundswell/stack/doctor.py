"""What a stack needs on this machine, each piece looked at alone."""

import platform
import shutil
import sys
from collections.abc import Callable, Iterable
from importlib import metadata
from pathlib import Path

import msgspec
import psutil

from groundswell.bootstrap import SetupError, check_python
from groundswell.stack import flink_conf, jars, java, libpython, plan, ports, redis
from groundswell.stack.errors import StackError
from groundswell.stack.layout import Layout

_GB = 1e9
IDLE_MEMORY_GB = 1.5
FULL_MEMORY_GB = 4.0  # JVM heaps, off-heap and RocksDB of all processes at their limits, Python operators
NEEDED_DISK_GB = 2.0
_PACKAGES = ("apache-flink", "confluent-kafka", "redis", "psutil", "jgo")


class Finding(msgspec.Struct, frozen=True):
    """One piece.

    Attributes:
        piece: what was looked for.
        ok: whether the stack can run with what was found.
        found: version and place, or what is wrong.
        advice: what to do; "" when nothing needs doing. May be set when ok: it could be better.
    """

    piece: str
    ok: bool
    found: str
    advice: str = ""


def examine(data_dir: Path) -> list[Finding]:
    """Look at every piece. Starts `java -version` and `redis-server --version`, nothing else; about 1 s."""
    checks: tuple[tuple[str, Callable[[], Finding]], ...] = (
        ("python", _python),
        ("packages", _packages),
        ("libpython", _libpython),
        ("java", _java),
        ("redis", _redis),
        ("jars", lambda: _jars(jars.needed())),
        ("flink", _flink),
        ("ports", _ports),
        ("memory", lambda: memory(psutil.virtual_memory().available / _GB)),
        ("disk", lambda: _disk(data_dir)),
    )
    return [_guarded(piece, check) for piece, check in checks]


def _guarded(piece: str, check: Callable[[], Finding]) -> Finding:
    try:
        return check()
    except (StackError, OSError) as error:
        return Finding(piece, ok=False, found="missing", advice=str(error))


def _python() -> Finding:
    found = f"{platform.python_version()} ({sys.executable})"
    major, minor, _ = platform.python_version_tuple()
    try:
        check_python((int(major), int(minor)))
    except SetupError as error:
        return Finding("python", ok=False, found=found, advice=str(error))
    return Finding("python", ok=True, found=found)


def _packages() -> Finding:
    present = {name: _version(name) for name in _PACKAGES}
    absent = [name for name, version in present.items() if not version]
    found = ", ".join(f"{name} {version}" for name, version in present.items() if version)
    advice = f"missing: {', '.join(absent)}; run `make setup`" if absent else ""
    return Finding("packages", ok=not absent, found=found, advice=advice)


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def _libpython() -> Finding:
    library = libpython.find()
    if library:
        return Finding("libpython", ok=True, found=f"{library}: operators run in thread mode")
    return Finding(
        "libpython",
        ok=True,
        found="no shared libpython: operators run in process mode, several times slower",
        advice="use a Python built with --enable-shared (most distributions' are), then `make setup` again",
    )


def _java() -> Finding:
    runtime = java.find()
    return Finding("java", ok=True, found=f"{runtime.version} from {runtime.origin} ({runtime.program})")


def _redis() -> Finding:
    server = redis.find()
    return Finding("redis", ok=True, found=f"{server.version} from {server.origin} ({server.program})")


def _jars(wanted: Iterable[jars.Jar]) -> Finding:
    states = {jar.file_name: jars.cached(jar) for jar in wanted}
    bad = {name: state for name, state in states.items() if state != "ok"}
    folder = jars.cache_dir()
    if not bad:
        return Finding("jars", ok=True, found=f"{len(states)} verified in {folder}")
    damaged = [name for name, state in bad.items() if state == "damaged"]
    advice = (
        f"delete {', '.join(damaged)} there, then `make setup`"
        if damaged
        else "run `make setup` while online"
    )
    return Finding(
        "jars", ok=False, found=f"{len(bad)} of {len(states)} not usable in {folder}", advice=advice
    )


def _flink() -> Finding:
    home = plan.package_folder("pyflink")
    found = sorted(path.name for path in (home / "lib").glob("flink-dist-*.jar"))
    if len(found) != 1:
        return Finding("flink", ok=False, found=f"{home / 'lib'} holds {found}", advice="run `make setup`")
    if not flink_conf.module_switches(home):
        return Finding(
            "flink", ok=False, found=f"{home / 'conf'} has no Java options", advice="run `make setup`"
        )
    return Finding("flink", ok=True, found=f"{found[0]} in {home / 'lib'}")


def _ports() -> Finding:
    chosen = ports.choose(plan.PORT_NAMES)
    return Finding("ports", ok=True, found=f"free on {ports.LOOPBACK}, for example {sorted(chosen.values())}")


def memory(available_gb: float) -> Finding:
    """Judge the free memory."""
    advice = f"a stack takes {IDLE_MEMORY_GB} GB idle and up to {FULL_MEMORY_GB} GB: end other programs"
    if available_gb >= FULL_MEMORY_GB:
        advice = ""
    return Finding(
        "memory", ok=available_gb >= IDLE_MEMORY_GB, found=f"{available_gb:.1f} GB available", advice=advice
    )


def _disk(data_dir: Path) -> Finding:
    folder = Layout.at(data_dir).root
    while not folder.exists():
        folder = folder.parent
    free_gb = shutil.disk_usage(folder).free / _GB
    enough = free_gb >= NEEDED_DISK_GB
    advice = "" if enough else f"a stack needs {NEEDED_DISK_GB:.0f} GB: choose another folder with --data"
    return Finding("disk", ok=enough, found=f"{free_gb:.1f} GB free at {folder}", advice=advice)
