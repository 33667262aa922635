"""Setting up: when it does nothing, what it refuses, which index it uses."""

from pathlib import Path

import pytest

from groundswell import bootstrap


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a repository with every input of the environment."""
    for name in bootstrap.INPUTS:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    return tmp_path


def installed(root: Path) -> Path:
    """Make an environment that looks finished and return it."""
    venv = root / ".venv"
    (venv / "bin").mkdir(parents=True)
    for name in ("python", "groundswell"):
        (venv / "bin" / name).touch()
    (venv / bootstrap.STAMP).write_text(bootstrap.fingerprint(root, "3.11.7"))
    return venv


def test_a_finished_environment_is_left_alone(root: Path) -> None:
    """The second run has nothing to do."""
    venv = installed(root)
    assert bootstrap.is_current(venv, bootstrap.fingerprint(root, "3.11.7"))


@pytest.mark.parametrize("name", bootstrap.INPUTS)
def test_any_changed_input_makes_it_stale(root: Path, name: str) -> None:
    """A new lock must not meet an old environment."""
    venv = installed(root)
    (root / name).write_text("changed")
    assert not bootstrap.is_current(venv, bootstrap.fingerprint(root, "3.11.7"))


def test_another_python_makes_it_stale(root: Path) -> None:
    """Compiled packages belong to one Python."""
    assert not bootstrap.is_current(installed(root), bootstrap.fingerprint(root, "3.12.1"))


def test_a_moved_folder_makes_it_stale(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The scripts of an environment name its place."""
    venv = installed(root)
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "moved"
    root.rename(elsewhere)
    assert not bootstrap.is_current(elsewhere / venv.name, bootstrap.fingerprint(elsewhere, "3.11.7"))


def test_an_interrupted_setup_is_stale(root: Path) -> None:
    """The stamp is written last and removed first."""
    venv = installed(root)
    (venv / "bin" / "groundswell").unlink()
    assert not bootstrap.is_current(venv, bootstrap.fingerprint(root, "3.11.7"))


@pytest.mark.parametrize("version", [(3, 9), (3, 13), (2, 7)])
def test_an_unsupported_python_is_refused_with_advice(version: tuple[int, int]) -> None:
    """PyFlink decides the range."""
    with pytest.raises(
        bootstrap.SetupError, match=f"Python {version[0]}.{version[1]} is not supported.*PYTHON="
    ):
        bootstrap.check_python(version)


def test_pips_index_serves_uv_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """One configured index is enough; what uv was told itself wins."""
    for name in ("UV_DEFAULT_INDEX", "UV_INDEX", "UV_FIND_LINKS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SSL_CERT_FILE", "/mine.pem")
    listed = "global.index-url='http://index.test/simple'\n:env:.cert='/pip.pem'\nglobal.timeout='180'\n"
    assert bootstrap.uv_settings(listed) == {"UV_DEFAULT_INDEX": "http://index.test/simple"}


def test_every_input_exists() -> None:
    """A renamed lock must not silently drop out of the fingerprint."""
    assert all((bootstrap.ROOT / name).exists() for name in bootstrap.INPUTS)
