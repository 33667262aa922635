"""The doctor: one finding a piece, advice where something is missing."""

from pathlib import Path

import pytest

from groundswell.stack import doctor, jars, java
from groundswell.stack.errors import MissingPieceError


def test_every_piece_is_looked_at(tmp_path: Path) -> None:
    """One finding each, in a fixed order."""
    pieces = [finding.piece for finding in doctor.examine(tmp_path)]
    assert pieces == [
        "python", "packages", "libpython", "java", "redis", "jars", "flink", "ports", "memory", "disk",
    ]  # fmt: skip


def test_a_missing_piece_carries_its_advice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error of the search is the advice; the other pieces are still looked at."""

    def missing() -> java.Java:
        raise MissingPieceError("no Java: install one")

    monkeypatch.setattr(java, "find", missing)
    found = {finding.piece: finding for finding in doctor.examine(tmp_path)}
    assert not found["java"].ok
    assert found["java"].advice == "no Java: install one"
    assert found["python"].ok


def test_absent_jars_are_not_usable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty cache is a finding with advice, and nothing is fetched."""
    monkeypatch.setenv(jars.CACHE_VARIABLE, str(tmp_path))
    found = {finding.piece: finding for finding in doctor.examine(tmp_path)}
    assert not found["jars"].ok
    assert found["jars"].advice == "run `make setup` while online"
    assert not (tmp_path / "jars").exists()


@pytest.mark.parametrize(
    ("available_gb", "ok", "advised"), [(1.0, False, True), (2.0, True, True), (8.0, True, False)]
)
def test_memory_is_judged_against_idle_and_full_need(available_gb: float, ok: bool, advised: bool) -> None:
    """Too little to start is a failure, too little for full load a warning."""
    finding = doctor.memory(available_gb)
    assert (finding.ok, bool(finding.advice)) == (ok, advised)
