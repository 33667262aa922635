"""Domain rules: event time near the record's timestamp, missing and mistyped fields, older versions."""

import numpy as np
import pytest

from schemas.avro_decode import decode
from schemas.avro_plan import compile_plan
from schemas.codec import encode_record
from schemas.columns import Columns
from schemas.records import EngagementRecorded, TrendPaneClosed
from schemas.registry import FileRegistry
from schemas.released import Schema, newest, schema_of
from state.validate import GOOD, TOO_NEW, TOO_OLD, UNREADABLE, Limits, reasons, validate_record, verdict
from state.validate_rules import RULES

NOW_MS = 1_767_225_600_000
DAY_MS = 86_400_000
MINUTE_MS = 60_000


def _value(source_ms: int = NOW_MS) -> bytes:
    record = EngagementRecorded(event_id="e", source_ms=source_ms, actor_id="a", action="like", item_id="i")
    return encode_record(record, FileRegistry())


def _columns(*values: bytes, schema: Schema | None = None) -> Columns:
    return decode(compile_plan(schema or schema_of("engagement")), values)


@pytest.mark.parametrize(
    ("source_ms", "code"),
    [
        (NOW_MS, GOOD),
        (NOW_MS - 30 * DAY_MS, GOOD),
        (NOW_MS - 30 * DAY_MS - 1, TOO_OLD),
        (NOW_MS + 5 * MINUTE_MS, GOOD),
        (NOW_MS + 5 * MINUTE_MS + 1, TOO_NEW),
        (1, TOO_OLD),
        (2**63 - 1, TOO_NEW),
    ],
)
def test_event_time_lies_near_the_timestamp_of_its_record(source_ms: int, code: int) -> None:
    """Both ends of the window are inside, in both forms."""
    assert verdict("engagement", _columns(_value(source_ms)), np.array([NOW_MS])).tolist() == [code]
    fields = {"event_id": "e", "source_ms": source_ms, "actor_id": "a", "action": "like", "item_id": "i"}
    found = validate_record("engagement", fields, NOW_MS)
    assert found == ([f"{reasons('engagement')[code]}, found {source_ms}"] if code else [])
    assert validate_record("engagement", fields) == []


def test_limits_can_be_set() -> None:
    """A replay of old files may allow more."""
    limits = Limits(max_age_ms=100 * 365 * DAY_MS)
    assert verdict("engagement", _columns(_value(1)), np.array([NOW_MS]), limits).tolist() == [GOOD]


@pytest.mark.parametrize("record_ms", [-1, 0, 2**63 - 1, -(2**63)])
def test_absurd_timestamps_do_not_overflow(record_ms: int) -> None:
    """A broker without timestamps says -1; nothing wraps around."""
    expected = TOO_OLD if record_ms > NOW_MS else TOO_NEW
    assert verdict("engagement", _columns(_value()), np.array([record_ms])).tolist() == [expected]


def test_unreadable_records_are_marked_as_such() -> None:
    """Their neutral values are not judged."""
    codes = verdict("engagement", _columns(_value(), b"noise", _value()), np.full(3, NOW_MS))
    assert codes.tolist() == [GOOD, UNREADABLE, GOOD]
    assert "not a record" in reasons("engagement")[UNREADABLE]


def test_an_empty_batch_has_no_verdicts() -> None:
    """Nothing in, nothing out."""
    assert verdict("engagement", _columns(), np.zeros(0, np.int64)).tolist() == []


def test_fields_that_a_version_does_not_have_are_not_judged() -> None:
    """An older schema without topics is fine: the default is."""
    schema = schema_of("engagement")
    assert isinstance(schema["fields"], list)
    short = {
        **schema,
        "fields": [node for node in schema["fields"] if node["name"] in RULES["engagement"].required],
    }
    value = b"\0\0\0\0\1" + b"\x02e" + _value()[7:13] + b"\x02a\x08\x02i"
    assert verdict("engagement", _columns(value, schema=short), np.array([NOW_MS])).tolist() == [GOOD]


@pytest.mark.parametrize("event", newest())
def test_required_fields_are_those_without_a_default(event: str) -> None:
    """The rules and the schema agree on what must be there, and on names."""
    plan = compile_plan(schema_of(event))
    assert set(RULES[event].required) == {field.name for field in plan.fields if not field.has_default}
    assert {rule.field for rule in RULES[event].rules} <= {field.name for field in plan.fields}


@pytest.mark.parametrize("event", newest())
def test_missing_fields_are_named(event: str) -> None:
    """Each of them, in one go."""
    assert validate_record(event, {}) == [f"{name} is missing" for name in RULES[event].required]


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("event_id", 7, "event_id must have 1 to 128 characters, found 7"),
        ("source_ms", "now", "source_ms must be 1 or more, found 'now'"),
        ("source_ms", True, "source_ms must be 1 or more, found True"),
        ("source_ms", 1.5, "source_ms must be 1 or more, found 1.5"),
        ("action", 4, "action must not be unknown, found 4"),
        ("action", "", "action must not be unknown, found ''"),
        ("value", "8", "value must be 0 or more and finite, found '8'"),
        ("value", False, "value must be 0 or more and finite, found False"),
        ("topics", "tag", "topics must have at most 32 items, found 'tag'"),
        ("topics", 5, "topics must have at most 32 items, found 5"),
        ("topics", [1], "each of topics must have at most 200 characters, found [1]"),
        (
            "experiments",
            [{"id": "x"}],
            "each of experiments.arm must have 1 to 128 characters, found [{'id': 'x'}]",
        ),
    ],
)
def test_mistyped_values_are_faults_not_crashes(field: str, value: object, reason: str) -> None:
    """A record from outside may hold anything."""
    fields = {"event_id": "e", "source_ms": NOW_MS, "actor_id": "a", "action": "like", "item_id": "i"}
    assert reason in validate_record("engagement", {**fields, field: value}, NOW_MS)


def test_long_values_are_shortened_in_the_reason() -> None:
    """A reason does not repeat 20,000 characters."""
    fields = {"event_id": "e" * 500, "source_ms": NOW_MS, "actor_id": "a", "action": "like", "item_id": "i"}
    (fault,) = validate_record("engagement", fields)
    assert len(fault) < 120
    assert fault.endswith("...")


def test_events_without_event_time_are_judged_without() -> None:
    """A closed pane has a start, not a time of its own."""
    pane = TrendPaneClosed(
        topic="t", scope="global", pane_start_ms=0, pane_ms=1, weight_milli=1, events=1, users=1
    )
    columns = _columns(encode_record(pane, FileRegistry()), schema=schema_of("trend_pane"))
    assert verdict("trend_pane", columns, np.array([NOW_MS])).tolist() == [GOOD]
    assert TOO_OLD not in reasons("trend_pane")


def test_unknown_events_are_refused() -> None:
    """The message lists the events that have rules."""
    with pytest.raises(ValueError, match=r"no rules for event 'ride'; there are rules for .*content"):
        validate_record("ride", {})
    with pytest.raises(ValueError, match="no rules for event 'ride'"):
        reasons("ride")
