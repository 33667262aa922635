"""Options: defaults < TOML < environment < flags, and all mistakes at once."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from flink_jobs._shell.options import OptionsError, as_flags, dumps, load


@dataclass(frozen=True)
class Inner:
    """A section."""

    level: float = 1.0
    count: int = 1


@dataclass(frozen=True)
class Outer:
    """A configuration."""

    name: str = "default"
    on: bool = False
    names: tuple[str, ...] = ("a",)
    redis_password: str = ""
    inner: Inner = field(default_factory=Inner)


def test_flags_win_over_environment_over_file_over_defaults(tmp_path: Path) -> None:
    """Each layer replaces only what it names."""
    file = tmp_path / "o.toml"
    file.write_text('name = "file"\nnames = ["f"]\n[inner]\nlevel = 2\ncount = 2\n')
    env = {"X_INNER__LEVEL": "3", "X_INNER__COUNT": "3", "OTHER": "1"}
    got = load(Outer, ["--options", str(file), "--inner.count=4", "--on"], "X", env)
    assert got == Outer(name="file", on=True, names=("f",), inner=Inner(level=3.0, count=4))
    assert load(Outer, [], "X", {}) == Outer()
    assert load(Outer, as_flags(got), "X", {}) == got


def test_all_mistakes_come_together(tmp_path: Path) -> None:
    """Unknown names in every layer, a wrong type and a missing value."""
    file = tmp_path / "o.toml"
    file.write_text("nam = 1\n[inner]\nlevels = 2\n")
    with pytest.raises(OptionsError) as caught:
        load(
            Outer,
            [f"--options={file}", "--what=1", "--inner.count=many", "stray", "--name"],
            "X",
            {"X_NONE": "1"},
        )
    text = str(caught.value)
    for part in ("nam: no", "inner.levels", "--what", "inner.count = 'many'", "stray", "--name", "X_NONE"):
        assert part in text, part


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """Absent, and not TOML."""
    (tmp_path / "bad.toml").write_text("= =")
    for name in ("none.toml", "bad.toml"):
        with pytest.raises(OptionsError, match=name):
            load(Outer, ["--options", str(tmp_path / name)], "X", {})


def test_secrets_are_hidden() -> None:
    """A printed configuration shows no password."""
    assert "hush" not in dumps(Outer(redis_password="hush"))  # noqa: S106
