"""The repository as a tree of files, for tests that look at the code instead of running it."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("schemas", "state", "producers", "flink_jobs", "serving", "groundswell")


def files(root: Path = ROOT) -> list[Path]:
    """Return the repository's own files: what git tracks, and new files that it does not ignore."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=root, capture_output=True, check=True,
    )  # fmt: skip
    found = (root / name for name in listed.stdout.decode().split("\0") if name)
    return sorted({path for path in found if path.is_file()})


def sources(*folders: str) -> list[Path]:
    """Return the Python files below some top folders; below all packages by default."""
    wanted = folders or PACKAGES
    return [path for path in files() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in wanted]


def parse(path: Path) -> ast.Module:
    """Return the syntax tree of a Python file."""
    return ast.parse(path.read_text("utf-8"), filename=str(path))


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Return all functions and methods, inner ones included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def module_name(path: Path, root: Path = ROOT) -> str:
    """Return the dotted name of a Python file."""
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def shown(path: Path) -> str:
    """Return a path as a message should name it."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
