"""The pieces that the batch encoder puts together: each knows its size in every row and can write itself.

Sizes come first, so that the place of every byte is known before the first one is written; then each part
writes all rows at once. A size that is the same in all rows is a plain int. The output begins as zeros, so
zero bytes are never written.
"""

from collections.abc import Sequence
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from schemas.avro_tape import Bytes, Ints, Words

Sizes: TypeAlias = "Ints | int"
_U = np.uint64


class Output:
    """The buffer that is written, as bytes and as the eight bytes at every position."""

    def __init__(self, size: int) -> None:
        self.raw = bytearray(size + 8)
        self.data: Bytes = np.frombuffer(self.raw, np.uint8)
        self.words: Words = np.ndarray((size + 1,), "<u8", self.raw, strides=(1,))


class Part(Protocol):
    """One piece of every row."""

    sizes: Sizes

    def write(self, out: Output, pos: Ints) -> None:
        """Write the piece of each row at its position."""
        ...


class Constant:
    """The same bytes in every row."""

    def __init__(self, data: bytes) -> None:
        self.sizes: Sizes = len(data)
        self._data = data

    def write(self, out: Output, pos: Ints) -> None:
        """Write it byte by byte."""
        for at, byte in enumerate(self._data):
            if byte:
                out.data[pos + at] = byte


class Varint:
    """A zigzag number in every row."""

    def __init__(self, values: Ints) -> None:
        self._raw: Words = ((values << 1) ^ (values >> 63)).view(np.uint64)
        high = int(self._raw.max()) if len(values) else 0
        low = int(self._raw.min()) if len(values) else 0
        self._least = max(1, -(-low.bit_length() // 7))
        self._most = max(1, -(-high.bit_length() // 7))
        self.sizes: Sizes = self._most
        if self._least != self._most:
            self.sizes = np.full(len(values), self._least, np.int64)
            for groups in range(self._least, self._most):
                self.sizes += self._raw >= _U(1 << 7 * groups)

    def write(self, out: Output, pos: Ints) -> None:
        """Write seven bits a byte, the lowest first."""
        raw = self._raw
        rows: Ints | None = None
        for at in range(self._most):
            if at >= self._least and not isinstance(self.sizes, int):
                rows = np.flatnonzero(self.sizes > at)
            here = raw if rows is None else raw[rows]
            byte = (here >> _U(7 * at)).astype(np.uint8) & np.uint8(0x7F)
            if at + 1 < self._most:
                more = here >= _U(1 << 7 * (at + 1))
                byte |= more.view(np.uint8) << np.uint8(7)
            out.data[(pos if rows is None else pos[rows]) + at] = byte


class Fixed:
    """A double or float (its bits as words), or a boolean, in every row."""

    def __init__(self, words: Words, size: int) -> None:
        self.sizes: Sizes = size
        self._words = words
        self._size = size

    def write(self, out: Output, pos: Ints) -> None:
        """Write eight bytes as one word, fewer byte by byte."""
        if self._size == 8:  # noqa: PLR2004
            out.words[pos] = self._words
            return
        for at in range(self._size):
            out.data[pos + at] = (self._words >> _U(8 * at)).astype(np.uint8)


class Span:
    """A run of bytes with its length in front, in every row."""

    def __init__(self, data: Bytes, offsets: npt.NDArray[np.int32]) -> None:
        self._data = data[offsets[0] : offsets[-1]]
        self._starts: Ints = (offsets[:-1] - offsets[0]).astype(np.int64)
        self._lengths: Ints = np.diff(offsets).astype(np.int64)
        self._head = Varint(self._lengths)
        self.sizes: Sizes = self._lengths + self._head.sizes

    def write(self, out: Output, pos: Ints) -> None:
        """Write the length, then all bytes of all rows in one scatter."""
        self._head.write(out, pos)
        if self._data.size:
            shift = pos + self._head.sizes - self._starts
            out.data[np.repeat(shift, self._lengths) + np.arange(self._data.size)] = self._data


class Nullable:
    """Branch 0 where absent; branch 1 and the inner part, which has one row per present row, elsewhere."""

    def __init__(self, present: npt.NDArray[np.bool_], inner: Part) -> None:
        self._rows = np.flatnonzero(present)
        self._inner = inner
        sizes = np.ones(len(present), np.int64)
        sizes[self._rows] += inner.sizes
        self.sizes: Sizes = sizes

    def write(self, out: Output, pos: Ints) -> None:
        """Write the branch of present rows and their values."""
        here = pos[self._rows]
        out.data[here] = 2
        self._inner.write(out, here + 1)


class Record:
    """Parts one after the other."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._parts = parts
        self.sizes: Sizes = 0
        for part in parts:
            self.sizes = self.sizes + part.sizes

    def write(self, out: Output, pos: Ints) -> None:
        """Write part by part, moving all rows on."""
        for part in self._parts:
            part.write(out, pos)
            pos = pos + part.sizes


class Array:
    """One block of items and the closing zero; the inner part has one row per item."""

    def __init__(self, counts: Ints, inner: Part) -> None:
        self._some = np.flatnonzero(counts)
        self._counts = counts[self._some]
        self._head = Varint(self._counts)
        self._inner = inner
        items = int(counts.sum())
        ends = np.cumsum(np.broadcast_to(np.asarray(inner.sizes, np.int64), (items,)), dtype=np.int64)
        self._ends = np.concatenate((np.zeros(1, np.int64), ends))
        last = np.cumsum(self._counts)
        self._first: Ints = self._ends[last - self._counts]
        sizes = np.ones(len(counts), np.int64)
        sizes[self._some] += self._head.sizes + (self._ends[last] - self._first)
        self.sizes: Sizes = sizes

    def write(self, out: Output, pos: Ints) -> None:
        """Write the counts, then all items of all rows at once."""
        here = pos[self._some]
        self._head.write(out, here)
        shift = np.repeat(here + self._head.sizes - self._first, self._counts)
        self._inner.write(out, self._ends[:-1] + shift)
