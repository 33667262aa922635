"""The jars that no wheel brings: a fixed list with hashes, fetched once, checked at every use.

`jars.lock.toml` names each artifact exactly, so nothing is resolved at run time: a version cannot move
under us. `jars_lock` writes that file.
"""

import argparse
import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from importlib import resources
from pathlib import Path

import msgspec

from groundswell.stack.errors import JarIntegrityError, MissingPieceError

LOCK_NAME = "jars.lock.toml"
CACHE_VARIABLE = "GROUNDSWELL_CACHE"
REPOSITORY_VARIABLE = "GROUNDSWELL_MAVEN_REPOSITORY"
_FETCHERS = 6
_TIMEOUT_S = 60
_HEX_DIGITS = 64


class Jar(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One locked artifact.

    Attributes:
        use: what needs it: "kafka", "flink" or "metrics".
        coordinate: "group:artifact:version" in Maven's notation.
        sha256: lower-case hex digest of the file.
        size_bytes: length of the file.
    """

    use: str
    coordinate: str
    sha256: str
    size_bytes: int

    @property
    def file_name(self) -> str:
        """The name in the cache, which is the name in the repository."""
        _, artifact, version = self.coordinate.split(":")
        return f"{artifact}-{version}.jar"


def parse_lock(text: str) -> list[Jar]:
    """Read a lock file's text.

    Raises:
        JarIntegrityError: naming every entry that is not complete and well-formed.
    """
    try:
        jars = msgspec.toml.decode(text, type=dict[str, list[Jar]]).get("jar", [])
    except msgspec.MsgspecError as error:
        raise JarIntegrityError(f"{LOCK_NAME}: {error}; write it with groundswell.stack.jars_lock") from None
    problems: list[str] = []
    for number, jar in enumerate(jars, start=1):
        if jar.coordinate.count(":") != 2:  # noqa: PLR2004 - group:artifact:version
            problems.append(f"entry {number}: {jar.coordinate!r} is not group:artifact:version")
        if len(jar.sha256) != _HEX_DIGITS or set(jar.sha256) - set("0123456789abcdef"):
            problems.append(f"entry {number}: {jar.coordinate} has no SHA-256 in lower-case hex")
    if problems:
        raise JarIntegrityError(f"{LOCK_NAME}: " + "; ".join(problems))
    return jars


def locked() -> list[Jar]:
    """Return the list that ships with this package."""
    return parse_lock(resources.files("groundswell.stack").joinpath(LOCK_NAME).read_text(encoding="utf-8"))


def needed(*, metrics: bool = False) -> list[Jar]:
    """Return what a stack needs; with ``metrics`` also what shows the broker's."""
    return [jar for jar in locked() if metrics or jar.use != "metrics"]


def cache_dir() -> Path:
    """Return the folder for fetched jars, shared by all stacks of this user."""
    own = os.environ.get(CACHE_VARIABLE)
    if own:
        return Path(own) / "jars"
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "groundswell" / "jars"


def check(jar: Jar, path: Path) -> None:
    """Compare a file with the lock. About 1 ms a megabyte.

    Raises:
        JarIntegrityError: when the bytes differ.
    """
    digest = sha256_of(path)
    if digest != jar.sha256:
        raise JarIntegrityError(
            f"{path} has SHA-256 {digest}, the lock says {jar.sha256} for {jar.coordinate}. "
            "The file is damaged or was changed: delete it and run the command again."
        )


def sha256_of(path: Path) -> str:
    """Return the hex digest of a file, read in pieces of 1 MiB."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def ensure(jars: Iterable[Jar], echo: Callable[[str], None] = lambda _: None) -> list[Path]:
    """Return the verified files of the jars, fetching those that the cache lacks.

    Raises:
        MissingPieceError: when one is absent and cannot be fetched.
        JarIntegrityError: when a cached or fetched file is not the locked one.
    """
    wanted = list(jars)
    folder = cache_dir()
    absent = [jar for jar in wanted if not (folder / jar.file_name).exists()]
    with ThreadPoolExecutor(_FETCHERS) as pool:
        if absent:
            total_mb = sum(jar.size_bytes for jar in absent) / 1e6
            echo(f"fetching {len(absent)} jars ({total_mb:.0f} MB) once into {folder}")
        list(pool.map(lambda jar: fetch(jar, folder), absent))
        list(pool.map(lambda jar: check(jar, folder / jar.file_name), wanted))
    return [folder / jar.file_name for jar in wanted]


def fetch(jar: Jar, folder: Path) -> None:
    """Bring one jar into the folder: complete and verified, or not at all.

    Raises:
        MissingPieceError: when the repository cannot be reached or lacks the artifact.
        JarIntegrityError: when it serves other bytes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # The resolver writes straight to its final name, so an interrupted download would stay as a
    # truncated jar. It gets a scratch repository; only verified files are moved out of it.
    with tempfile.TemporaryDirectory(dir=folder, prefix=".fetch-") as scratch:
        try:
            fetched = _resolve(jar, Path(scratch))
        except Exception as error:
            raise MissingPieceError(
                f"cannot fetch {jar.coordinate}: {_shorten(error)}. Jars are fetched once into {folder}; "
                f"go online and run the command again, or set {REPOSITORY_VARIABLE} to a mirror, or copy "
                f"{jar.file_name} there."
            ) from error
        check(jar, fetched)
        fetched.replace(folder / jar.file_name)


def _resolve(jar: Jar, scratch: Path) -> Path:
    from jgo.maven import MavenContext  # noqa: PLC0415 - slow import, needed on the first run only

    mirror = os.environ.get(REPOSITORY_VARIABLE)
    remotes = {"mirror": mirror.rstrip("/")} if mirror else None
    context = MavenContext(repo_cache=scratch, remote_repos=remotes, timeout=_TIMEOUT_S)
    group, artifact, version = jar.coordinate.split(":")
    found: Path = context.project(group, artifact).at_version(version).artifact().resolve()
    return found


def _shorten(error: Exception) -> str:
    # The HTTP library's messages can be a page long.
    return f"{type(error).__name__}: {str(error)[:200]}"


def cached(jar: Jar) -> str:
    """Return "ok", "absent" or "damaged" for a jar, without fetching."""
    path = cache_dir() / jar.file_name
    if not path.exists():
        return "absent"
    return "ok" if sha256_of(path) == jar.sha256 else "damaged"


def main() -> int:
    """Fetch and verify the locked jars. Exit code 0, or 1 with the reason on standard error."""
    parser = argparse.ArgumentParser(description="Fetch the locked jars, checked by SHA-256.")
    parser.add_argument("--use", choices=("kafka", "flink", "metrics"), help="only what this process needs")
    parser.add_argument("--into", type=Path, help="also copy them into this folder")
    wanted = parser.parse_args()
    try:
        files = ensure([jar for jar in locked() if wanted.use in (None, jar.use)], _say)
        if wanted.into:
            wanted.into.mkdir(parents=True, exist_ok=True)
            for file in files:
                shutil.copyfile(file, wanted.into / file.name)
    except (MissingPieceError, JarIntegrityError) as error:
        _say(str(error))
        return 1
    return 0


def _say(line: str) -> None:
    sys.stderr.write(f"setup: {line}\n")


if __name__ == "__main__":
    raise SystemExit(main())
