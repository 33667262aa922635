"""Cut texts into hashed tokens, many texts at once: words, and pairs of characters where no spaces are used.

A text is normalised first: NFKC, casefold; web addresses, handles, hash and cash tags and numbers count for
nothing, and neither do punctuation, symbols and white space. What is left decides whether two posts say the
same, and what they are about.
"""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from schemas.avro_tape import Bools, Ints, Words

_U = np.uint64
_BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(_BASE, -1, 1 << 64)
_MIX_1, _MIX_2 = _U(0xFF51AFD7ED558CCD), _U(0xC4CEB9FE1A85EC53)
_PAIR = _U(0xD6E8FEB86659FD93)
_PAIR_SIZE = 4
_MAX_CHARS = 1 << 20  # of one pass: bounds the tables of powers
GAP, SPACE, TAG, LETTER, DENSE = 0, 1, 2, 3, 4
# Scripts that are written without spaces: Thai, Lao, Tibetan, Myanmar, Khmer, kana, Han.
_DENSE_RANGES = (
    (0x0E00, 0x0EFF), (0x0F00, 0x0FFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x3005, 0x3007),
    (0x3040, 0x30FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3134F),
)  # fmt: skip
_VARIATION_SELECTORS = ((0xFE00, 0xFE0F), (0xE0100, 0xE01EF))

Classes = npt.NDArray[np.uint8]
Chars = npt.NDArray[np.uint8] | npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens of many texts, in the order of the texts.

    Attributes:
        hashes: 64 bits per token; equal tokens have equal hashes, today and in every later version.
        sizes: Characters of each token. A pair of characters counts 4: it says as much as such a word.
        offsets: Tokens of text i are ``offsets[i]`` to ``offsets[i + 1]``.
    """

    hashes: Words
    sizes: Ints
    offsets: Ints


def tokens(texts: pa.StringArray) -> Tokens:
    """Tokenise a column of texts; null is not allowed. O(characters), no Python step per text.

    About 1.7 us for an English text of 100 characters in batches of 1000; see `benchmarks/content.py`. Texts
    with other letters cost three times as much, because their normal form has to be computed.

    Raises:
        ValueError: There is a null.
    """
    if texts.null_count:
        raise ValueError(f"column of {len(texts)} texts has {texts.null_count} nulls, expected none")
    ascii_rows = np.asarray(pc.string_is_ascii(texts))
    if ascii_rows.all() or not ascii_rows.any():
        return _some(texts, plain=bool(ascii_rows.all()))
    parts = [(np.flatnonzero(ascii_rows), True), (np.flatnonzero(~ascii_rows), False)]
    return _interleave([(rows, _some(texts.take(pa.array(rows)), plain=plain)) for rows, plain in parts])


def canonical_text(text: str) -> str:
    """Return NFKC and casefold of a text, the form that is tokenised. The result is a fixed point.

    >>> canonical_text("ﬁne STRAẞE")
    'fine strasse'
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKC", folded)


