"""Which fields an event has and what fits in them, read from its newest released schema."""

from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import cast

from schemas.released import schema_of

EVENTS = ("engagement", "content", "moderation")
MAPPABLE = ("engagement", "content")  # moderation comes from moderators; only our own dumps carry it

# The `doc` texts of the schemas give these limits in words; the job refuses what is longer.
MAX_CHARS = MappingProxyType(
    {"event_id": 128, "actor_id": 256, "item_id": 512, "target_id": 512, "community": 256}
)
MAX_TEXT_CHARS = 20_000
MAX_TOPICS = 32
MAX_TOPIC_CHARS = 200

NOT_FROM_ROWS = frozenset({"source_ms", "action", "experiments"})  # [time], [event], and a list of records


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field of an event.

    Attributes:
        kind: string, int, long, double, boolean, strings, arms (id and arm) or enum.
        nullable: None is a value.
        required: The schema has no default.
        symbols: Names of an enum, without unknown.
    """

    name: str
    kind: str
    nullable: bool
    required: bool
    symbols: tuple[str, ...] = ()


def _spec(field: dict[str, object]) -> FieldSpec:
    name, kind, required = cast("str", field["name"]), field["type"], "default" not in field
    nullable = isinstance(kind, list)
    if isinstance(kind, list):
        kind = next(branch for branch in kind if branch != "null")
    if isinstance(kind, str):
        return FieldSpec(name, kind, nullable, required)
    inner = cast("dict[str, object]", kind)
    if inner["type"] == "enum":
        symbols = cast("list[str]", inner["symbols"])
        return FieldSpec(name, "enum", nullable, True, tuple(s for s in symbols if s != "unknown"))
    return FieldSpec(name, "strings" if inner["items"] == "string" else "arms", nullable, required)


@cache
def fields_of(event: str) -> MappingProxyType[str, FieldSpec]:
    """Fields of an event in the order of its newest schema.

    Raises:
        ContractError: No such event.
    """
    fields = cast("list[dict[str, object]]", schema_of(event)["fields"])
    return MappingProxyType({spec.name: spec for spec in map(_spec, fields)})


@cache
def mappable_fields(event: str) -> MappingProxyType[str, FieldSpec]:
    """Fields that a mapping file may set."""
    return MappingProxyType({k: v for k, v in fields_of(event).items() if k not in NOT_FROM_ROWS})


def actions_of(event: str) -> tuple[str, ...]:
    """Actions of an event, without unknown."""
    return fields_of(event)["action"].symbols
