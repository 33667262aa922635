"""The wire header: what is written, what is refused."""

import pytest

from schemas.errors import WireError
from schemas.wire import HEADER_BYTES, header, split


def test_header_is_zero_and_the_id_in_big_endian() -> None:
    """The first byte is 0x00; the id follows with its highest byte first."""
    assert header(258) == b"\x00\x00\x00\x01\x02"
    assert len(header(1)) == HEADER_BYTES


def test_split_undoes_header() -> None:
    """Id and body come back, also an empty body."""
    assert split(header(2**31 - 1) + b"body") == (2**31 - 1, b"body")
    assert split(header(1)) == (1, b"")


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"", "0 bytes is shorter than the 5 bytes"),
        (b"\x00\x00\x00\x01", "4 bytes is shorter"),
        (b"\x01\x00\x00\x00\x01", "first byte is 0x01"),
        (b"{\x22a\x22:1}", "without the wire header"),
        (b"\x00\x00\x00\x00\x00", "schema id 0 is outside"),
        (b"\x00\xff\xff\xff\xff", "schema id 4294967295 is outside"),
    ],
)
def test_split_names_what_is_wrong(value: bytes, reason: str) -> None:
    """A value that is not in the wire format is refused with the reason."""
    with pytest.raises(WireError, match=reason):
        split(value)


@pytest.mark.parametrize("schema_id", [0, -1, 2**31])
def test_header_refuses_impossible_ids(schema_id: int) -> None:
    """Ids are positive 32-bit integers."""
    with pytest.raises(WireError, match=f"schema id {schema_id} is outside"):
        header(schema_id)
