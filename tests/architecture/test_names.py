"""Our import names are generic words: nobody else may answer to them, and nothing may hide them."""

import ast
import importlib.util
import sys
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

import msgspec
import pytest

from tests.support.tree import PACKAGES, ROOT, parse, shown, sources

TOP = (*PACKAGES, "tests", "benchmarks")  # the last two are never installed, but are imported by name


def foreign(names: Iterable[str], folders: Iterable[Path], owned: Path) -> list[str]:
    """Return regular packages and modules with our names that lie outside our tree."""
    found = sorted(
        path
        for folder in folders
        for name in names
        for path in (folder / name / "__init__.py", folder / f"{name}.py")
    )
    return [
        str(path) for path in found if path.exists() and not path.resolve().is_relative_to(owned.resolve())
    ]


def plain_imports(tree: ast.Module) -> list[str]:
    """Return `import <our package>...`: only `from <our package> import ...` is allowed."""
    found = [
        (node.lineno, alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.name.split(".")[0] in PACKAGES
    ]
    return [f"line {line}: import {name}" for line, name in sorted(found)]


@pytest.mark.parametrize("package", PACKAGES)
def test_each_package_is_ours(package: str) -> None:
    """What Python finds under the name lies in this tree, or comes from our own wheel."""
    spec = importlib.util.find_spec(package)
    assert spec is not None
    assert spec.origin is not None, f"{package} has no __init__.py: another package of this name would win"
    owners = set(metadata.packages_distributions().get(package, ["groundswell"]))
    assert Path(spec.origin).is_relative_to(ROOT) or owners == {"groundswell"}


def test_nobody_else_provides_our_names() -> None:
    """A foreign package of the same name would win or lose depending on the working folder."""
    own_wheel = {str(path.locate()) for path in metadata.files("groundswell") or ()}
    problems = [path for path in foreign(TOP, map(Path, sys.path), ROOT) if path not in own_wheel]
    assert not problems, f"other packages with our names: {problems}; see docs/decisions"


def test_a_foreign_package_is_seen(tmp_path: Path) -> None:
    """A folder with a package `state` and a module `schemas.py` is reported, ours is not."""
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "__init__.py").touch()
    (tmp_path / "schemas.py").touch()
    found = foreign(PACKAGES, [ROOT, tmp_path], ROOT)
    assert found == [str(tmp_path / "schemas.py"), str(tmp_path / "state" / "__init__.py")]


def test_packages_are_imported_by_from() -> None:
    """Flink code has variables called `state`: they would hide a module of that name."""
    problems = {shown(path): plain_imports(parse(path)) for path in sources(*TOP)}
    assert not {path: lines for path, lines in problems.items() if lines}


def test_plain_imports_are_seen() -> None:
    """Inside functions and under another name, too; other packages may be imported as they like."""
    text = "import json\ndef f():\n    import state\nimport schemas.wire as w\nfrom state.codec import Codec"
    assert plain_imports(ast.parse(text)) == ["line 3: import state", "line 4: import schemas.wire"]


def test_all_tools_know_the_same_packages() -> None:
    """A package that one list lacks would be shipped unchecked, or checked and not shipped."""
    settings = msgspec.toml.decode((ROOT / "pyproject.toml").read_bytes())
    tool = settings["tool"]
    shipped = tool["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert set(shipped) == set(tool["mypy"]["packages"]) == set(tool["importlinter"]["root_packages"])
    assert set(shipped) == set(PACKAGES)
    assert set(shipped) == {path.parent.name for path in ROOT.glob("*/__init__.py")}


def test_the_wheel_is_never_uploaded() -> None:
    """Public indexes refuse this classifier: generic import names belong into our own image only."""
    settings = msgspec.toml.decode((ROOT / "pyproject.toml").read_bytes())
    assert "Private :: Do Not Upload" in settings["project"]["classifiers"]
