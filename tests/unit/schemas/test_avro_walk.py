"""The strict reader of one record: the reason names the field, the byte and what was expected."""

import pytest

from schemas.avro_decode import decode
from schemas.avro_plan import compile_plan
from schemas.avro_put import put_number
from schemas.avro_walk import RecordError, walk
from schemas.wire import header
from tests.support.avro_rows import rows_of

PLAN = compile_plan(
    {
        "type": "record",
        "name": "R",
        "fields": [
            {"name": "text", "type": "string"},
            {"name": "small", "type": "int"},
            {"name": "hue", "type": {"type": "enum", "name": "Hue", "symbols": ["red", "blue"]}},
            {"name": "maybe", "type": ["null", "long"]},
            {"name": "tags", "type": {"type": "array", "items": "string"}},
            {"name": "real", "type": "double"},
        ],
    }
)
HEAD = header(1)
GOOD = [b"\x04ab", put_number(5), put_number(1), b"\x02" + put_number(-9), b"\x02\x02x\x00", b"\0" * 8]


def _value(at: int, part: bytes) -> bytes:
    return HEAD + b"".join((*GOOD[:at], part, *GOOD[at + 1 :]))


def test_a_good_record_is_read() -> None:
    """Every field has its value."""
    assert walk(PLAN, HEAD + b"".join(GOOD)) == {
        "text": "ab",
        "small": 5,
        "hue": "blue",
        "maybe": -9,
        "tags": ["x"],
        "real": 0.0,
    }


def test_blocks_with_a_size_and_several_blocks_are_read() -> None:
    """A writer may split an array into blocks and say how long each is."""
    blocks = put_number(-1) + put_number(2) + b"\x02a" + put_number(2) + b"\x02b\x02c" + b"\0"
    assert walk(PLAN, _value(4, blocks))["tags"] == ["a", "b", "c"]


BAD = [
    (b"\0\0", "value of 2 bytes is shorter than the 5 bytes"),
    (HEAD, r"R\.text at byte 5: record ends inside a number"),
    (HEAD + b"\x80", r"R\.text at byte 5: record ends inside a number"),
    (HEAD + b"\x80" * 10 + b"\x01", r"R\.text at byte 5: number does not fit 64 bits"),
    (HEAD + b"\xff" * 9 + b"\x02", "number does not fit 64 bits"),
    (HEAD + b"\x01", "length is -1, expected 0 or more"),
    (HEAD + b"\x08abc", "length is 4, but only 3 bytes are left"),
    (_value(0, b"\x04\xc3("), r"R\.text at byte 5: not UTF-8: invalid continuation byte"),
    (_value(1, put_number(2**31)), r"R\.small at byte 8: 2147483648 does not fit 32 bits"),
    (_value(2, put_number(2)), r"R\.hue at byte 9: enum index 2, expected 0\.\.1"),
    (_value(2, put_number(-1)), r"enum index -1, expected 0\.\.1"),
    (_value(3, put_number(2)), r"R\.maybe at byte 10: union branch 2, expected 0 or 1"),
    (_value(3, put_number(-1)), "union branch -1"),
    (_value(3, put_number(2) + put_number(9)), "union branch 2"),
    (_value(3, put_number(-1) + put_number(9)), "union branch -1"),
    (_value(4, put_number(900)), r"R\.tags at byte 12: block of 900 items, but only 8 bytes are left"),
    (_value(4, put_number(-(2**63)) + b"\0"), "block of 9223372036854775808 items"),
    (_value(5, b"\0" * 7), r"R\.real at byte 16: expected 8 bytes, but only 7 are left"),
    (_value(5, b""), "expected 8 bytes, but only 0 are left"),
    (_value(5, b"\0" * 10), "2 bytes are left over after the last field of R"),
    (_value(2, put_number(2**40)), "enum index"),
    (_value(1, put_number(-(2**31) - 1)), "does not fit 32 bits"),
    (_value(3, b"\x02" + b"\xff" * 9 + b"\x02"), "number does not fit 64 bits"),
    (_value(3, b"\x02" + b"\xff" * 9 + b"\x03"), "number does not fit 64 bits"),
    (_value(3, b"\x02" + b"\xff" * 9 + b"\x7f"), "number does not fit 64 bits"),
    (_value(4, put_number(-1) + b"\x80" * 10 + b"\x01"), "number does not fit 64 bits"),
    (_value(4, b"\x02\x01"), "length is -1"),
    (_value(4, b"\x02\x04\xed\xa0"), "not UTF-8"),
]
# The outermost values that are still good.
EDGES = [
    *(_value(1, put_number(value)) for value in (-(2**31), 2**31 - 1)),
    *(_value(2, put_number(value)) for value in (0, 1)),
    *(_value(3, b"\x02" + put_number(value)) for value in (-(2**63), 2**63 - 1, 2**55, 2**56, 2**62)),
    _value(3, b"\x02" + b"\x82" + b"\x80" * 8 + b"\x00"),
    _value(4, put_number(-1) + b"\x00" + b"\x02x\x00"),
]


@pytest.mark.parametrize(("value", "reason"), BAD)
def test_the_reason_names_field_byte_and_fault(value: bytes, reason: str) -> None:
    """Each way of being unreadable has its own sentence."""
    with pytest.raises(RecordError, match=reason):
        walk(PLAN, value)


def test_the_batch_decoder_refuses_the_same() -> None:
    """All of them in one batch, between good records, and each alone."""
    good = HEAD + b"".join(GOOD)
    values = [part for value, _ in BAD for part in (good, value)]
    columns = decode(PLAN, values)
    assert columns.ok.tolist() == [True, False] * len(BAD)
    assert rows_of(PLAN, columns)[::2] == [walk(PLAN, good)] * len(BAD)
    assert not any(decode(PLAN, [value]).ok[0] for value, _ in BAD)


def test_both_take_the_outermost_values() -> None:
    """The limits themselves are inside."""
    assert rows_of(PLAN, decode(PLAN, EDGES)) == [walk(PLAN, value) for value in EDGES]
