"""The batch decoder where random records seldom go: long arrays, many blocks, neighbours, empty batches."""

import numpy as np
import pytest

from schemas.avro_decode import decode
from schemas.avro_fields import MAX_ROUNDS
from schemas.avro_plan import compile_plan
from schemas.avro_put import put_number
from schemas.avro_walk import walk
from schemas.errors import ContractError
from schemas.hashing import hash64
from schemas.released import schema_of
from schemas.wire import header
from tests.support.avro_rows import ODD_PLAN, ODD_SCHEMA, neutral_row, reference_encode, rows_of

TAGS = compile_plan(
    {
        "type": "record",
        "name": "Tagged",
        "fields": [
            {"name": "at", "type": "long"},
            {"name": "tags", "type": {"type": "array", "items": "string"}},
            {"name": "end", "type": "string"},
        ],
    }
)
HEAD = header(1)


def _text(value: str) -> bytes:
    return put_number(len(value.encode())) + value.encode()


def _tagged(*blocks: bytes, at: int = 10**12) -> bytes:
    return HEAD + put_number(at) + b"".join(blocks) + b"\0" + _text("end")


def _block(*tags: str, sized: bool = False) -> bytes:
    body = b"".join(_text(tag) for tag in tags)
    return (put_number(-len(tags)) + put_number(len(body)) if sized else put_number(len(tags))) + body


def _same_as_walk(values: list[bytes]) -> None:
    columns = decode(TAGS, values)
    assert columns.ok.all()
    assert rows_of(TAGS, columns) == [walk(TAGS, value) for value in values]


def test_an_empty_batch_has_empty_columns() -> None:
    """No records, no faults."""
    columns = decode(TAGS, [])
    assert columns.n == 0
    assert columns.strings("end").to_pylist() == []
    assert [part.tolist() for part in columns.items("tags")] == [[], [], []]
    assert columns.item_codes("tags")[2] == []
    assert columns.hash64("end").tolist() == []


@pytest.mark.parametrize("items", [MAX_ROUNDS - 2, MAX_ROUNDS - 1, MAX_ROUNDS, MAX_ROUNDS + 1, 3000])
def test_long_arrays_keep_their_order(items: int) -> None:
    """Rows that outlast the common rounds are finished alone, and nothing shows it."""
    long = [f"é{at}" * (at % 30) for at in range(items)]
    _same_as_walk([_tagged(_block("a")), _tagged(_block(*long)), _tagged(), _tagged(_block("b", *long))])


@pytest.mark.parametrize("blocks", [2, MAX_ROUNDS, 500])
def test_many_blocks_are_one_array(blocks: int) -> None:
    """Each block may hold one item, with and without its size in bytes."""
    many = [_block(f"t{at}", sized=at % 2 == 0) for at in range(blocks)]
    _same_as_walk([_tagged(_block("x", "y")), _tagged(*many), _tagged(_block("z", sized=True), *many)])


def test_a_fault_late_in_a_long_array_spoils_only_its_record() -> None:
    """The neighbours keep their items, the record lends none."""
    long = _tagged(_block(*["ü" * 100] * 200))
    broken = bytearray(long)
    broken[-300] = 0xFF
    columns = decode(TAGS, [long, bytes(broken), long[:-300], long])
    assert columns.ok.tolist() == [True, False, False, True]
    assert np.bincount(columns.items("tags")[0], minlength=4).tolist() == [200, 0, 0, 200]
    assert "not UTF-8" in columns.reason(1)
    assert columns.reason(2)


def test_an_array_of_numbers_and_records_may_be_long() -> None:
    """The lonely road reads every kind of item, and its raw bytes are not taken for text."""
    row = neutral_row(ODD_PLAN) | {
        "wholes": [(-3) ** at % 2**40 for at in range(300)],
        "reals": [at / 7 for at in range(100)],
        "raws": [b"\xff\xfe"] * 100,
        "hues": ["blue", "red"] * 50,
        "parts": [
            {"label": f"ß{at}", "size": -at, "flag": at % 3 == 0, "single": at / 4} for at in range(120)
        ],
    }
    columns = decode(
        ODD_PLAN, [reference_encode(ODD_SCHEMA, row), reference_encode(ODD_SCHEMA, neutral_row(ODD_PLAN))]
    )
    assert columns.ok.all()
    assert rows_of(ODD_PLAN, columns) == [row, neutral_row(ODD_PLAN)]


def test_a_record_that_runs_on_does_not_hurt_the_next() -> None:
    """A number that would continue in the next record is refused, and the next record stays whole."""
    good = _tagged(_block("ä"), at=-1)
    open_end = HEAD + b"\xff\xff"
    columns = decode(TAGS, [open_end, good, open_end, good])
    assert columns.ok.tolist() == [False, True, False, True]
    assert columns.item_strings("tags")[1].to_pylist() == ["ä", "ä"]


