"""Every package explains itself and exports nothing: importing one module loads only that module."""

import ast
import re
from collections.abc import Iterable
from pathlib import Path

from tests.support.tree import ROOT, functions, parse, shown, sources

_SHORTEST_MAP = 40  # characters; less cannot say what a folder holds


def unmapped(modules: Iterable[Path]) -> list[str]:
    """Return folders with modules but without an `__init__.py`: tools that read imports skip them."""
    folders = {path.parent for path in modules}
    return sorted(shown(folder) for folder in folders if not (folder / "__init__.py").exists())


def faults(text: str) -> list[str]:
    """Return what is wrong with the text of an `__init__.py`."""
    tree = ast.parse(text)
    docstring = ast.get_docstring(tree) or ""
    found = [] if len(docstring) >= _SHORTEST_MAP else ["no docstring that maps the folder"]
    if len(tree.body) > bool(docstring):
        found.append("holds code or imports: a package exports nothing")
    return found


def stale_names(init: Path) -> list[str]:
    """Return names of modules in a map that its folder no longer has."""
    named = re.findall(r"`((?:\w+/)*\w+\.py)`", ast.get_docstring(parse(init)) or "")
    return [name for name in named if not (init.parent / name).exists()]


def own_paths(tree: ast.AST) -> list[int]:
    """Return lines that use `__file__`: inside a wheel on a cluster it is no path to data."""
    return [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == "__file__"]


def test_every_folder_of_modules_is_a_package() -> None:
    """import-linter follows regular packages only; a forgotten __init__.py would hide a whole folder."""
    assert unmapped(sources()) == []


def test_packages_map_their_folder_and_export_nothing() -> None:
    """`import state.decay` must not load River because of a convenience import."""
    inits = [path for path in sources() if path.name == "__init__.py"]
    found = {shown(path): faults(path.read_text("utf-8")) for path in inits}
    assert not {path: problems for path, problems in found.items() if problems}


def test_maps_name_modules_that_exist() -> None:
    """A map that shows a road which is gone is worse than none."""
    stale = {shown(path): stale_names(path) for path in sources() if path.name == "__init__.py"}
    assert not {path: names for path, names in stale.items() if names}


def test_wrong_packages_are_seen(tmp_path: Path) -> None:
    """A folder without the file, an empty file, one that exports, one that names what is not there."""
    (tmp_path / "module.py").touch()
    assert unmapped([tmp_path / "module.py"]) == [str(tmp_path)]
    assert faults("") == ["no docstring that maps the folder"]
    told = '"""What this folder holds, file by file, in reading order."""\n'
    assert faults(told) == []
    (tmp_path / "__init__.py").write_text('"""The map: `module.py`, `gone.py`."""')
    assert stale_names(tmp_path / "__init__.py") == ["gone.py"]
    assert faults(told + "from state.codec import Codec") == [
        "holds code or imports: a package exports nothing"
    ]


def test_shipped_code_finds_its_data_through_resources() -> None:
    """Workers import our packages from inside the wheel. Two tools work on the repository itself."""
    tools = {ROOT / "groundswell" / name for name in ("bootstrap.py", "stack/jars_lock.py")}
    found = {shown(path): own_paths(parse(path)) for path in sources() if path not in tools}
    assert not {path: lines for path, lines in found.items() if lines}
    assert own_paths(ast.parse("from pathlib import Path\nHERE = Path(__file__)")) == [2]


def test_every_test_says_what_it_protects() -> None:
    """A test's first line is a sentence about behaviour, for whoever sees it fail."""
    silent = [
        f"{shown(path)}:{node.name}"
        for path in sources("tests")
        for node in functions(parse(path))
        if node.name.startswith("test_") and not ast.get_docstring(node)
    ]
    assert silent == []


def test_a_silent_test_is_seen() -> None:
    """A comment is not a docstring."""
    (node,) = functions(ast.parse("def test_it():\n    # checks it\n    assert True"))
    assert not ast.get_docstring(node)
