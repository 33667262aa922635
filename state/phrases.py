"""Phrases of texts: a few runs of words that may become a topic, many texts at once.

What is taken, the surest first, at most eight a text:

1. names: two to five words that begin with a capital, a little word between two of them allowed;
2. runs of Han characters (2 to 8) and of katakana (3 and more), which are words or names of their own;
3. single words with a capital inside a sentence, in texts where few words have one (so not in German);
4. words that the text repeats;
5. pairs of neighbours of which neither is a stop word.

Most of it is everyday talk, which the detector finds normal; what has to be right is that a phrase that many
people suddenly use is among those of most of their posts, whoever wrote them. Scripts without spaces other
than Han and katakana (Thai, Lao, Khmer, Myanmar, hiragana) give none.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from state.exact import Floats, Ints
from state.runs import run_of, starts
from state.stop_words import BEFORE_NAMES, INSIDE_NAMES, STOP_WORDS
from state.text_tokens import DENSE, GAP, LETTER, SPACE, Chars, classes, drop_tagged, run_hashes
from state.topics import normalise

MOST: Final = 8  # phrases of a text
MAX_CHARS: Final = 1_000  # of a text; what comes later is not looked at
_PASS_CHARS = 1 << 20  # of one pass: bounds its tables
_LONGEST_WORD, _LONGEST_NAME = 40, 5
_FEW_CAPITALS, _MOST_CAPITALS = 0.25, 0.6  # beyond the first German may be, beyond the second a shout
_HAN, _KATAKANA = 1, 2
_HAN_CHARS, _KATAKANA_CHARS = (2, 8), (3, 20)
_HANGUL = 0x1100  # from here on two characters make a word
_NAME, _RUN, _CAPITAL, _REPEATED, _PAIR = range(5)
_JOINERS = tuple(map(ord, "'\u2019-\u2010\u2011."))
_LETTERS_END = 0x32000  # beyond: Han of later planes and signs, which have no case

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Phrases:
    """Phrases of many texts, in the order of the texts.

    Attributes:
        codes: Index into ``names`` of each phrase.
        names: Canonical, as ``state.topics`` spells; "" = no phrase.
        offsets: Phrases of text i are ``offsets[i]`` to ``offsets[i + 1]``.
    """

    codes: Ints
    names: list[str]
    offsets: Ints


class _Found(NamedTuple):
    """Candidates: where they stand, how sure they are, and for names how many words."""

    first: Ints
    last: Ints
    rank: Ints


@dataclass(frozen=True, slots=True)
class _Words:
    """Runs of letters and digits, in order.

    Attributes:
        first: Place of the first character.
        last: Place behind the last.
        text: Number of the text.
        follows: One space lies between it and the word before.
        capital: Begins with a capital.
        number: Has no letters.
        stop: Is a stop word.
        heavy: May be part of a pair: long enough, no number, no stop word.
        hashes: Of the word in lower case.
        sizes: Words of each text.
        capitals: Share of the words of each text that begin with a capital.
    """

    first: Ints
    last: Ints
    text: Ints
    follows: Bools
    capital: Bools
    number: Bools
    stop: Bools
    heavy: Bools
    hashes: npt.NDArray[np.uint64]
    sizes: Ints
    capitals: Floats


def phrases(texts: pa.StringArray) -> Phrases:
    """Return the phrases of texts; null is not allowed. O(characters), and a step per phrase that is taken.

    A function of each text alone. Handles, tags and web addresses give no phrases.
    """
    spellings: dict[str, int] = {}
    parts = [_pass(part, spellings) for part in _cut(pc.utf8_slice_codeunits(texts, 0, MAX_CHARS))]
    counts = np.concatenate([np.zeros(0, np.int64), *(count for _, count in parts)])
    return Phrases(
        codes=np.concatenate([np.zeros(0, np.int64), *(codes for codes, _ in parts)]),
        names=[_name(spelling) for spelling in spellings],
        offsets=np.append(0, np.cumsum(counts)),
    )


@lru_cache(maxsize=1 << 16)
def _name(spelling: str) -> str:
    return normalise(spelling.replace("\u2019", "'").removesuffix("'s"))


def _cut(texts: pa.StringArray) -> list[pa.StringArray]:
    """Cut a column into passes of bounded size."""
    size = np.asarray(pc.binary_length(texts)).astype(np.int64) + 1
    if size.sum() <= _PASS_CHARS or len(texts) < 2:  # noqa: PLR2004
        return [texts] if len(texts) else []
    half = len(texts) // 2
    return _cut(texts.slice(0, half)) + _cut(texts.slice(half))


def _pass(texts: pa.StringArray, spellings: dict[str, int]) -> tuple[Ints, Ints]:
    """Return (code of each phrase, number of phrases of each text); adds spellings that are new."""
    lines = pc.replace_substring(texts, "\n", " \u2028 ")  # a separator that is no space: ends a sentence
    joined = "\n".join(lines.to_pylist()) + "\n"
    chars: Chars = np.frombuffer(joined.encode("utf-32-le"), "<u4")
    begins = np.append(0, np.flatnonzero(chars == ord("\n")) + 1)[:-1]
    kinds = classes(plain=False)[chars]
    drop_tagged(kinds, chars)
    low = _lower()[np.minimum(chars, _LETTERS_END)]
    low = np.where(low == 0, chars, low).astype(np.uint32)
    words = _words(chars, low, kinds, begins)
    names = _names(words)
    found = (names, _runs(chars, kinds), *_singles(words, names), _pairs(words, names))
    first, last, rank = (np.concatenate(column) for column in zip(*found, strict=True))
    text = np.searchsorted(begins, first, side="right") - 1
    hashes = run_hashes(low, first, last, np.zeros(len(first), np.bool_))[0]
    chosen = _best(text, hashes, rank, first)
    codes = [
        spellings.setdefault(joined[a:b], len(spellings))
        for a, b in zip(first[chosen].tolist(), last[chosen].tolist(), strict=True)
    ]
    return np.array(codes, np.int64), np.bincount(text[chosen], minlength=len(texts))


def _best(text: Ints, hashes: npt.NDArray[np.uint64], rank: Ints, first: Ints) -> Ints:
    """Return which candidates are taken: each text's surest, each phrase once, in order of text and rank."""
    order = np.lexsort((first, rank, hashes, text))
    order = order[starts(text[order], hashes[order])]
    order = order[np.lexsort((first[order], rank[order], text[order]))]
    begin = starts(text[order])
    place = np.arange(len(order)) - begin[run_of(begin, len(order))]
    best: Ints = order[place < MOST]
    return best


