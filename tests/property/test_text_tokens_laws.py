"""Tokens of many texts at once are those of each text alone, whatever characters come."""

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from state.text_tokens import Tokens, canonical_text, tokens
from tests.support.plain_text import words

TEXT = st.one_of(
    st.text(max_size=40),
    st.text(alphabet="ab @#$:/.\n1世界ไทยéÉßﬁ\u0301\ufe0f", max_size=40),
    st.text(alphabet="abC dE@#$:/.!\n\t1", max_size=60),
)


def _tokens(*texts: str) -> Tokens:
    return tokens(pa.array(list(texts), pa.string()))


def _of(found: Tokens, i: int) -> list[int]:
    return [int(value) for value in found.hashes[found.offsets[i] : found.offsets[i + 1]]]


@given(st.lists(TEXT, max_size=6))
def test_tokens_are_the_words_of_each_text(texts: list[str]) -> None:
    """Number, sizes and equality agree with a plain reading, character by character."""
    found = _tokens(*texts)
    expected = [words(text) for text in texts]
    assert found.offsets.tolist() == [sum(map(len, expected[:i])) for i in range(len(texts) + 1)]
    by_word: dict[str, int] = {}
    flat = [word for some in expected for word in some]
    for word, value in zip(flat, found.hashes.tolist(), strict=True):
        assert by_word.setdefault(word, value) == value
    assert len(set(by_word.values())) == len(by_word)


@given(st.lists(TEXT, min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_neighbours_and_order_do_not_matter(texts: list[str], random: object) -> None:
    """Each text alone has the tokens that it has in any batch."""
    order = list(range(len(texts)))
    random.shuffle(order)  # type: ignore[attr-defined]
    together = _tokens(*(texts[i] for i in order))
    assert [_of(together, place) for place in range(len(order))] == [_of(_tokens(texts[i]), 0) for i in order]


@given(TEXT)
def test_equal_normal_forms_have_equal_tokens(text: str) -> None:
    """Case, compatible characters and composition make no difference; the normal form is a fixed point."""
    form = canonical_text(text)
    assert canonical_text(form) == form
    assert _of(_tokens(form), 0) == _of(_tokens(text), 0)


@given(
    st.text(alphabet="ab cd", max_size=20),
    st.sampled_from(["http://example.com/z", "@bob", "#tag", "$AAPL", "42"]),
)
def test_addresses_handles_tags_and_numbers_count_for_nothing(text: str, extra: str) -> None:
    """A copy with another link or handle is the same text."""
    assert _of(_tokens(f"{text} {extra}"), 0) == _of(_tokens(text), 0)
