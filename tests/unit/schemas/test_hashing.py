"""The stable hash: committed values, spread, and the string-array form."""

import numpy as np
import pyarrow as pa
import pytest

from schemas.hashing import hash64, hash_strings


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", 0x0000000000000000),
        (b"a", 0xDAE43303D66645E1),
        (b"user-17", 0x57B60497C895D30C),
        (b"12345678", 0x95563C261B84FD7F),
        ("東京".encode() * 5, 0x7C1D2801FC636378),
    ],
)
def test_values_never_change(data: bytes, expected: int) -> None:
    """Stored sketches rest on these values."""
    assert hash64(data) == expected


def test_string_arrays_have_the_same_hashes() -> None:
    """Also slices, empty texts and empty arrays."""
    texts = ["", "a", "é" * 9, "12345678", "123456789", "x" * 100]
    array = pa.array(texts)
    assert hash_strings(array).tolist() == [hash64(text.encode()) for text in texts]
    assert hash_strings(array[2:4]).tolist() == [hash64(text.encode()) for text in texts[2:4]]
    assert hash_strings(pa.array([], pa.string())).tolist() == []


def test_null_has_no_hash() -> None:
    """A null would be taken for an empty text."""
    with pytest.raises(ValueError, match="2 texts has 1 nulls"):
        hash_strings(pa.array(["a", None]))


def test_bits_are_spread() -> None:
    """Over 100,000 similar ids there is no collision, and every bit is set in half of them (six sigma)."""
    hashes = hash_strings(pa.array([f"user-{at}" for at in range(100_000)]))
    assert len(np.unique(hashes)) == 100_000
    share = [float(np.mean((hashes >> np.uint64(bit)) & np.uint64(1))) for bit in range(64)]
    assert max(abs(part - 0.5) for part in share) < 6 * 0.5 / 100_000**0.5