def _words(chars: Chars, low: Chars, kinds: npt.NDArray[np.uint8], begins: Ints) -> _Words:
    digit = (chars >= ord("0")) & (chars <= ord("9")) & (kinds == GAP) & _untagged(chars, kinds)
    inside = (kinds == LETTER) | digit
    # An apostrophe, hyphen or point between two letters belongs to the word.
    joins = np.flatnonzero(np.isin(chars[1:-1], _JOINERS)) + 1 if len(chars) > 2 else np.zeros(0, np.int64)  # noqa: PLR2004
    joins = joins[inside[joins - 1] & inside[joins + 1] & (kinds[joins] == GAP)]
    inside = inside.copy()
    inside[joins] = True
    edge = np.flatnonzero(np.diff(inside.astype(np.int8), prepend=0))
    first, last = edge[::2], edge[1::2]  # a text ends with a line feed, so every word has an end
    gap = first[1:] - last[:-1] == 1
    follows = np.append(False, gap & (kinds[last[:-1]] == SPACE) & (chars[last[:-1]] != ord("\n")))[
        : len(first)
    ]
    letters = np.append(0, np.cumsum(kinds == LETTER))
    number = letters[last] == letters[first]
    hashes = run_hashes(low, first, last, np.zeros(len(first), np.bool_))[0]
    stop = np.isin(hashes, _hashed(STOP_WORDS))
    length = last - first
    least = np.where(chars[first] >= _HANGUL, 2, 3)
    text = np.searchsorted(begins, first, side="right") - 1
    capital = _upper()[np.minimum(chars[first], _LETTERS_END)] & (length <= _LONGEST_WORD)
    sizes = np.bincount(text, minlength=len(begins))
    return _Words(
        first=first,
        last=last,
        text=text,
        follows=follows,
        capital=capital,
        number=number,
        stop=stop,
        heavy=~number & ~stop & (length >= least) & (length <= _LONGEST_WORD),
        hashes=hashes,
        sizes=sizes,
        capitals=np.bincount(text, capital, len(begins)) / np.maximum(sizes, 1),
    )


def _untagged(chars: Chars, kinds: npt.NDArray[np.uint8]) -> Bools:
    """Return which characters do not belong to a tag, a handle or an address, whose letters are blanked.

    A digit there touches, on its way back to the last space, a mark or a blanked letter; digits of words and
    numbers of their own do not.
    """
    blanked = (kinds == GAP) & (classes(plain=False)[chars] > SPACE)
    seen = np.append(0, np.cumsum(blanked))
    space = np.maximum.accumulate(np.where(kinds == SPACE, np.arange(len(chars)), 0))
    out: Bools = seen[1:] == seen[space]
    return out


