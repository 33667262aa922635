"""Laws of the domain rules: one record and whole columns get the same verdict."""

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.avro_decode import decode
from schemas.avro_encode import encode
from schemas.avro_plan import Field, compile_plan
from schemas.released import newest, schema_of
from state.validate import GOOD, UNREADABLE, Limits, reasons, validate_record, verdict
from tests.support.avro_rows import columns_of

NOW_MS = 1_767_225_600_000
LIMITS = Limits(max_age_ms=1000, max_ahead_ms=50)

_LENGTHS = [
    0,
    1,
    2,
    64,
    65,
    80,
    81,
    128,
    129,
    200,
    201,
    256,
    257,
    512,
    513,
    2000,
    2001,
    2048,
    2049,
    20_000,
    20_001,
]
_TEXT = st.builds(
    lambda size, char: char * size, st.sampled_from(_LENGTHS[:15]), st.sampled_from(["a", "é", "日", "🌡"])
)
_LONG_TEXT = st.builds(lambda size: "é" * size, st.sampled_from(_LENGTHS))
_WHOLES = st.sampled_from(
    [-3, -2, -1, 0, 1, 2, NOW_MS - 1001, NOW_MS - 1000, NOW_MS, NOW_MS + 50, NOW_MS + 51]
)
_REALS = st.sampled_from(
    [-1.0, -0.0, 0.0, 1e-300, 0.5, 1.0, 1.0000001, float("inf"), float("-inf"), float("nan")]
)


def _mostly(good: object, odd: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    """Good values far more often, so that later rules are reached too."""
    return st.integers(0, 9).flatmap(lambda draw: odd if draw == 0 else st.just(good))


def _inner(field: Field) -> st.SearchStrategy[object]:
    """Texts near the limits, and any numbers: no rule looks at a number inside a list."""
    kinds: dict[str, st.SearchStrategy[object]] = {
        "int": st.integers(-3, 5),
        "long": _WHOLES,
        "boolean": st.booleans(),
        "float": _REALS,
        "double": _REALS,
    }
    return _TEXT if field.spans else kinds[field.kind]


def _any(field: Field) -> st.SearchStrategy[object]:
    """Values near the limits."""
    if field.items:
        plain = field.items[0].name == ""
        item = (
            _inner(field.items[0])
            if plain
            else st.fixed_dictionaries({inner.name: _inner(inner) for inner in field.items})
        )
        usual = {x.name: "x" if x.spans else 0.5 if x.kind in {"float", "double"} else 1 for x in field.items}
        full: object = usual[""] if plain else usual
        sizes = st.sampled_from([31, 32, 33, 63, 64, 65])
        return _mostly([full], st.lists(item, max_size=3) | sizes.map(lambda size: [full] * size))
    if field.symbols:
        return st.sampled_from([*field.symbols, *field.symbols[1:]])
    odd: dict[str, tuple[object, st.SearchStrategy[object]]] = {
        "string": ("x", _LONG_TEXT if field.name in {"text", "query", "reason"} else _TEXT),
        "int": (5, st.integers(-3, 1)),
        "long": (NOW_MS, _WHOLES),
        "double": (0.5, _REALS),
        "boolean": (False, st.booleans()),
    }
    return _mostly(*odd[field.kind])


def _records(event: str) -> st.SearchStrategy[dict[str, object]]:
    fields = compile_plan(schema_of(event)).fields
    return st.fixed_dictionaries(
        {field.name: st.none() | _any(field) if field.nullable else _any(field) for field in fields}
    )


def _first_reason(event: str, record: Mapping[str, object], record_ms: int) -> str:
    faults = validate_record(event, record, record_ms, LIMITS)
    return faults[0].split(", found ")[0] if faults else ""


@pytest.mark.parametrize("event", newest())
@settings(deadline=None)
@given(data=st.data())
def test_columns_and_single_records_agree(event: str, data: st.DataObject) -> None:
    """The code of a row is the first fault of that record alone; unreadable neighbours change nothing."""
    plan = compile_plan(schema_of(event))
    records = data.draw(st.lists(_records(event), min_size=1, max_size=6))
    values = encode(plan, columns_of(plan, records), len(records), 1).values()
    mixed = [part for value in values for part in (value, value[:-1])]
    times_ms = np.full(len(mixed), NOW_MS)
    codes = verdict(event, decode(plan, mixed), times_ms, LIMITS).tolist()
    texts = {GOOD: "", **reasons(event)}
    assert codes[1::2] == [UNREADABLE] * len(records)
    assert [texts[code] for code in codes[::2]] == [
        _first_reason(event, record, NOW_MS) for record in records
    ]
