"""SimHash and near-duplicate ids: alike for like texts, different for others, the same in any batch."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.near_dup import near_dup_ids, text_fingerprint
from state.simhash import MAX_TOKENS, hamming, simhash
from state.text_tokens import Tokens, tokens
from tests.support import plain_text

WORDS = st.lists(st.text(alphabet="abcde", min_size=1, max_size=6), max_size=12)
HASHES = st.lists(st.lists(st.integers(0, 2**64 - 1), max_size=9), max_size=6)

PINNED = ["e1489a9f2cfe9688", "ac0f68f3f8d176d0", "830917f504a49f27", "0000000000000000", "9a264100d1f9542e"]


def _column(texts: list[str]) -> pa.StringArray:
    return pa.array(texts, pa.string())


@given(HASHES)
def test_simhash_is_the_majority_of_each_bit(hashes: list[list[int]]) -> None:
    """The bit-sliced counters agree with counting bit by bit."""
    flat = np.array([value for some in hashes for value in some], np.uint64)
    offsets = np.cumsum([0, *map(len, hashes)])
    found = simhash(Tokens(flat, np.full(len(flat), 4), offsets))
    assert found.tolist() == [plain_text.simhash(some) for some in hashes]


def test_simhash_looks_at_a_bounded_number_of_tokens() -> None:
    """A text that never ends costs no more, and its counters do not overflow."""
    hashes = np.random.default_rng(1).integers(0, 2**64, 3 * MAX_TOKENS, np.uint64)
    found = simhash(Tokens(hashes, np.full(len(hashes), 4), np.array([0, len(hashes)])))
    assert found.tolist() == [plain_text.simhash(hashes[:MAX_TOKENS].tolist())]


@given(WORDS, st.randoms(use_true_random=False))
def test_order_and_repeats_of_words_do_not_change_the_id(words: list[str], random: object) -> None:
    """The id is of the set of words."""
    again = [*words, *words[:3]]
    random.shuffle(again)  # type: ignore[attr-defined]
    first, second = text_fingerprint(_column([" ".join(words), " ".join(again)])).tolist()
    assert first == second
    assert (first == 0) == (not words)


@given(WORDS, WORDS)
def test_few_words_share_an_id_only_when_they_are_the_same(left: list[str], right: list[str]) -> None:
    """Up to three different words, the id is exact."""
    left, right = left[:3], right[:3]
    first, second = text_fingerprint(_column([" ".join(left), " ".join(right)])).tolist()
    assert (first == second) == (set(left) == set(right))


@given(st.lists(st.text(max_size=30), max_size=8))
def test_the_batch_does_not_matter(texts: list[str]) -> None:
    """Each text has the same hash and id alone and among others."""
    found = tokens(_column(texts))
    alone = [tokens(_column([text])) for text in texts]
    assert near_dup_ids(found).tolist() == [near_dup_ids(one).tolist()[0] for one in alone]
    assert simhash(found).tolist() == [simhash(one).tolist()[0] for one in alone]


def test_ids_never_change() -> None:
    """They are stored and compared over weeks: a new rule needs another function."""
    quick = "The quick brown fox jumps over the lazy dog"
    texts = [quick, "東京は今日も雨です", "Кот сидит на окне", "", "a"]
    assert [f"{value:016x}" for value in text_fingerprint(_column(texts)).tolist()] == PINNED


def test_null_is_refused() -> None:
    """A missing text is not an empty one."""
    with pytest.raises(ValueError, match="1 nulls, expected none"):
        text_fingerprint(pa.array(["a", None], pa.string()))


def _edited(texts: list[str], kind: str, rng: np.random.Generator) -> list[str]:
    out = []
    for text in texts:
        words = text.split()
        at = int(rng.integers(len(words)))
        if kind == "link":
            words.append("https://example.com/x1")
        elif kind == "remark":
            words.append(str(rng.choice(["lol", "wow!!", "so true", "via me"])))
        elif kind == "repost":
            words = ["RT", "@someone:", *words]
        elif kind == "delete":
            del words[at]
        else:
            words[at] = "changed"
        out.append(" ".join(words))
    return out


@pytest.mark.parametrize(
    ("kind", "least_shared", "most_bits"),
    [("link", 1.0, 0), ("remark", 0.8, 9), ("repost", 0.9, 8), ("delete", 0.7, 8), ("replace", 0.25, 10)],
)
def test_small_edits_keep_most_ids_and_most_bits(kind: str, least_shared: float, most_bits: int) -> None:
    """Shares of 1000 texts of 8 to 30 words that keep their id, and the median of differing bits; seed 3."""
    rng = np.random.default_rng(3)
    texts = plain_text.zipf_texts(1000, rng)
    before, after = tokens(_column(texts)), tokens(_column(_edited(texts, kind, rng)))
    shared = float((near_dup_ids(before) == near_dup_ids(after)).mean())
    bits = hamming(simhash(before), simhash(after))
    assert shared >= least_shared, shared
    assert np.median(bits) <= most_bits, np.median(bits)


def test_different_texts_rarely_share_an_id() -> None:
    """Of 4000 unlike texts fewer than 1 % do, and their SimHashes are 20 bits and more apart; seed 5."""
    texts = plain_text.zipf_texts(4000, np.random.default_rng(5))
    found = tokens(_column(texts))
    assert len(set(near_dup_ids(found).tolist())) > 0.99 * len(texts)
    assert np.quantile(hamming(simhash(found)[:2000], simhash(found)[2000:]), 0.05) >= 16
