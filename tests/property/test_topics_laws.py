"""Laws of canonical topics and of scopes."""

import unicodedata

from hypothesis import example, given
from hypothesis import strategies as st

from state.scopes import NONE, language_code, language_scope, region_code, region_scope
from state.topics import MAX_TOPIC_CHARS, normalise

texts = st.text(max_size=150) | st.text("#_ aAéß\u200d\u0301ﬁİΣ🌡\t", max_size=120)
# Without control and format characters, which may hide between a letter and its accent.
visible = st.text(st.characters(exclude_categories=["C"]), max_size=150) | st.text(
    "#_ aAéß\u0301ﬁİΣ🌡", max_size=120
)


@given(visible)
@example("#_#x")
@example("a" * 99 + " b")
def test_a_canonical_topic_is_its_own_canonical_form(text: str) -> None:
    """Normalising twice changes nothing."""
    assert normalise(normalise(text)) == normalise(text)


@given(texts)
def test_a_canonical_topic_is_short_and_clean(text: str) -> None:
    """At most 100 characters, no control characters, no gaps but single spaces inside."""
    topic = normalise(text)
    assert len(topic) <= MAX_TOPIC_CHARS
    assert topic == " ".join(topic.split())
    assert not topic.startswith("#")
    assert all(unicodedata.category(c)[0] != "C" for c in topic)


@given(st.text("abcxyz", min_size=1, max_size=20), st.integers(0, 3))
def test_case_hashes_and_gaps_do_not_matter(word: str, hashes: int) -> None:
    """All spellings of two words are one topic."""
    spelt = "#" * hashes + word.upper() + "_" * (hashes + 1) + word + "  "
    assert normalise(spelt) == f"{word} {word}"


@given(st.text(max_size=12) | st.text("abcxyzABXZ019-_", max_size=4))
def test_a_scope_has_a_number_of_16_bits(text: str) -> None:
    """Whatever a request names, its number gives the name back, or it names nothing."""
    lang, region = language_code(text), region_code(text)
    assert 0 <= lang < 1 << 16
    assert 0 <= region < 1 << 16
    assert lang == NONE or language_code(language_scope(lang).removeprefix("lang:")) == lang
    assert region == NONE or region_code(region_scope(region).removeprefix("region:")) == region
