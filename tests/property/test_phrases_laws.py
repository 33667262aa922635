"""Phrases: a function of each text, few, in canonical spelling; and what texts of some languages give."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.phrases import MAX_CHARS, MOST, phrases
from state.topics import normalise

WORDS = [
    *("the", "The", "New", "York", "train", "Strike", "is", "of", "won't", "IPHONE", "X1", "2026", "ß", "É"),
    *("#tag", "@ann", "$AAPL", "https://a.example/Big-News", "—", "\n", ". "),
    *("東京", "コンサート", "で", "選挙結果", "한국", "ไทย"),
]
TEXTS = st.lists(
    st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join) | st.text(max_size=30), max_size=5
)


def of(*texts: str) -> list[list[str]]:
    """Return the phrases of each text."""
    found = phrases(pa.array(texts, pa.string()))
    names = [found.names[code] for code in found.codes.tolist()]
    return [names[a:b] for a, b in zip(found.offsets[:-1].tolist(), found.offsets[1:].tolist(), strict=True)]


@given(TEXTS)
def test_a_text_has_the_same_phrases_alone(texts: list[str]) -> None:
    """What else is in the batch changes nothing, so where a batch ends does not either."""
    assert of(*texts) == [of(text)[0] for text in texts]


@given(TEXTS)
def test_phrases_are_few_and_canonical(texts: list[str]) -> None:
    """At most eight a text, each in the one spelling of its topic."""
    for found in of(*texts):
        assert len(found) <= MOST
        assert all(normalise(name) == name for name in found)


@given(st.lists(st.sampled_from(["#New York", "@Anna Bell", "https://a.example/Big", "$AAPL"]), max_size=4))
def test_tags_handles_and_addresses_give_none(parts: list[str]) -> None:
    """What stands for itself already is not taken for words, nor digits that belong to it."""
    spoken = {part.rpartition(" ")[2] for part in parts if " " in part}
    assert not {name for name in of(" ".join(parts))[0] if name not in {word.lower() for word in spoken}}
    assert of("@anna2026 #Strike2026 https://a.example/2026/News") == [[]]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Taylor Swift plays in Las Vegas tonight", ["taylor swift", "las vegas"]),
        ("The Bank of England raised rates again", ["bank of england", "raised rates"]),
        ("there is a train strike in the north", ["train strike"]),
        ("World Cup 2026 draw is over", ["world cup 2026"]),
        ("Die Deutsche Bahn fährt heute nicht, wegen Streik", ["deutsche bahn"]),
        ("le procès de Marine Le Pen a commencé", ["marine le pen"]),
        ("наши выиграли кубок мира, Владимир Путин", ["владимир путин", "выиграли кубок", "кубок мира"]),
        ("東京で地震がありました。コンサートは中止", ["東京", "地震", "コンサート", "中止"]),
        ("대통령 선거 결과", ["대통령 선거", "선거 결과"]),
        (
            "we all saw Beyoncé in a great great show",
            ["beyoncé", "great", "saw beyoncé", "great great", "great show"],
        ),
        ("of all the days in March the strike\u2019s end", ["march", "strike's end"]),
        ("STOP SHOUTING AT ME ALL DAY LONG", ["stop shouting", "day long"]),
        ("a・・・b 12 345 !!", []),
    ],
)
def test_phrases_of_texts(text: str, found: list[str]) -> None:
    """Names first, then what stands for itself, then pairs; stop words begin and end nothing."""
    assert of(text) == [found]


def test_only_the_beginning_of_a_long_text_is_read() -> None:
    """A text that never ends costs no more."""
    assert of("- " * MAX_CHARS + "Taylor Swift") == [[]]
    assert of() == []
