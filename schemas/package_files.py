"""The files of a package, also where it lies in a wheel."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.abc import Traversable


def files_below(folder: "Traversable", prefix: str = "") -> Iterator[tuple[str, "Traversable"]]:
    """Yield (path with forward slashes, file) of all files below a folder, but not what Python compiled.

    Args:
        folder: As `importlib.resources.files` gives it.
        prefix: What every path begins with.
    """
    for each in folder.iterdir():
        if each.name == "__pycache__":
            continue
        if each.is_dir():
            yield from files_below(each, f"{prefix}{each.name}/")
        else:
            yield f"{prefix}{each.name}", each
