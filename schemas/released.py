"""The released schemas as files: `events/ids.toml` maps a schema id to its file.

Everything is read through `importlib.resources`, because a worker imports this package from inside a wheel,
and as soon as this module is imported: when a job restarts, Flink deletes the wheel that it had unpacked, but
a TaskManager in thread mode goes on with the modules from there.
"""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final, TypeAlias, cast

import msgspec

from schemas.errors import ContractError
from schemas.package_files import files_below

Schema: TypeAlias = dict[str, object]


_FILES: Final = {
    path: file.read_bytes()
    for path, file in files_below(files("schemas"))
    if path.endswith((".avsc", ".toml"))
}


def read_bytes(path: str) -> bytes:
    """Return one data file of this package; the path is relative to it, with forward slashes.

    Raises:
        ContractError: There is none.
    """
    if path not in _FILES:
        raise ContractError(f"no file schemas/{path}; there are {len(_FILES)}, such as {min(_FILES)}")
    return _FILES[path]


@dataclass(frozen=True, slots=True)
class Release:
    """One released version of one subject."""

    subject: str
    version: int
    id: int
    event: str  # the folder under events/
    file: str  # path under events/


def parse_ids(raw: bytes) -> tuple[Release, ...]:
    """Read the text of `ids.toml`; versions must count 1, 2, 3 ... and ids must be unique.

    Raises:
        ContractError: With every fault found, not only the first.
    """
    subjects = msgspec.toml.decode(raw, type=dict[str, dict[str, list[dict[str, int | str]]]]).get(
        "subjects", {}
    )
    out: list[Release] = []
    faults: list[str] = []
    seen: dict[int, str] = {}
    for subject, rows in subjects.items():
        for expected, row in enumerate(rows, start=1):
            if set(row) != {"id", "version", "file"}:
                faults.append(
                    f"{subject}: entry {expected} has keys {sorted(row)}, expected file, id, version"
                )
                continue
            release = Release(
                subject, int(row["version"]), int(row["id"]), str(row["file"]).split("/")[0], str(row["file"])
            )
            if release.version != expected:
                faults.append(f"{subject}: version {release.version} stands where {expected} was expected")
            if release.id in seen:
                faults.append(
                    f"{subject}: id {release.id} already belongs to {seen[release.id]}; ids are never reused"
                )
            seen[release.id] = subject
            out.append(release)
    if faults:
        raise ContractError("events/ids.toml: " + "; ".join(faults))
    return tuple(out)


@cache
def releases() -> tuple[Release, ...]:
    """Every released schema, in the order of `ids.toml`."""
    return parse_ids(read_bytes("events/ids.toml"))


@cache
def newest() -> MappingProxyType[str, Release]:
    """Event name -> its newest release."""
    return MappingProxyType({release.event: release for release in releases()})


@cache
def read_schema(file: str) -> Schema:
    """Parse one `.avsc` under `events/`. Cached: treat the answer as read-only."""
    return cast("Schema", json.loads(read_bytes(f"events/{file}")))


def schema_of(event: str) -> Schema:
    """Newest schema of an event, as parsed JSON.

    Raises:
        ContractError: The event has no released schema.
    """
    release = newest().get(event)
    if release is None:
        raise ContractError(f"no event {event!r}; released events are {sorted(newest())}")
    return read_schema(release.file)


@cache
def _event_of_name() -> MappingProxyType[str, str]:
    names = {}
    for release in releases():
        schema = read_schema(release.file)
        names[f"{schema.get('namespace')}.{schema['name']}"] = release.event
    return MappingProxyType(names)


def event_of(schema: Schema) -> str | None:
    """Event that a schema belongs to, by its full Avro name; None when it is none of ours.

    Works for schemas that a remote registry gave us under another id.
    """
    name = str(schema.get("name"))
    return _event_of_name().get(name if "." in name else f"{schema.get('namespace')}.{name}")
