"""Read the same thing at many positions of one buffer at once: the primitives of the batch decoder.

Three rules keep the loops free of branches:

- A row that turned bad is parked in a tail of zero bytes behind the data. Zeros read as 0, "", null and an
  empty array, so that row keeps moving in step and harms nobody.
- Nothing past a row's own end is ever overwritten.
- Structural bytes above 127 are blanked once they are read. What stays is text with an ASCII byte
  before and after each string, so one pass over the whole buffer checks the UTF-8 of every string.
"""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Ints: TypeAlias = npt.NDArray[np.int64]
Bools: TypeAlias = npt.NDArray[np.bool_]
Floats: TypeAlias = npt.NDArray[np.float64]
Words: TypeAlias = npt.NDArray[np.uint64]
Bytes: TypeAlias = npt.NDArray[np.uint8]

MAX_BATCH_BYTES = 2**31 - 1  # Arrow's 32-bit offsets
_CONTINUES = 128
_U = np.uint64
_HIGH, _LOW7 = _U(0x8080808080808080), _U(0x7F7F7F7F7F7F7F7F)
_ONE, _SEVEN_BYTES, _SIGN_SHIFT = _U(1), _U(56), _U(63)
# Pull the 7-bit groups of a word together, two at a time: (groups that stay, groups that move, by how much)
_FOLDS = (
    (_U(0x007F007F007F007F), _U(0x7F007F007F007F00), _U(1)),
    (_U(0x00003FFF00003FFF), _U(0x3FFF00003FFF0000), _U(2)),
    (_U(0x000000000FFFFFFF), _U(0x0FFFFFFF00000000), _U(4)),
)


def unzigzag(raw: Words) -> Ints:
    """Turn 0, 1, 2, 3 into 0, -1, 1, -2."""
    return ((raw >> _ONE) ^ (_U(0) - (raw & _ONE))).view(np.int64)


class Tape:
    """All records of a batch in one buffer.

    Attributes:
        data: The bytes, then a tail of zeros.
        starts, ends: Where each record begins and ends.
        sink: Where bad rows are parked, `tail` bytes long.
        extra: Where `behind` begins, bytes that belong to no record.
    """

    def __init__(self, values: Sequence[bytes], tail: int, behind: bytes = b"") -> None:
        sizes = np.fromiter(map(len, values), np.int64, len(values))
        self.ends: Ints = np.cumsum(sizes, dtype=np.int64)
        self.starts: Ints = self.ends - sizes
        self.total = int(self.ends[-1]) if len(values) else 0
        if self.total > MAX_BATCH_BYTES - tail - len(behind) - 32:
            raise ValueError(f"batch of {self.total} bytes, expected less than 2 GiB; decode smaller batches")
        joined = bytearray().join((*values, bytes(tail + 16), behind, bytes(16)))
        self.data: Bytes = np.frombuffer(joined, np.uint8)
        # The eight bytes at every position, overlapping.
        self.words: Words = np.ndarray((len(joined) - 7,), "<u8", joined, strides=(1,))
        self.sink = self.total + 8
        self.extra = self.total + tail + 16

    def varint(self, pos: Ints, end: Ints) -> tuple[Ints, Ints, Bools | None]:
        """Zigzag numbers: (values, next positions, rows that are bad or None). A bad row has value 0."""
        first = self.data[pos]
        if not first.size or first.max() < _CONTINUES:
            wide = first.astype(np.int64)
            return (wide >> 1) ^ -(wide & 1), pos + 1, None
        several = np.flatnonzero(first >= _CONTINUES)
        if several.size * 2 > first.size:
            return self._long_varint(pos, end)
        wide = first.astype(np.int64)
        values, after, bad = (wide >> 1) ^ -(wide & 1), pos + 1, None
        values[several], after[several], wrong = self._long_varint(pos[several], end[several])
        if wrong is not None:
            bad = np.zeros(len(pos), np.bool_)
            bad[several] = wrong
        return values, after, bad

    def _long_varint(self, pos: Ints, end: Ints) -> tuple[Ints, Ints, Bools | None]:
        word = self.words[pos]
        stops = ~word & _HIGH
        last = stops & (
            ~stops + _ONE
        )  # the top bit of the last byte of the number; 0 when it is longer than 8
        raw = word & (last | (last - _ONE)) & _LOW7
        for stay, move, by in _FOLDS:
            raw = (raw & stay) | ((raw & move) >> by)
        # A power of two is exact as a float, and its exponent counts the bytes.
        size = ((last.astype(np.float64).view(np.int64) >> 52) - 1022) >> 3
        bad: Bools | None = None
        if not last.all():
            bad = np.zeros(len(pos), np.bool_)
            rows = np.flatnonzero(last == 0)
            raw[rows], size[rows], bad[rows] = self._longest_varint(pos[rows], raw[rows])
        after = pos + size
        over = after > end
        if over.any():
            bad = over if bad is None else bad | over
        if bad is not None:
            raw[bad] = 0
            size[bad] = 1
        self._blank(pos, size - 1)
        return unzigzag(raw), after, bad

    def _longest_varint(self, pos: Ints, raw: Words) -> tuple[Words, Ints, Bools]:
        ninth, tenth = self.data[pos + 8].astype(np.uint64), self.data[pos + 9].astype(np.uint64)
        ten = ninth >= _CONTINUES
        raw |= (ninth & _U(127)) << _SEVEN_BYTES
        raw = np.where(ten, raw | tenth << _SIGN_SHIFT, raw)
        return raw, np.where(ten, 10, 9), ten & (tenth > 1)

    def _blank(self, pos: Ints, size: Ints) -> None:
        low, high = int(size.min()), int(size.max())
        for step in range(high):
            if step < low:
                self.data[pos + step] = 0
            else:
                self.data[pos[size > step] + step] = 0

    def span(self, pos: Ints, end: Ints) -> tuple[Ints, Ints, Ints, Bools | None]:
        """Length-prefixed bytes: (starts, lengths, next positions, rows that are bad or None)."""
        size, start, bad = self.varint(pos, end)
        wrong = size > end - start
        if size.size and size.min() < 0:
            wrong |= size < 0
        if bad is not None:
            wrong |= bad
        if not wrong.any():
            return start, size, start + size, None
        size[wrong] = 0
        return start, size, start + size, wrong

    def fixed(self, pos: Ints, end: Ints, size: int) -> tuple[Words, Ints, Bools | None]:
        """The 1, 4 or 8 bytes at each position as a number: (raw, next positions, bad rows or None).

        Above the bytes asked for, `raw` is undefined.
        """
        after = pos + size
        over = after > end
        word = self.words[pos] if size > 1 else self.data[pos].astype(np.uint64)
        bad = over if over.any() else None
        if size > 1 or (word >= _CONTINUES).any():
            mine = pos if bad is None else pos[~bad]
            for step in range(size):
                self.data[mine + step] = 0
        return word, after, bad

    def text_is_valid(self, text: Bytes) -> bool:
        """Whether `text`, the blanked data or a copy of it, is UTF-8 from the first record to the last."""
        offsets = np.array([0, self.total], np.int32)
        array = pa.StringArray.from_buffers(1, pa.py_buffer(offsets), pa.py_buffer(text))
        try:
            array.validate(full=True)
        except pa.ArrowInvalid:
            return False
        return True
