"""Laws of content without words: a plain loop finds the same languages, and not too many."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from state.wordless import MOST_LANGUAGES, spread

ROWS = st.lists(
    st.tuples(st.booleans(), st.integers(0, 3), st.integers(0, 5), st.integers(1, 9)), max_size=30
)
Row = tuple[bool, int, int, int]


def _spread(rows: list[Row]) -> list[tuple[int, int]]:
    mark, group, lang, events = (np.array([row[i] for row in rows], np.int64) for i in range(4))
    row, to = spread(mark.astype(np.bool_), group, lang, events)
    return sorted(zip(row.tolist(), to.tolist(), strict=True))


@given(ROWS)
def test_every_language_of_the_topic_is_reached_once(rows: list[Row]) -> None:
    """The request's own language is not: it has the contribution already."""
    expected = sorted(
        (i, other)
        for i, (mark, group, lang, _) in enumerate(rows)
        for other in {row[2] for row in rows if row[1] == group} - {0, lang}
        if mark
    )
    assert _spread(rows) == expected


@given(ROWS, st.data())
def test_order_and_cuts_do_not_matter(rows: list[Row], data: st.DataObject) -> None:
    """Neither does it whether events of one language come as one contribution or as several."""
    split = data.draw(st.permutations([(*row[:3], 1) for row in rows for _ in range(row[3])]))
    assert {(split[i][1:3], to) for i, to in _spread(split)} == {
        (rows[i][1:3], to) for i, to in _spread(rows)
    }


def test_a_topic_of_too_many_languages_reaches_those_that_speak_most() -> None:
    """The loudest 32, and of equals the lower number."""
    rows: list[Row] = [(True, 1, 0, 1), *((False, 1, lang, lang // 2) for lang in range(2, 101))]
    assert _spread(rows) == [(0, lang) for lang in (68, *range(70, 101))]
    assert len(_spread(rows)) == MOST_LANGUAGES