def _names(words: _Words) -> _Found:
    """Return runs of two to five words with capitals."""
    n = len(words.first)
    calm = words.capitals[words.text] <= _MOST_CAPITALS
    capital = words.capital & ~words.stop & (calm | (words.sizes[words.text] <= _LONGEST_NAME))
    before = words.follows & np.append(False, capital[:-1])[:n]
    after = np.append(words.follows[1:] & capital[1:], False)[:n]
    inner = before & np.isin(words.hashes, _hashed(INSIDE_NAMES))
    front = words.capital & (words.follows | np.isin(words.hashes, _hashed(BEFORE_NAMES)))
    member = capital | (words.number & before) | (words.stop & (inner | front) & after)
    run = np.flatnonzero(member & ~(words.follows & np.append(False, member[:-1])[:n]))
    ends = np.flatnonzero(member & ~np.append(words.follows[1:] & member[1:], False)[:n])
    size = ends - run + 1
    good = (size >= 2) & (size <= _LONGEST_NAME)  # noqa: PLR2004 - two words make a name
    run, ends = run[good], ends[good]
    return _Found(words.first[run], words.last[ends], np.full(len(run), _NAME))


def _singles(words: _Words, names: _Found) -> tuple[_Found, _Found]:
    """Return words with a capital inside a sentence, and words that a text repeats."""
    few = words.capitals[words.text] <= _FEW_CAPITALS
    shown = words.capital & words.heavy & words.follows & few & ~_within(words.first, names)
    order = np.lexsort((words.first, words.hashes, words.text))
    begin = starts(words.text[order], words.hashes[order])
    often = np.diff(np.append(begin, len(order))) > 1
    repeated = order[begin[often]]
    long = words.heavy[repeated] & (words.last[repeated] - words.first[repeated] > 3)  # noqa: PLR2004
    repeated = repeated[long & ~_within(words.first[repeated], names)]
    return (
        _Found(words.first[shown], words.last[shown], np.full(int(shown.sum()), _CAPITAL)),
        _Found(words.first[repeated], words.last[repeated], np.full(len(repeated), _REPEATED)),
    )


def _pairs(words: _Words, names: _Found) -> _Found:
    """Return neighbours of which neither is a stop word or belongs to a name."""
    plain = words.heavy & ~_within(words.first, names)
    second = np.flatnonzero(words.follows & plain & np.append(False, plain[:-1])[: len(plain)])
    return _Found(words.first[second - 1], words.last[second], np.full(len(second), _PAIR))


def _within(first: Ints, names: _Found) -> Bools:
    """Return which places lie in a name."""
    name = np.searchsorted(names.first, first, side="right") - 1
    return np.asarray(first < np.append(names.last, 0)[name])


def _runs(chars: Chars, kinds: npt.NDArray[np.uint8]) -> _Found:
    """Return runs of Han characters and of katakana."""
    script = np.where(kinds == DENSE, _HAN, 0)
    kana = (chars >= 0x3040) & (chars <= 0x30FF)  # noqa: PLR2004 - hiragana, then katakana
    script[kana] = np.where(chars[kana] > 0x30A0, _KATAKANA, 0)  # noqa: PLR2004
    script[chars == 0x30FB] = 0  # noqa: PLR2004 - the dot between two names
    script[(chars >= 0x0E00) & (chars <= 0x17FF)] = 0  # noqa: PLR2004 - Thai to Khmer
    if not script.any():
        return _Found(*(np.zeros(0, np.int64) for _ in range(3)))
    first = starts(script)
    last = np.append(first[1:], len(script))
    what, length = script[first], last - first
    good = (what == _HAN) & (length >= _HAN_CHARS[0]) & (length <= _HAN_CHARS[1])
    good |= (what == _KATAKANA) & (length >= _KATAKANA_CHARS[0]) & (length <= _KATAKANA_CHARS[1])
    return _Found(first[good], last[good], np.full(int(good.sum()), _RUN))


@lru_cache(maxsize=1)
def _lower() -> npt.NDArray[np.uint32]:
    """Return the lower case of each character, 0 where it is the character itself. 0.8 MB, once a process."""
    table = np.zeros(_LETTERS_END + 1, np.uint32)
    for code in range(_LETTERS_END):
        low = chr(code).lower()
        if len(low) == 1 and ord(low) != code:
            table[code] = ord(low)
    table[0x2019] = ord("'")
    return table


@lru_cache(maxsize=1)
def _upper() -> Bools:
    return np.array(
        [chr(code).isupper() or chr(code).istitle() for code in range(_LETTERS_END + 1)], np.bool_
    )


@lru_cache(maxsize=8)
def _hashed(words: frozenset[str]) -> npt.NDArray[np.uint64]:
    joined = "\n".join(sorted(words)) + "\n"
    chars: Chars = np.frombuffer(joined.encode("utf-32-le"), "<u4")
    last = np.flatnonzero(chars == ord("\n"))
    first = np.append(0, last[:-1] + 1)
    return run_hashes(chars, first, last, np.zeros(len(first), np.bool_))[0]
