"""Laws of the batch codec: the bytes of fastavro, the verdict of fastavro, round trips."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.avro_decode import decode
from schemas.avro_encode import encode
from schemas.avro_plan import Plan, compile_plan
from schemas.avro_put import put_value
from schemas.avro_walk import RecordError, walk
from schemas.released import Schema, newest, schema_of
from schemas.wire import header
from tests.support.avro_rows import (
    ODD_SCHEMA,
    SCHEMA_ID,
    Row,
    columns_of,
    damaged,
    neutral_row,
    reference_decode,
    reference_encode,
    rows,
    rows_of,
)

SCHEMAS = [*(schema_of(event) for event in newest()), ODD_SCHEMA]
# What fastavro lets pass and the Avro specification forbids; see schemas/avro_walk.py.
STRICTER_THAN_FASTAVRO = (
    "does not fit",
    "enum index -",
    "union branch -",
    "block of -",
    "block of 9223372036854775808",
)

every_schema = pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: str(schema["name"]))


def _strictly(plan: Plan, value: bytes) -> tuple[Row | None, str]:
    try:
        return walk(plan, value), ""
    except RecordError as fault:
        return None, str(fault)


def _assert_verdicts(schema: Schema, plan: Plan, values: Sequence[bytes]) -> None:
    columns = decode(plan, values)
    seen = rows_of(plan, columns)
    for at, value in enumerate(values):
        row, reason = _strictly(plan, value)
        loose = reference_decode(schema, value)
        assert columns.ok[at] == (row is not None), reason
        assert columns.reason(at) == reason[:200]
        assert repr(seen[at]) == repr(neutral_row(plan) if row is None else row)
        if row is not None:
            assert repr(row) == repr(loose)
        elif loose is not None:
            assert any(why in reason for why in STRICTER_THAN_FASTAVRO), reason


@every_schema
@settings(deadline=None)
@given(data=st.data())
def test_encoded_bytes_equal_fastavro(schema: Schema, data: st.DataObject) -> None:
    """Every value of a batch has exactly the bytes that fastavro writes for that record."""
    plan = compile_plan(schema)
    records = data.draw(st.lists(rows(plan), max_size=8))
    encoded = encode(plan, columns_of(plan, records), len(records), SCHEMA_ID)
    assert encoded.values() == [reference_encode(schema, record) for record in records]


@every_schema
@settings(deadline=None)
@given(data=st.data())
def test_single_values_equal_fastavro(schema: Schema, data: st.DataObject) -> None:
    """The plain writer of defaults and single records gives the bytes of fastavro, too."""
    plan = compile_plan(schema)
    record = data.draw(rows(plan))
    plain = header(SCHEMA_ID) + b"".join(put_value(field, record[field.name]) for field in plan.fields)
    assert plain == reference_encode(schema, record)


@every_schema
@settings(deadline=None)
@given(data=st.data())
def test_what_was_encoded_decodes_to_the_same(schema: Schema, data: st.DataObject) -> None:
    """Encoding a batch and decoding it gives the records back, all of them good."""
    plan = compile_plan(schema)
    records = data.draw(st.lists(rows(plan), max_size=8))
    columns = decode(plan, encode(plan, columns_of(plan, records), len(records), SCHEMA_ID).values())
    assert columns.ok.all()
    assert rows_of(plan, columns) == records


@every_schema
@settings(deadline=None)
@given(data=st.data())
def test_damaged_records_get_the_verdict_of_fastavro(schema: Schema, data: st.DataObject) -> None:
    """In a batch of whole and damaged records each is judged and read as fastavro does it alone."""
    plan = compile_plan(schema)
    value = rows(plan).map(lambda record: reference_encode(schema, record))
    _assert_verdicts(schema, plan, data.draw(st.lists(damaged(value), max_size=6)))


@settings(deadline=None)
@given(values=st.lists(st.binary(max_size=60), max_size=8), schema=st.sampled_from(SCHEMAS))
def test_noise_gets_the_verdict_of_fastavro(values: list[bytes], schema: Schema) -> None:
    """Random bytes never raise, and are judged as fastavro judges them."""
    _assert_verdicts(schema, compile_plan(schema), values)
