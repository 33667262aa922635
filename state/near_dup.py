"""One id for a text and its slightly changed copies, from the text alone: no table, no order, no clock.

A text is named by three of its tokens, chosen by a rule that prefers long words and otherwise looks only at
hashes. A copy that still holds these three, and nothing that would be chosen before them, has the same id. So
appended remarks, other links, handles, numbers and punctuation, "RT @name:" and cut ends rarely change it. A
word that is left out does where it was one of the three, and a long word that is put in often takes a place:
how often is measured in docs/explanation/content-understanding.md.

Source: the choice is a weighted sample without replacement that is the same in every text (min-wise hashing,
A. Broder 1997; weights by exponential ranks, E. Cohen, Size-Estimation Framework, JCSS 1997, section 5).
Preferring rare terms is I-Match's idea (A. Chowdhury et al., TOIS 2002); length stands in for rarity here, so
that no lexicon has to be kept.
"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from schemas.avro_tape import Ints, Words
from state.text_tokens import Tokens, tokens

CHOSEN = 3  # with two, four in ten shared ids are of unlike posts; four lose a third of remarks
_SHORT, _LONG = 3, 10  # letters: up to 3 a word says little; beyond 10 it says no more
_SHORT_WEIGHT = 1e-3
_STEP, _LAST = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xFF51AFD7ED558CCD)


def text_fingerprint(texts: pa.StringArray) -> Words:
    """Return the near-duplicate id of each text; 0 for a text without words. Null is not allowed.

    About 2.5 us for an English text of 100 characters in batches of 1000 (`benchmarks/content.py`).
    """
    return near_dup_ids(tokens(texts))


def near_dup_ids(found: Tokens) -> Words:
    """Return the near-duplicate id of each text from its tokens; 0 for a text without any.

    Repeats and order of tokens do not matter. Texts of up to three different tokens share an id only if all
    of them are the same.
    """
    counts = np.diff(found.offsets)
    worded = np.flatnonzero(counts)
    out = np.zeros(len(counts), np.uint64)
    if not len(worded):
        return out
    starts, sizes = found.offsets[:-1][worded], counts[worded]
    rank = _ranks(found.hashes, found.sizes)
    value = np.zeros(len(worded), np.uint64)
    for _ in range(CHOSEN):
        least = np.minimum.reduceat(rank, starts)
        picked = rank == np.repeat(least, sizes)
        token = np.maximum.reduceat(np.where(picked, found.hashes, np.uint64(0)), starts)
        value += np.where(np.isinf(least), np.uint64(0), token * _STEP)
        rank[picked] = np.inf
    value = (value ^ value >> np.uint64(29)) * _LAST
    out[worded] = np.maximum(value ^ value >> np.uint64(32), np.uint64(1))
    return out


def id_text(ids: Words) -> pa.StringArray:
    """Write ids as 16 hex digits, "" for 0.

    >>> id_text(np.array([0, 255], np.uint64)).to_pylist()
    ['', '00000000000000ff']
    """
    return pa.array([f"{value:016x}" if value else "" for value in ids.tolist()], pa.string())


def _ranks(hashes: Words, sizes: Ints) -> npt.NDArray[np.float64]:
    """Return the place of each token in the order of choice: exponential with the token's weight as rate."""
    uniform = ((hashes >> np.uint64(11)).astype(np.float64) + 1.0) * 2.0**-53
    weight = np.where(sizes <= _SHORT, _SHORT_WEIGHT, np.minimum(sizes, _LONG).astype(np.float64) ** 2)
    return np.asarray(-np.log(uniform) / weight, np.float64)
