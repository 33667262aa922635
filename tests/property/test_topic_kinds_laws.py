"""Kinds and names: put together inside, taken apart at the edges, never mixed up."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.served import KINDS, Kind
from state.topic_kinds import canonical, kind_of, kind_problems, name_of, typed
from state.topics import normalise
from state.trend_config import TrendConfig, TrendConfigError

KIND = st.sampled_from(KINDS)
TEXT = st.text(max_size=40) | st.text("\x00\x1c\x1d\x1e\x1f \x85ab#_/:|", max_size=20)


@given(KIND, TEXT)
def test_a_topic_gives_back_its_kind_and_name(kind: Kind, text: str) -> None:
    """What is put together comes apart; no kind's topic is another's, and "" is no topic."""
    name = canonical(kind, text)
    topic = typed(kind, name)
    assert bool(topic) == bool(name)
    if topic:
        assert (kind_of(topic), name_of(topic)) == (kind, name)


@given(KIND, TEXT)
def test_names_are_canonical_and_hold_no_separator(kind: Kind, text: str) -> None:
    """A name is its own canonical form, without the control characters that separate keys."""
    name = canonical(kind, text)
    assert canonical(kind, name) == name
    assert not any(unicodedata.category(c) == "Cc" for c in name)


@given(TEXT)
def test_tags_are_named_as_ever(text: str) -> None:
    """The topic of a tag is its canonical form, no tag is taken for another kind."""
    name = normalise(text)
    assert typed("tag", canonical("tag", text)) == name
    assert kind_of(name) == "tag"


@pytest.mark.parametrize("kinds", [(), ("tag", "tag"), ("page",)])
def test_a_choice_of_kinds_is_checked(kinds: tuple[Kind, ...]) -> None:
    """None, one twice, and an unknown one are refused where settings are read."""
    assert kind_problems(kinds)
    with pytest.raises(TrendConfigError, match="expected each of some of tag, phrase"):
        TrendConfig(kinds=kinds)
    assert not kind_problems(KINDS)
