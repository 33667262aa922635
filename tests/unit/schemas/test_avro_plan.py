"""Compiling schemas: every supported shape, and a refusal for every other one."""

import pytest

from schemas.avro_plan import compile_plan
from schemas.errors import ContractError
from schemas.released import newest, schema_of
from tests.support.avro_rows import ODD_PLAN


def _record(type_: object, **more: object) -> dict[str, object]:
    return {"type": "record", "name": "R", "fields": [{"name": "f", "type": type_, **more}]}


@pytest.mark.parametrize("event", newest())
def test_every_event_compiles(event: str) -> None:
    """Our own schemas use supported shapes only."""
    schema = schema_of(event)
    assert [field.name for field in compile_plan(schema).fields] == [
        node["name"] for node in schema["fields"]
    ]


def test_named_types_may_be_used_again() -> None:
    """An enum written once is known by its name later."""
    assert ODD_PLAN.field("maybe_hue").symbols == ODD_PLAN.field("hue").symbols == ("red", "green", "blue")


def test_a_default_of_null_is_a_default() -> None:
    """Null is not the absence of a default."""
    assert compile_plan(_record(["null", "int"], default=None)).field("f").has_default
    assert not compile_plan(_record("int")).field("f").has_default


def test_unknown_field_is_named() -> None:
    """Asking for a field that is not there lists those that are."""
    with pytest.raises(ContractError, match=r"R has no field 'g'; it has \['f'\]"):
        compile_plan(_record("int")).field("g")


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        ({"type": "enum", "name": "E", "symbols": []}, "schema is a 'enum', expected a record"),
        ({"type": "record", "name": "R"}, "not a valid Avro schema"),
        ({"type": "record", "name": "R", "fields": 1}, "fields is 1"),
        (_record({"type": "map", "values": "int"}), r"R\.f: type 'map' is not supported"),
        (_record({"type": "fixed", "name": "F", "size": 4}), "type 'fixed' is not supported"),
        (_record(["int", "null"]), "union .* is not supported"),
        (_record(["null", "int", "string"]), "union .* is not supported"),
        (_record("Elsewhere"), "type 'Elsewhere' is not known here"),
        (_record({"type": "long", "logicalType": "timestamp-millis"}), "logicalType is not supported"),
        (_record({"type": "array", "items": {"type": "array", "items": "int"}}), "an array inside an array"),
        (_record(["null", {"type": "array", "items": "int"}]), "a nullable array"),
        (
            _record({"type": "array", "items": {"type": "record", "name": "P", "fields": []}}),
            "at least one field",
        ),
        (_record({"type": "array", "items": ["null", "int"]}), r"R\.f\[\]: type"),
        (
            _record({"type": "array", "items": _record(["null", "int"])}),
            "none of them nullable",
        ),
        (_record(_record("int")), "type 'record' is not supported"),
    ],
)
def test_unsupported_shapes_are_refused(schema: dict[str, object], reason: str) -> None:
    """What the batch codec cannot walk is refused when the schema is compiled, with the field's name."""
    with pytest.raises(ContractError, match=reason):
        compile_plan(schema)
