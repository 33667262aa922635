"""Laws of places: names that every key can hold, numbers that come back, rows that leave others alone."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from schemas.served import list_key
from state.contributions import CONTRIBUTION
from state.places import (
    MAX_PLACE_CHARS,
    community_scope,
    in_place,
    numbers,
    put,
    renamed,
    tag_of,
    tag_scope,
    trimmed,
)
from state.topics import normalise

names = st.lists(st.text("abc", min_size=1, max_size=3), min_size=1, max_size=5, unique=True)


@given(st.text(max_size=300))
def test_any_community_has_a_scope_that_a_key_can_hold(name: str) -> None:
    """Or none, when nothing is left of its name; short enough for a moderator to name it."""
    scope = community_scope(name)
    assert bool(scope) == bool(name.strip())
    if scope:
        list_key(scope)
        assert len(scope) <= MAX_PLACE_CHARS


@given(st.text(max_size=300))
def test_a_tag_comes_back_from_its_scope(text: str) -> None:
    """Unless it is known by its hash."""
    tag = normalise(text)
    if not tag:
        return
    scope = tag_scope(tag)
    list_key(scope)
    assert tag_of(scope) == ("" if scope.startswith("tag:~") else tag)


@given(st.lists(st.integers(0, (1 << 31) - 1), max_size=20))
def test_numbers_of_places_come_back(wanted: list[int]) -> None:
    """Up to 31 bits, beside rows that lie in none."""
    rows = np.zeros(2 * len(wanted), CONTRIBUTION)
    which = np.arange(len(rows)) % 2 == 1
    put(rows, which, np.array(wanted, np.int64))
    assert np.array_equal(in_place(rows), which)
    assert numbers(rows, which).tolist() == wanted


@given(names, names, st.data())
def test_places_keep_their_names_in_another_list(
    some: list[str], more: list[str], data: st.DataObject
) -> None:
    """Renamed and trimmed, each row still lies where it lay."""
    at = np.array(data.draw(st.lists(st.integers(0, len(some) - 1), max_size=9)), np.int64)
    rows = np.zeros(len(at), CONTRIBUTION)
    every = np.ones(len(at), np.bool_)
    put(rows, every, at)
    there = [some[i] for i in at.tolist()]
    union = sorted({*some, *more})
    assert [union[i] for i in numbers(renamed(rows, some, union), every).tolist()] == there
    small, used = trimmed(rows, some)
    assert used == sorted(set(there))
    assert [used[i] for i in numbers(small, every).tolist()] == there
