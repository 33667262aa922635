"""A stable 64-bit hash of short byte strings, the same for one string in Python and for millions in numpy.

Source: the multiply and shift of MurmurHash64A's family, with a last mixing step. The block step is a
bijection of the block, so two strings of equal length up to 8 bytes never collide. Not for secrets: an
attacker can build collisions. Stored values (distinct-user sketches) rest on it: never change it, add
another.
"""

import numpy as np
import pyarrow as pa

from schemas.arrow_text import text_buffers
from schemas.avro_tape import Ints, Words

_SEED = 0x9E3779B97F4A7C15
_STEP = 0xFF51AFD7ED558CCD
_LAST = 0xC4CEB9FE1A85EC53
_MASK64 = 2**64 - 1
_U = np.uint64
_MASKS = np.array([(1 << (8 * size)) - 1 for size in range(9)], np.uint64)


def hash64(data: bytes) -> int:
    """Hash one byte string. The reference for `hash64_at`.

    >>> hex(hash64(b"groundswell"))
    '0x2d2d1d193ee07793'
    """
    value = len(data) * _SEED & _MASK64
    for at in range(0, len(data), 8):
        block = int.from_bytes(data[at : at + 8], "little")
        value = (value ^ block) * _STEP & _MASK64
        value ^= value >> 32
    value = (value ^ value >> 29) * _LAST & _MASK64
    return value ^ value >> 32


def hash64_at(words: Words, starts: Ints, sizes: Ints) -> Words:
    """Hash many runs of bytes of one buffer; O(longest run / 8) passes over the rows.

    Args:
        words: The eight bytes at every position of the buffer, little endian; at least 8 bytes of padding.
        starts: Where each run begins.
        sizes: Length of each run in bytes, 0 or more.
    """
    value = sizes.astype(np.uint64) * _U(_SEED)
    rows = np.arange(len(sizes))
    for at in range(0, int(sizes.max(initial=0)), 8):
        if at:
            rows = rows[sizes[rows] > at]
        elif sizes.min() == 0:
            rows = np.flatnonzero(sizes)
        block = words[starts[rows] + at] & _MASKS[np.minimum(sizes[rows] - at, 8)]
        mixed = (value[rows] ^ block) * _U(_STEP)
        value[rows] = mixed ^ (mixed >> _U(32))
    value = (value ^ (value >> _U(29))) * _U(_LAST)
    return value ^ (value >> _U(32))


def hash_strings(array: pa.StringArray) -> Words:
    """Hash every text of a pyarrow string or binary array; its bytes are copied once. Null is not allowed.

    Raises:
        ValueError: There is a null.
    """
    if array.null_count:
        raise ValueError(
            f"array of {len(array)} texts has {array.null_count} nulls, expected none; fill them first"
        )
    data, offsets = text_buffers(array)
    padded = np.concatenate((data[offsets[0] : offsets[-1]], np.zeros(8, np.uint8)))
    words: Words = np.ndarray((len(padded) - 7,), "<u8", padded.data, strides=(1,))
    bounds = offsets.astype(np.int64) - int(offsets[0])
    return hash64_at(words, bounds[:-1], np.diff(bounds))
