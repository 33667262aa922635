"""Languages: right on plain sentences, unknown when not sure, and the library's own answer in a batch."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from state.language import NO_WORDS, UNKNOWN, LanguageConfig, LocalIdentifier

SENTENCES = {
    "ar": "لا أصدق كم الطقس جميل اليوم",
    "de": "Ich kann nicht glauben, wie schön das Wetter heute ist",
    "en": "I can't believe how good the weather is today, we should all go outside",
    "es": "No puedo creer lo bueno que está el tiempo hoy",
    "fr": "Je n'arrive pas à croire qu'il fasse si beau aujourd'hui",
    "hi": "विश्वास नहीं होता कि आज मौसम कितना अच्छा है",
    "it": "Non riesco a credere a quanto sia bello il tempo oggi",
    "ja": "今日はとても天気がいいですね",
    "ko": "오늘 날씨가 정말 좋네요",
    "nl": "Ik kan niet geloven hoe mooi het weer vandaag is",
    "pt": "Não acredito como o tempo está bom hoje",
    "ru": "Не могу поверить, какая сегодня хорошая погода",  # noqa: RUF001
    "th": "ไม่อยากเชื่อเลยว่าวันนี้อากาศดีขนาดนี้",
    "tr": "Bugün havanın ne kadar güzel olduğuna inanamıyorum",  # noqa: RUF001
    "uk": "Не можу повірити, яка сьогодні гарна погода",  # noqa: RUF001
    "zh": "真不敢相信今天天气这么好",
}
EVERYTHING = LocalIdentifier(LanguageConfig(min_prob=0.0, min_letters=0))


def _column(*texts: str | None) -> pa.StringArray:
    return pa.array(list(texts), pa.string())


def test_plain_sentences_are_recognised() -> None:
    """One sentence in each of sixteen languages and eleven scripts, with a probability each."""
    found = LocalIdentifier().identify(_column(*SENTENCES.values()))
    assert found.codes == list(SENTENCES)
    assert ((found.probs > 0.3) & (found.probs <= 1.0)).all()


def test_what_is_not_sure_is_unknown() -> None:
    """A word or two, a low probability; what has no letters has no language."""
    texts = _column("ok", "taxi hotel", "12:30 @bob #tag http://example.com/z 😀", "", SENTENCES["en"])
    assert LocalIdentifier().identify(texts).codes == [UNKNOWN, UNKNOWN, NO_WORDS, NO_WORDS, "en"]
    strict = LocalIdentifier(LanguageConfig(min_prob=1.0))
    assert strict.identify(_column(SENTENCES["en"])).codes == [UNKNOWN]


def test_links_handles_and_shouting_make_no_difference() -> None:
    """They are not the author's language."""
    plain = SENTENCES["en"]
    found = EVERYTHING.identify(
        _column(plain, f"{plain} https://example.com/größe @größe #größe", plain.upper())
    )
    assert found.codes == ["en"] * 3


@settings(deadline=None, max_examples=30)
@given(st.lists(st.sampled_from([*SENTENCES.values(), "a", "é", "hello 世界", "xyz"]), max_size=6))
def test_the_batch_does_not_matter(texts: list[str]) -> None:
    """Each text has the answer that it has alone."""
    together = EVERYTHING.identify(_column(*texts))
    alone = [EVERYTHING.identify(_column(text)) for text in texts]
    assert together.codes == [one.codes[0] for one in alone]
    assert np.allclose(together.probs, [one.probs[0] for one in alone], atol=1e-5)


def test_a_batch_gives_the_answers_of_the_library() -> None:
    """The automaton and the sums are ours, the model and the rule are py3langid's."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415 - loads for a second

    library = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    texts = [*SENTENCES.values(), "Dobry wieczór wszystkim", "cafe\u0301 noir", "x"]
    found = EVERYTHING.identify(_column(*texts))
    expected = [library.classify(text) for text in texts]
    assert found.codes == [code for code, _ in expected]
    assert np.allclose(found.probs, [prob for _, prob in expected], atol=2e-3)


def test_long_texts_are_cut_and_null_is_refused() -> None:
    """A text of 20,000 characters costs no more than its beginning."""
    long = " ".join([SENTENCES["en"]] * 200)
    assert EVERYTHING.identify(_column(long)).codes == ["en"]
    assert EVERYTHING.identify(_column()).codes == []
    with pytest.raises(ValueError, match="1 nulls, expected none"):
        EVERYTHING.identify(_column(None))


@pytest.mark.parametrize(("field", "value"), [("min_prob", 1.5), ("min_letters", -1)])
def test_impossible_thresholds_are_refused(field: str, value: float) -> None:
    """The message names the setting."""
    with pytest.raises(ValueError, match=f"language.{field} = "):
        LanguageConfig(**{field: value})
