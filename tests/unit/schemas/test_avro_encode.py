"""The batch encoder: defaults, constants, Arrow's odd arrays, and refusals that name the column."""

import numpy as np
import pyarrow as pa
import pytest

from schemas.avro_encode import Column, encode
from schemas.avro_plan import compile_plan
from schemas.errors import ContractError
from schemas.released import schema_of
from tests.support.avro_rows import ODD_PLAN, ODD_SCHEMA, SCHEMA_ID, neutral_row, reference_encode

SCHEMA = schema_of("engagement")
PLAN = compile_plan(SCHEMA)
NEEDED: dict[str, Column] = {
    "event_id": pa.array(["e1", "e2"]),
    "source_ms": np.array([1, 2]),
    "actor_id": pa.array(["ann", "böb"]),
    "action": np.array([4, 0]),
    "item_id": pa.array(["i", "j"]),
}
ROWS: list[dict[str, object]] = [
    {"event_id": "e1", "source_ms": 1, "actor_id": "ann", "action": "like", "item_id": "i"},
    {"event_id": "e2", "source_ms": 2, "actor_id": "böb", "action": "unknown", "item_id": "j"},
]


def _expect(columns: dict[str, Column], **more: object) -> None:
    expected = [reference_encode(SCHEMA, {**row, **more}) for row in ROWS]
    assert encode(PLAN, {**NEEDED, **columns}, 2, SCHEMA_ID).values() == expected


def test_a_missing_column_is_its_default() -> None:
    """Only the fields without a default must be given."""
    _expect({})


def test_defaults_of_every_shape() -> None:
    """Also arrays, floats and null have defaults."""
    columns: dict[str, Column] = {"raw": b"\xff", "hue": "blue"}
    row = {"raw": b"\xff", "hue": "blue"}
    assert encode(ODD_PLAN, columns, 1, SCHEMA_ID).values() == [reference_encode(ODD_SCHEMA, row)]


def test_one_plain_value_stands_for_every_row() -> None:
    """Constants need no array; an enum is given by its symbol."""
    _expect(
        {
            "action": "share",
            "lang": "de",
            "position": 3,
            "value": 2,
            "automated": True,
            "topics": ["a"],
            "surface": "",
        },
        action="share",
        lang="de",
        position=3,
        value=2.0,
        automated=True,
        topics=["a"],
    )
    _expect({"position": None}, position=None)


def test_dictionaries_slices_and_chunks_are_text() -> None:
    """Whatever Arrow made of a column, its rows count."""
    whole = pa.array(["x", "de", "de", "y"])
    for column in (whole[1:3], whole[1:3].dictionary_encode(), pa.chunked_array([["de"], ["de"]])):
        _expect({"lang": column}, lang="de")


def test_absent_rows_are_not_looked_at() -> None:
    """Values of absent rows may be anything, also nothing."""
    _expect({"position": (np.zeros(2, np.bool_), np.array([2**40, -1]))}, position=None)
    columns: dict[str, Column] = {
        "raw": b"",
        "hue": "red",
        "maybe_text": (np.array([True, False]), pa.array(["x", None])),
    }
    rows = [{"raw": b"", "hue": "red", "maybe_text": text} for text in ("x", None)]
    assert encode(ODD_PLAN, columns, 2, SCHEMA_ID).values() == [
        reference_encode(ODD_SCHEMA, row) for row in rows
    ]


def test_small_numbers_may_come_in_small_types() -> None:
    """int8, uint8 and float32 columns are widened."""
    _expect(
        {"action": np.array([4, 0], np.int8), "position": (np.ones(2, np.bool_), np.array([7, 7], np.uint8))},
        position=7,
    )
    _expect({"value": np.array([0.5, 0.5], np.float32)}, value=0.5)


def test_no_rows_is_no_bytes() -> None:
    """An empty batch is an empty buffer."""
    empty = {name: column[:0] for name, column in NEEDED.items() if not isinstance(column, str | tuple)}
    encoded = encode(PLAN, empty, 0, SCHEMA_ID)
    assert (encoded.buffer, encoded.offsets.tolist(), encoded.values()) == (b"", [0], [])


def test_offsets_cut_the_buffer() -> None:
    """Value i lies between two offsets, header included."""
    encoded = encode(PLAN, NEEDED, 2, SCHEMA_ID)
    assert encoded.offsets[0] == 0
    assert encoded.offsets[-1] == len(encoded.buffer)
    assert encoded.buffer[encoded.offsets[1] :] == reference_encode(SCHEMA, ROWS[1])


