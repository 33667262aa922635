"""Stored values carry kind and version, and refuse what they cannot read."""

import pytest

from state.codec import Codec, StateCorruptError, StateError, StateVersionError, register, registered


def _codec(kind: bytes = b"zz") -> Codec[int]:
    return Codec(
        kind=kind,
        version=2,
        encode=lambda n: n.to_bytes(4, "big"),
        decoders={1: int, 2: lambda raw: int.from_bytes(raw, "big")},
    )


def test_a_value_comes_back_with_its_header_in_front() -> None:
    """Three header bytes, then the payload; loads undoes dumps."""
    raw = _codec().dumps(7)
    assert raw == b"zz\x02\x00\x00\x00\x07"
    assert _codec().loads(raw) == 7


def test_an_old_version_decodes_to_todays_type() -> None:
    """Version 1 wrote decimal text; it still reads."""
    assert _codec().loads(b"zz\x0141") == 41


@pytest.mark.parametrize(
    ("raw", "error", "message"),
    [
        (b"zz", StateCorruptError, "has 2 bytes, expected at least 3"),
        (b"yy\x02\x00\x00\x00\x07", StateVersionError, "expected state kind b'zz', found b'yy'"),
        (b"zz\x09\x00", StateVersionError, r"version 9; this build reads \[1, 2\]"),
    ],
)
def test_foreign_bytes_stop_the_job(raw: bytes, error: type[StateError], message: str) -> None:
    """Cut bytes, another kind and an unknown version each say what was found."""
    with pytest.raises(error, match=message):
        _codec().loads(raw)


@pytest.mark.parametrize(
    ("kind", "version", "message"),
    [(b"z", 1, "two ASCII letters"), (b"zz", 300, "fit one byte"), (b"zz", 3, "add its decoder")],
)
def test_a_codec_that_cannot_read_its_own_bytes_is_refused(kind: bytes, version: int, message: str) -> None:
    """A wrong kind, a version above a byte, and a missing decoder are refused when built."""
    with pytest.raises(ValueError, match=message):
        Codec(kind=kind, version=version, encode=bytes, decoders={1: bytes})


def test_two_codecs_cannot_share_a_kind() -> None:
    """The second codec of a kind is refused; the same one may register twice."""
    codec = register(_codec(b"zy"))
    register(codec)
    assert registered()[b"zy"] is codec
    with pytest.raises(ValueError, match="already registered"):
        register(_codec(b"zy"))
