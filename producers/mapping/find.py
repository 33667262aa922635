"""A mapping by its name, by its path, or by the name of the data file it fits."""

from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from pathlib import Path, PurePath

from producers.mapping.errors import MappingError
from producers.mapping.parse import parse_mapping
from producers.mapping.spec import Mapping

_SUFFIX = ".toml"


@cache
def shipped_names() -> tuple[str, ...]:
    """Names of the mappings that come with the package."""
    folder = files("producers").joinpath("mappings")
    return tuple(
        sorted(entry.name.removesuffix(_SUFFIX) for entry in folder.iterdir() if entry.name.endswith(_SUFFIX))
    )


@cache
def shipped(name: str) -> Mapping:
    """A mapping that comes with the package.

    Raises:
        MappingError: No such mapping.
    """
    if name not in shipped_names():
        raise MappingError(
            name,
            [f"no such mapping; shipped are {', '.join(shipped_names())}; or give a path to a .toml"],
        )
    raw = files("producers").joinpath("mappings").joinpath(name + _SUFFIX).read_bytes()
    return parse_mapping(raw, name, name)


def load_mapping(name_or_path: str) -> Mapping:
    """Load a shipped mapping by name, or any mapping file by path (it ends in .toml).

    Raises:
        MappingError: No such name or file, or the file has faults; all are listed.
    """
    if not name_or_path.endswith(_SUFFIX):
        return shipped(name_or_path)
    path = Path(name_or_path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise MappingError(name_or_path, [f"cannot be read: {error.strerror}"]) from error
    return parse_mapping(raw, path.name.removesuffix(_SUFFIX), name_or_path)


def detect_mapping(data_path: str) -> Mapping:
    """The one shipped mapping whose `files` patterns fit the name of a data file.

    Raises:
        MappingError: None fits, or more than one.
    """
    name = PurePath(data_path).name.removesuffix(".gz")
    fitting = [m for m in map(shipped, shipped_names()) if any(fnmatchcase(name, p) for p in m.files)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise MappingError(data_path, [f"fits {', '.join(m.name for m in fitting)}; pass --mapping NAME"])
    raise MappingError(
        data_path,
        [
            (
                f"no shipped mapping fits this file name; pass --mapping with one of "
                f"{', '.join(shipped_names())}, or with a path to a .toml"
            )
        ],
    )