_ONES = np.ones(2, np.int64)


@pytest.mark.parametrize(
    ("column", "reason"),
    [
        ({"speed": _ONES}, r"has no fields \['speed'\]"),
        ({"source_ms": np.array([1])}, "source_ms: column has 1 rows, expected 2"),
        ({"source_ms": np.array([1.0, 2.0])}, "source_ms: column is float64, expected whole numbers"),
        ({"source_ms": pa.array([1, 2])}, "source_ms: column is a Int64Array, expected a numpy array"),
        ({"source_ms": "now"}, "source_ms: 'now' is no long"),
        ({"source_ms": None}, "source_ms: None is no long"),
        ({"source_ms": 2**63}, "does not fit long"),
        ({"account_age_days": _ONES * 2**31}, r"account_age_days: values 2147483648\.\."),
        ({"action": _ONES * 23}, r"action: values 23\.\.23 are outside 0\.\.22"),
        ({"action": -_ONES}, r"action: values -1\.\."),
        ({"action": "love"}, "'love' is none of unknown"),
        ({"automated": _ONES}, "automated: column is int64, expected bool"),
        ({"automated": 1}, "automated: 1 is no boolean"),
        ({"value": np.array(["x", "y"])}, "value: column is <U1, expected numbers"),
        ({"value": True}, "value: True is no double"),
        (
            {"actor_id": np.array(["a", "b"])},
            "actor_id: column is a ndarray, expected a pyarrow string array",
        ),
        ({"actor_id": pa.array([b"a", b"b"])}, "actor_id: column is binary"),
        ({"actor_id": pa.array(["a", None])}, "actor_id: column is string with 1 nulls"),
        ({"actor_id": "\ud800"}, "actor_id: text cannot be UTF-8"),
        ({"position": _ONES}, r"position: column is a ndarray, expected \(present, values\)"),
        ({"position": (_ONES, _ONES)}, "position: present is int64"),
        ({"position": (np.ones(3, np.bool_), _ONES)}, r"position: present is bool\(3,\)"),
        ({"position": (np.ones(2, np.bool_), np.ones(3))}, "position: column has 3 rows"),
        ({"position": (np.ones(2, np.bool_), np.ones(2))}, "position: column is float64"),
        ({"topics": pa.array(["a", "b"])}, r"topics: column is a StringArray, expected \(counts, items\)"),
        ({"topics": (np.array([1]), pa.array(["a"]))}, r"topics: counts are int64\(1,\)"),
        ({"topics": (np.array([2, -1]), pa.array(["a"]))}, "topics: counts are"),
        ({"topics": (_ONES, pa.array(["a"]))}, "topics: column has 1 rows, expected 2"),
        ({"topics": [1]}, r"topics\[\]: 1 is no string"),
        ({"topics": 5}, "topics: 5 is no array"),
        ({"experiments": (_ONES, pa.array(["a", "b"]))}, r"items have \[''\], expected \['id', 'arm'\]"),
        (
            {"experiments": (_ONES, {"id": pa.array(["a", "b"]), "arm": _ONES})},
            r"experiments\.arm: column is a ndarray",
        ),
        ({"experiments": [{"id": "x"}]}, r"experiments\[\]\.arm: None is no string"),
    ],
)
def test_wrong_columns_are_refused_by_name(column: dict[str, Column], reason: str) -> None:
    """The message says which column, what it is, and what was expected."""
    with pytest.raises(ContractError, match=reason):
        encode(PLAN, {**NEEDED, **column}, 2, SCHEMA_ID)


def test_a_field_without_default_must_be_given() -> None:
    """Leaving it out is a fault of the caller, not a null."""
    with pytest.raises(ContractError, match="item_id has no default"):
        encode(PLAN, {name: column for name, column in NEEDED.items() if name != "item_id"}, 2, SCHEMA_ID)


def test_a_float_that_overflows_is_refused() -> None:
    """A number too large for 32 bits would become infinite."""
    row = neutral_row(ODD_PLAN)
    with pytest.raises(ContractError, match="single: a value does not fit a float"):
        encode(ODD_PLAN, {"raw": b"", "hue": str(row["hue"]), "single": np.array([1e300])}, 1, SCHEMA_ID)
    with pytest.raises(ContractError, match=r"single: .* does not fit a float"):
        encode(ODD_PLAN, {"raw": b"", "hue": str(row["hue"]), "single": 1e300}, 1, SCHEMA_ID)