def test_the_header_is_jumped_over_whatever_it_holds() -> None:
    """Ids with high bytes are no text and are not looked at."""
    value = header(2**31 - 1) + _tagged(_block("a"))[5:]
    assert decode(TAGS, [value]).ok.all()
    assert decode(TAGS, [value[5:]], skip=0).ok.all()


def test_a_bad_record_shows_neutral_values() -> None:
    """Nothing of a bad record can be counted by mistake."""
    row = neutral_row(ODD_PLAN) | {
        "last": 5,
        "hue": "blue",
        "single": 2.5,
        "maybe_text": "x",
        "raw": b"y",
        "reals": [1.0],
    }
    good = reference_encode(ODD_SCHEMA, row)
    columns = decode(ODD_PLAN, [good, good + b"\0"])
    assert rows_of(ODD_PLAN, columns) == [row, neutral_row(ODD_PLAN)]
    assert columns.hash64("maybe_text")[1] == decode(ODD_PLAN, [good[:-1]]).hash64("maybe_text")[0]


def test_any_bits_are_a_float() -> None:
    """Also a signalling NaN, which numpy would warn about."""
    good = reference_encode(ODD_SCHEMA, neutral_row(ODD_PLAN))
    assert good[5:10] == b"\0" * 5
    columns = decode(ODD_PLAN, [good[:6] + b"\x01\0\x80\x7f" + good[10:]])
    assert columns.ok.all()
    assert np.isnan(columns.floats("single")).all()


def test_reasons_are_short_and_only_for_bad_records() -> None:
    """A reason fits a Kafka header, whatever the record holds."""
    plan = compile_plan({**schema_of("engagement"), "name": "N" * 300})
    columns = decode(plan, [b"", HEAD])
    assert columns.reason(0) == "value of 0 bytes is shorter than the 5 bytes of the wire header"
    assert len(columns.reason(1)) == 200
    assert decode(TAGS, [_tagged()]).reason(0) == ""


def test_bytes_like_values_are_taken() -> None:
    """Clients hand out bytes, bytearray or memoryview."""
    value = _tagged(_block("a"))
    columns = decode(TAGS, [value, bytearray(value), memoryview(value), memoryview(value)[:-1]])
    assert columns.ok.tolist() == [True, True, True, False]
    assert columns.reason(3)


def test_too_large_a_batch_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Offsets are 32 bits wide, so the limit is said before they overflow."""
    monkeypatch.setattr("schemas.avro_tape.MAX_BATCH_BYTES", 1000)
    with pytest.raises(ValueError, match="decode smaller batches"):
        decode(TAGS, [b"x" * 600, b"y" * 600])


LATER = compile_plan(
    {
        "type": "record",
        "name": "Tagged",
        "fields": [
            {"name": "note", "type": "string", "default": "näh"},
            {"name": "at", "type": "long"},
            {"name": "tags", "type": {"type": "array", "items": "string"}},
            {"name": "end", "type": "string"},
            {"name": "big", "type": "long", "default": -(2**60)},
            {"name": "real", "type": "double", "default": -2.5},
            {"name": "flag", "type": "boolean", "default": True},
            {
                "name": "hue",
                "type": {"type": "enum", "name": "Hue", "symbols": ["red", "blue"]},
                "default": "blue",
            },
            {"name": "maybe", "type": ["null", "string"], "default": None},
            {"name": "more", "type": {"type": "array", "items": "string"}, "default": []},
            {"name": "last", "type": "string", "default": "x"},
        ],
    }
)


@pytest.mark.parametrize("n", [0, 1, 2, 50])
def test_a_later_reader_fills_in_its_defaults(n: int) -> None:
    """Columns of fields that the writer did not have hold the default, in good records only."""
    values = [value for at in range(n) for value in (_tagged(_block(f"ü{at}")), b"bad")]
    columns = decode(TAGS, values, reader=LATER)
    defaults = {"note": "näh", "big": -(2**60), "real": -2.5, "flag": True, "hue": "blue", "last": "x"}
    rows = rows_of(LATER, columns)
    assert rows[1::2] == [neutral_row(LATER)] * n
    assert rows[::2] == [walk(TAGS, value) | defaults | {"maybe": None, "more": []} for value in values[::2]]
    assert columns.names >= set(defaults)
    assert columns.longer_than("note", 2).tolist() == [True, False] * n
    assert columns.hash64("note").tolist() == [hash64("näh".encode()), hash64(b"")] * n
    assert not n or columns.reason(1).startswith("value of 3 bytes")


@pytest.mark.parametrize(
    "more",
    [
        {"name": "new", "type": "int"},
        {"name": "new", "type": {"type": "array", "items": "int"}, "default": [1]},
    ],
)
def test_a_reader_without_a_simple_default_is_refused(more: dict[str, object]) -> None:
    """There would be nothing to fill in."""
    later = compile_plan({"type": "record", "name": "Later", "fields": [more]})
    with pytest.raises(ContractError, match=r"Later\.new was added without a simple default"):
        decode(TAGS, [], reader=later)
