"""How large modules and functions are: `python -m tests.support.sizes` prints it."""

import statistics
import sys
from collections.abc import Iterable
from pathlib import Path

from tests.support.tree import functions, parse, shown, sources

MODULE_LIMIT = 500
FUNCTION_LIMIT = 60
GENERATED = ("records.py",)  # one class an event: it grows with them, and nobody writes it
MEDIAN_LIMIT = 150  # the aim is 120


def module_lines(path: Path) -> int:
    """Return the lines of a file."""
    return len(path.read_text("utf-8").splitlines())


def function_lines(path: Path) -> dict[str, int]:
    """Return the lines of each function, by "name:line"; decorators do not count, docstrings do."""
    return {
        f"{node.name}:{node.lineno}": (node.end_lineno or node.lineno) - node.lineno + 1
        for node in functions(parse(path))
    }


def too_long(paths: Iterable[Path]) -> list[str]:
    """Return what is above a hard limit, one line each."""
    problems = []
    for path in paths:
        lines = module_lines(path)
        if lines > MODULE_LIMIT and path.name not in GENERATED:
            problems.append(f"{shown(path)}: {lines} lines, limit {MODULE_LIMIT}")
        problems += [
            f"{shown(path)}:{name}: {length} lines, limit {FUNCTION_LIMIT}"
            for name, length in function_lines(path).items()
            if length > FUNCTION_LIMIT
        ]
    return problems


def medians(paths: Iterable[Path]) -> tuple[float, float]:
    """Return the median lines of modules and of functions."""
    all_paths = list(paths)
    return (
        statistics.median(module_lines(path) for path in all_paths),
        statistics.median(length for path in all_paths for length in function_lines(path).values()),
    )


def main() -> int:
    """Print sizes of the packages and of the tests."""
    for title, folders in (("packages", ()), ("tests", ("tests",))):
        paths = [path for path in sources(*folders) if path.name != "__init__.py"]
        modules, inner = medians(paths)
        largest = max(paths, key=module_lines)
        sys.stdout.write(
            f"{title}: {len(paths)} modules, median {modules:.0f} lines, largest {module_lines(largest)} "
            f"({shown(largest)}); functions: median {inner:.0f}\n"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