def _some(texts: pa.StringArray, *, plain: bool) -> Tokens:
    """Tokenise texts that are all ASCII, or not; cut into passes of bounded size."""
    n = len(texts)
    bounds = np.append(0, np.cumsum(np.asarray(pc.binary_length(texts)).astype(np.int64) + 1))
    if bounds[-1] <= _MAX_CHARS or n == 1:
        return _pass(texts, plain=plain)
    cut = max(1, min(n - 1, int(np.searchsorted(bounds, bounds[-1] // 2))))
    left, right = _some(texts.slice(0, cut), plain=plain), _some(texts.slice(cut), plain=plain)
    return Tokens(
        np.concatenate((left.hashes, right.hashes)),
        np.concatenate((left.sizes, right.sizes)),
        np.concatenate((left.offsets, left.offsets[-1] + right.offsets[1:])),
    )


def _pass(texts: pa.StringArray, *, plain: bool) -> Tokens:
    chars, starts = _characters(texts, plain=plain)
    kinds = classes(plain=plain)[chars]
    drop_tagged(kinds, chars)
    first, last = _runs(kinds >= LETTER, kinds == DENSE)
    hashes, sizes = run_hashes(chars, first, last, kinds[first] == DENSE)
    return Tokens(hashes, sizes, np.searchsorted(first, starts))


def _characters(texts: pa.StringArray, *, plain: bool) -> tuple[Chars, Ints]:
    """Return the canonical characters of all texts, a line feed after each text, and where texts begin."""
    n = len(texts)
    if not n:
        return np.zeros(0, np.uint8), np.zeros(1, np.int64)
    lines = pc.replace_substring(texts, "\n", " ")
    offsets = pa.array([0, n], pa.int32())
    joined = pc.binary_join(pa.ListArray.from_arrays(offsets, lines), "\n")[0].as_py() + "\n"
    if plain:
        chars: Chars = np.frombuffer(joined.lower().encode("ascii"), np.uint8)
    else:
        chars = np.frombuffer(canonical_text(joined).encode("utf-32-le"), "<u4")
    return chars, np.append(0, np.flatnonzero(chars == ord("\n")) + 1)


@lru_cache(maxsize=2)
def classes(*, plain: bool) -> Classes:
    """Return the class of every character. The large table takes 0.2 s, once a process, and 1.1 MB."""
    size = 0x80 if plain else 0x110000
    table = np.zeros(size, np.uint8)
    for code in range(size):
        category = unicodedata.category(chr(code))
        if category[0] in "LM":
            table[code] = LETTER
    for low, high in _DENSE_RANGES:
        part = table[low : high + 1]
        part[part == LETTER] = DENSE
    for low, high in _VARIATION_SELECTORS:
        table[low : high + 1] = GAP
    for space in " \t\n\r\v\f\x1c\x1d\x1e\x1f":
        table[ord(space)] = SPACE
    for tag in "@#$":
        table[ord(tag)] = TAG
    if not plain:
        table[[0x85, 0x2028, 0x2029, 0x1680]] = SPACE  # NFKC has made the other spaces plain ones
    return table


def drop_tagged(kinds: Classes, chars: Chars) -> None:
    """Blank what belongs to a handle, a tag or a web address: from its mark to the next white space."""
    colons = np.flatnonzero(chars[: max(len(chars) - 2, 0)] == ord(":"))
    address = colons[(chars[colons + 1] == ord("/")) & (chars[colons + 2] == ord("/"))]
    marks = np.flatnonzero(kinds == TAG)
    if not len(address) and not len(marks):
        return
    spaces = np.flatnonzero(kinds == SPACE)
    # An address begins at the white space before its "://", a tag at its mark.
    at = np.searchsorted(spaces, address)
    begins = np.sort(np.concatenate((marks, np.where(at > 0, spaces[at - 1] + 1, 0))))
    ends = spaces[np.searchsorted(spaces, begins)]  # every text ends with a line feed
    once = np.append(True, ends[1:] != ends[:-1])  # what begins first takes the others with it
    change = np.zeros(len(kinds) + 1, np.int8)
    change[begins[once]] = 1
    change[ends[once]] = -1
    kinds[np.cumsum(change[:-1], dtype=np.int8).view(np.bool_)] = GAP


def _runs(inside: Bools, dense: Bools) -> tuple[Ints, Ints]:
    """Return (first, end) of each token: a run of letters, or two neighbours of a script without spaces.

    A character of such a script that stands alone is a token of its own.
    """
    n = len(inside)
    if not dense.any():
        edge = np.flatnonzero(inside[1:] != inside[:-1]) + 1  # the last character is a line feed
        edge = np.append(0, edge) if n and inside[0] else edge
        return edge[::2], edge[1::2]
    begins = inside & ~np.append(False, inside[:-1] & ~dense[:-1]) | dense
    begins |= inside & np.append(False, dense[:-1])
    first = np.flatnonzero(begins)
    after = np.append(first[1:], n)
    gaps = np.flatnonzero(~inside)
    stop = (
        gaps[np.minimum(np.searchsorted(gaps, first), len(gaps) - 1)] if len(gaps) else np.full(len(first), n)
    )
    last = np.minimum(after, stop)
    two = dense[first] & (first + 1 < n) & np.append(dense, False)[first + 1]
    last = np.where(two, first + 2, last)
    # The last character of a dense run of two or more is already in the pair before it.
    tail = dense[first] & ~two & (first > 0) & np.append(False, dense)[first]
    return first[~tail], last[~tail]


@lru_cache(maxsize=2)
def _powers(base: int, n: int) -> Words:
    powers = np.full(n, base, np.uint64)
    powers[0] = 1
    return np.cumprod(powers)


def run_hashes(chars: Chars, first: Ints, last: Ints, dense: Bools) -> tuple[Words, Ints]:
    """Hash runs of characters: a polynomial modulo 2^64 over mixed characters, then two mixing steps.

    Prefix sums of ``character x base^place`` give every run at once; the inverse of the base moves a run to
    place 0. Cost does not depend on the lengths of the runs.
    """
    size = 1 << max(10, len(chars).bit_length())
    mixed = (chars.astype(np.uint64) + _U(1)) * _PAIR
    mixed ^= mixed >> _U(32)
    mixed *= _powers(_BASE, size)[: len(chars)]
    sums = np.zeros(len(chars) + 1, np.uint64)
    np.cumsum(mixed, out=sums[1:])
    value = (sums[last] - sums[first]) * _powers(_INVERSE, size)[first]
    length = last - first
    value ^= length.astype(np.uint64) << _U(56)
    value ^= dense.astype(np.uint64) << _U(48)
    for factor in (_MIX_1, _MIX_2):
        value ^= value >> _U(33)
        value *= factor
    value ^= value >> _U(33)
    return value, np.where(dense, _PAIR_SIZE, length)


def _interleave(parts: list[tuple[Ints, Tokens]]) -> Tokens:
    """Put the tokens of disjoint sets of texts into the order of the texts."""
    n = sum(len(rows) for rows, _ in parts)
    counts = np.zeros(n, np.int64)
    for rows, some in parts:
        counts[rows] = np.diff(some.offsets)
    offsets = np.append(0, np.cumsum(counts))
    hashes, sizes = np.zeros(int(offsets[-1]), np.uint64), np.zeros(int(offsets[-1]), np.int64)
    for rows, some in parts:
        shift = np.repeat(offsets[rows] - some.offsets[:-1], np.diff(some.offsets))
        at = np.arange(len(some.hashes)) + shift
        hashes[at], sizes[at] = some.hashes, some.sizes
    return Tokens(hashes, sizes, offsets)
