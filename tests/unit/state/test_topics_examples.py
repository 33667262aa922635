"""Spellings of topics, languages and regions as people write them."""

import pytest

from state.scopes import NONE, language_code, language_scope, region_code, region_scope
from state.topics import normalise


@pytest.mark.parametrize(
    ("raw", "canonical"),
    [
        ("#Fußball", "fussball"),
        ("##World__Cup", "world cup"),
        ("\uff34\uff2f\uff2b\uff39\uff2f", "tokyo"),
        ("a\u200bb", "ab"),
        ("c#", "c#"),
        (" \t# _ ", ""),
        ("x" * 120, "x" * 100),
    ],
)
def test_spellings_become_one(raw: str, canonical: str) -> None:
    """Width, case, hashes, gaps and invisible characters do not make a new topic."""
    assert normalise(raw) == canonical


@pytest.mark.parametrize(
    ("lang", "scope"),
    [("en", "lang:en"), (" EN_us ", "lang:en"), ("fil", "lang:fil"), ("e", ""), ("english", ""), ("", "")],
)
def test_languages(lang: str, scope: str) -> None:
    """Two or three letters; the region of a language is dropped."""
    code = language_code(lang)
    assert (language_scope(code) if code != NONE else "") == scope


@pytest.mark.parametrize(
    ("region", "scope"), [(" at", "region:AT"), ("150", "region:150"), ("USA", ""), ("1", ""), ("", "")]
)
def test_regions(region: str, scope: str) -> None:
    """Two letters or three digits."""
    code = region_code(region)
    assert (region_scope(code) if code != NONE else "") == scope
