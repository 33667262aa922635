"""Every Kafka topic as typed data, read from `topics.toml` and checked as a whole."""

import re
from dataclasses import dataclass, fields
from functools import cache
from types import MappingProxyType
from typing import Literal

import msgspec

from schemas.errors import ContractError
from schemas.released import newest, read_bytes

Cleanup = Literal["delete", "compact", "compact,delete"]
DLQ_SUFFIX = ".dlq"

_NAME = re.compile(r"[a-zA-Z0-9._-]{1,249}")
_CLEANUPS = ("delete", "compact", "compact,delete")
_COMPATIBILITIES = ("BACKWARD_TRANSITIVE", "FULL_TRANSITIVE")
_MAX_PARTITIONS = 10_000


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """One Kafka topic."""

    name: str
    key: str  # what the Kafka key holds
    partitions: int
    retention_ms: int
    writers: tuple[str, ...]
    readers: tuple[str, ...]
    description: str
    event: str | None = None  # None: the values are not ours to decode (dead letters)
    compatibility: str | None = None
    cleanup: Cleanup = "delete"

    @property
    def subject(self) -> str:
        """Registry subject of the values."""
        return f"{self.name}-value"


_TYPES: dict[str, type] = {
    "key": str,
    "partitions": int,
    "retention_ms": int,
    "writers": list,
    "readers": list,
    "description": str,
    "event": str,
    "compatibility": str,
    "cleanup": str,
}
_REQUIRED = ("key", "partitions", "retention_ms", "writers", "readers", "description")


def _shape_faults(table: dict[str, object]) -> list[str]:
    known = [field.name for field in fields(TopicSpec) if field.name != "name"]
    out = [f"unknown key {key!r}, expected one of {', '.join(known)}" for key in table if key not in known]
    out += [f"{key} is missing" for key in _REQUIRED if key not in table]
    for key, value in table.items():
        wanted = _TYPES.get(key)
        if wanted is not None and (not isinstance(value, wanted) or isinstance(value, bool)):
            out.append(f"{key} is {value!r}, expected {wanted.__name__}")
        elif isinstance(value, list) and not all(isinstance(item, str) for item in value):
            out.append(f"{key} must hold strings only")
        elif key == "cleanup" and value not in _CLEANUPS:
            out.append(f"cleanup is {value!r}, expected one of {_CLEANUPS}")
    return out


def _value_faults(spec: TopicSpec, names: set[str]) -> list[str]:
    out = []
    if not _NAME.fullmatch(spec.name) or spec.name in {".", ".."}:
        out.append("a topic name has 1 to 249 of the characters a-z A-Z 0-9 . _ -")
    if not 1 <= spec.partitions <= _MAX_PARTITIONS:
        out.append(f"partitions is {spec.partitions}, expected 1..{_MAX_PARTITIONS}")
    if spec.retention_ms <= 0:
        out.append(f"retention_ms is {spec.retention_ms}, expected more than 0")
    if spec.event is not None and spec.event not in newest():
        out.append(f"event {spec.event!r} has no released schema; released are {sorted(newest())}")
    if spec.event is not None and spec.compatibility not in _COMPATIBILITIES:
        out.append(f"compatibility is {spec.compatibility!r}, expected one of {_COMPATIBILITIES}")
    if spec.name.endswith(DLQ_SUFFIX) and spec.name.removesuffix(DLQ_SUFFIX) not in names:
        out.append(f"dead letters of {spec.name.removesuffix(DLQ_SUFFIX)!r}, which is not a topic here")
    return out


def parse_topics(raw: bytes) -> dict[str, TopicSpec]:
    """Read the text of `topics.toml`.

    Raises:
        ContractError: Not TOML, or with every fault of every topic, one a line.
    """
    try:
        tables = msgspec.toml.decode(raw, type=dict[str, dict[str, object]])
    except (msgspec.DecodeError, msgspec.ValidationError) as fault:
        raise ContractError(f"topics.toml: {fault}; expected one table a topic") from None
    out: dict[str, TopicSpec] = {}
    faults: list[str] = []
    for name, table in tables.items():
        found = _shape_faults(table)
        if not found:
            values = {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}
            out[name] = msgspec.convert({"name": name, **values}, TopicSpec)
            found = _value_faults(out[name], set(tables))
        faults += [f"topics.toml [{name}]: {fault}" for fault in found]
    if faults:
        raise ContractError("\n".join(faults))
    return out


@cache
def topics() -> MappingProxyType[str, TopicSpec]:
    """Every topic of this build by name."""
    return MappingProxyType(parse_topics(read_bytes("topics.toml")))


def topic_of(event: str) -> TopicSpec:
    """Topic that carries an event.

    Raises:
        ContractError: No topic carries it.
    """
    for spec in topics().values():
        if spec.event == event:
            return spec
    raise ContractError(f"no topic carries {event!r}; topics.toml has {sorted(topics())}")
