"""Single records to bytes and back, also from older versions and unknown ones."""

import json
from copy import deepcopy

import msgspec
import pytest

from schemas.codec import decode_value, encode_large, encode_record
from schemas.errors import ContractError, UnknownSchemaError, WireError
from schemas.records import RECORDS, EngagementRecorded, TrendPaneClosed
from schemas.registry import FileRegistry
from schemas.released import Schema, newest, schema_of
from schemas.wire import header
from tests.support.avro_rows import reference_encode
from tests.support.tree import ROOT

LIKE = EngagementRecorded(event_id="e", source_ms=1, actor_id="a", action="like", item_id="i")


class OneSchema(FileRegistry):
    """A registry that knows one more schema, under id 50."""

    def __init__(self, schema: Schema) -> None:
        super().__init__()
        self._extra = schema

    def schema(self, schema_id: int) -> Schema:
        """The extra schema, or a released one."""
        return self._extra if schema_id == 50 else super().schema(schema_id)


def _engagement() -> dict[str, list[dict[str, object]]]:
    return deepcopy(schema_of("engagement"))  # type: ignore[arg-type]


def test_every_event_has_a_record_type() -> None:
    """The generated types cover the released events, and know their names."""
    assert {event: record.EVENT for event, record in RECORDS.items()} == {event: event for event in newest()}


def test_bytes_equal_fastavro() -> None:
    """The header of the registry, then the bytes that fastavro writes."""
    plain, newest_id = msgspec.to_builtins(LIKE), newest()["engagement"].id
    assert encode_record(LIKE, FileRegistry()) == reference_encode(schema_of("engagement"), plain, newest_id)


def test_large_records_have_the_same_bytes() -> None:
    """A faster writer, one format."""
    slate = json.loads((ROOT / "schemas/events/slate/examples/one_item.json").read_text("utf-8"))
    for record in (LIKE, msgspec.convert(slate, RECORDS["slate"])):
        assert encode_large(record, FileRegistry()) == encode_record(record, FileRegistry())


def test_records_are_frozen() -> None:
    """An event that happened does not change."""
    with pytest.raises(AttributeError):
        LIKE.action = "share"  # type: ignore[misc]
    assert hash(LIKE) == hash(msgspec.structs.replace(LIKE))


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("action", "love", "action: 'love' is none of unknown"),
        ("source_ms", "now", "source_ms: 'now' is no long"),
        ("source_ms", True, "source_ms: True is no long"),
        ("actor_id", b"a", "actor_id: b'a' is no string"),
        ("actor_id", None, "actor_id: None is no string"),
        ("topics", (1,), r"topics\[\]: 1 is no string"),
        ("position", 2**31, "position: 2147483648 does not fit int"),
        ("propensity", "x", "propensity: 'x' is no double or null"),
    ],
)
def test_values_of_the_wrong_type_are_refused(field: str, value: object, reason: str) -> None:
    """Types are checked when bytes are made, with the name of the field."""
    with pytest.raises(ContractError, match=reason):
        encode_record(msgspec.structs.replace(LIKE, **{field: value}), FileRegistry())


@pytest.mark.parametrize(
    ("value", "error", "reason"),
    [
        (b"", WireError, "shorter than"),
        (b"{}", WireError, "shorter than"),
        (header(77), UnknownSchemaError, "schema id 77 is not among"),
        (header(1), WireError, r"EngagementRecorded\.event_id at byte 5"),
        (encode_record(LIKE, FileRegistry()) + b"\0", WireError, "1 bytes are left over"),
    ],
)
def test_unreadable_values_are_refused(value: bytes, error: type[Exception], reason: str) -> None:
    """An unknown schema is another fault than damaged bytes."""
    with pytest.raises(error, match=reason):
        decode_value(value, FileRegistry())


def test_an_older_version_is_read_as_the_newest() -> None:
    """Fields that the writer did not have get their defaults."""
    old = _engagement()
    old["fields"] = [
        node for node in old["fields"] if node["name"] not in {"topics", "propensity", "item_type"}
    ]
    value = reference_encode(old, msgspec.to_builtins(LIKE), 50)
    assert decode_value(value, OneSchema(old)) == ("engagement", LIKE)


def test_a_newer_version_is_read_as_ours() -> None:
    """Fields we do not know are dropped, a symbol we do not know is unknown."""
    new = _engagement()
    new["fields"].append({"name": "mood", "type": "string", "default": ""})
    new["fields"][4]["type"]["symbols"].append("love")  # type: ignore[index]
    value = reference_encode(new, {**msgspec.to_builtins(LIKE), "action": "love", "mood": "glad"}, 50)
    assert decode_value(value, OneSchema(new)) == (
        "engagement",
        msgspec.structs.replace(LIKE, action="unknown"),
    )


def test_somebody_elses_schema_is_unknown() -> None:
    """A registry may hold schemas that are no events of ours."""
    ride = {"type": "record", "name": "Ride", "fields": [{"name": "km", "type": "int"}]}
    with pytest.raises(UnknownSchemaError, match="schema id 50 is 'Ride', which is none of"):
        decode_value(header(50) + b"\x02", OneSchema(ride))


def test_records_are_plain_json_too() -> None:
    """Tools print records as JSON and read them back."""
    pane = TrendPaneClosed(
        topic="t", scope="global", pane_start_ms=0, pane_ms=1, weight_milli=-5, events=1, users=1
    )
    assert json.loads(msgspec.json.encode(pane))["weight_milli"] == -5
    assert msgspec.json.decode(msgspec.json.encode(pane), type=TrendPaneClosed) == pane
