"""Make `.venv` from the locks. Run by make with any Python 3.10-3.12; standard library only.

Everything is pinned by hash: `locks/setup.txt` (uv and the build backend) goes beside the environment
into `.venv/tools`, where synchronising does not remove it; `locks/all.txt` becomes the environment.
A stamp records what was installed, so that a second run does nothing and needs no network.
"""

import argparse
import ast
import contextlib
import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STAMP = "groundswell-stamp"
# Every file that decides what the environment holds.
INPUTS = ("locks/setup.txt", "locks/all.txt", "pyproject.toml", "groundswell/stack/jars.lock.toml")
OLDEST, NEWEST = (3, 10), (3, 12)  # apache-flink 2.2 supports no newer Python
# Settings of pip that uv knows under another name, so that one configured index serves both.
_PIP_TO_UV = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "cert": "SSL_CERT_FILE",
}


class SetupError(Exception):
    """The environment cannot be made; the message says what to do."""


def fingerprint(root: Path, python: str) -> str:
    """Return a digest over the inputs, the interpreter's version and the place: scripts hold full paths."""
    digest = hashlib.sha256(f"{python} {root}".encode())
    for name in INPUTS:
        digest.update((root / name).read_bytes())
    return digest.hexdigest()


def is_current(venv: Path, wanted: str) -> bool:
    """Say whether the environment holds exactly what the locks say."""
    try:
        noted = (venv / STAMP).read_text(encoding="ascii")
    except OSError:
        return False
    return noted == wanted and (venv / "bin" / "groundswell").exists() and (venv / "bin" / "python").exists()


def uv_settings(pip_config: str) -> dict[str, str]:
    """Translate the output of `pip config list` to variables for uv; what uv was told itself wins."""
    found: dict[str, str] = {}
    for line in pip_config.splitlines():
        key, _, value = line.partition("=")
        variable = _PIP_TO_UV.get(key.rsplit(".", 1)[-1])
        if variable and value:
            found[variable] = " ".join(str(ast.literal_eval(value)).split())
    return {key: value for key, value in found.items() if not os.environ.get(key)}


def check_python(version: tuple[int, int]) -> None:
    """Refuse an interpreter that PyFlink does not support.

    Raises:
        SetupError: naming the range.
    """
    if not OLDEST <= version <= NEWEST:
        raise SetupError(
            f"Python {version[0]}.{version[1]} is not supported: apache-flink needs 3.10, 3.11 or 3.12. "
            "Install one of them and run make again, or `make PYTHON=/path/to/python3.11 ...`."
        )


def build(root: Path, venv: Path, wanted: str) -> None:
    """Create or update the environment, then note the stamp."""
    python = venv / "bin" / "python"
    (venv / STAMP).unlink(missing_ok=True)
    if _version_of(python) != platform.python_version():
        say(f"creating {venv.name} with Python {platform.python_version()}")
        _run([sys.executable, "-m", "venv", "--clear", str(venv)])
    settings = _install_tools(root, venv, python)
    uv = str(venv / "tools" / "bin" / "uv")
    environment = {**settings, "UV_PYTHON_DOWNLOADS": "never", "VIRTUAL_ENV": str(venv)}
    say("installing the locked packages")
    quiet = [] if sys.stderr.isatty() else ["--quiet"]
    _run([uv, "pip", "sync", *quiet, "--require-hashes", str(root / "locks" / "all.txt")], environment)
    # Our own package last: no dependency is looked at, and the build backend is the locked one.
    _run(
        [uv, "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--editable", str(root)],
        {**environment, "PYTHONPATH": str(venv / "tools")},
    )
    _run([str(python), "-m", "groundswell.stack.jars"])
    (venv / STAMP).write_text(wanted, encoding="ascii")
    say(f"{venv.name} is ready")


def _install_tools(root: Path, venv: Path, python: Path) -> dict[str, str]:
    """Put uv and the build backend into .venv/tools; return the settings that uv takes over from pip."""
    if subprocess.run([str(python), "-m", "pip", "--version"], capture_output=True, check=False).returncode:
        _run([str(python), "-m", "ensurepip"])  # an earlier sync removed pip: it is not in the lock
    listed = subprocess.run(
        [str(python), "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    ).stdout
    tools, lock = venv / "tools", root / "locks" / "setup.txt"
    noted = tools / "lock.txt"
    if not noted.exists() or noted.read_bytes() != lock.read_bytes():
        say("installing uv")
        shutil.rmtree(tools, ignore_errors=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        _run([*pip, "--require-hashes", "--target", str(tools), "-r", str(lock)])
        shutil.copyfile(lock, noted)
    return uv_settings(listed)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let a second make wait for the first one. The lock ends with this process."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _version_of(python: Path) -> str:
    try:
        done = subprocess.run(
            [str(python), "-c", "import platform; print(platform.python_version())"],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()


def _run(argv: Sequence[str], environment: dict[str, str] | None = None) -> None:
    # Standard output belongs to the command that make runs afterwards.
    inherited = {key: value for key, value in os.environ.items() if key not in {"PYTHONPATH", "PYTHONHOME"}}
    done = subprocess.run(argv, stdout=sys.stderr, env={**inherited, **(environment or {})}, check=False)
    if done.returncode:
        raise SetupError(
            f"{' '.join(argv[:4])} ... ended with code {done.returncode}; its message stands above. "
            "The first set-up needs a package index (pip's own settings are used); later runs need none."
        )


def say(line: str) -> None:
    """Print progress."""
    print(f"setup: {line}", file=sys.stderr, flush=True)  # noqa: T201 - stdlib only, before any package


def main() -> int:
    """Bring the environment up to date. Exit code 0, or 1 with a message."""
    parser = argparse.ArgumentParser(description="Create or update .venv from the locks.")
    parser.add_argument("--venv", type=Path, default=ROOT / ".venv")
    venv = parser.parse_args().venv.absolute()
    try:
        check_python(sys.version_info[:2])
        wanted = fingerprint(ROOT, platform.python_version())
        with _alone(ROOT / "locks"):
            if not is_current(venv, wanted):
                build(ROOT, venv, wanted)
    except SetupError as error:
        say(str(error))
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
