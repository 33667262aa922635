"""Laws of the summary: order does not matter, people are counted and not clicks, copies stay small."""

from dataclasses import fields

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from state.contributions import folded
from state.summary import Summary
from tests.support.pane_parts import Row, piece, rows_of, summary_of

rows = st.lists(
    st.tuples(st.integers(1, 30), st.integers(1, 6), st.integers(-100, 200)), min_size=1, max_size=60
)


def one(listed: list[Row], cap: float = 1.0) -> Summary:
    """Summarise a single topic."""
    return rows_of(listed, cap).who


def same(a: Summary, b: Summary) -> bool:
    """Compare all columns bit for bit."""
    return all(np.array_equal(getattr(a, f.name), getattr(b, f.name)) for f in fields(Summary))


@given(rows, st.randoms(use_true_random=False))
def test_order_does_not_matter(listed: list[Row], random: object) -> None:
    """Contributions may come in any order."""
    mixed = list(listed)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert same(one(mixed), one(listed))


@given(st.lists(rows, min_size=1, max_size=4))
def test_topics_do_not_see_each_other(topics: list[list[Row]]) -> None:
    """Summaries of many topics at once are the summaries of each alone."""
    together = summary_of(piece(7, {f"t{i}": listed for i, listed in enumerate(topics)}))
    for i, listed in enumerate(topics):
        alone = one(listed)
        for f in fields(Summary):
            assert np.array_equal(getattr(together, f.name)[i], getattr(alone, f.name)[0]), f.name


@given(rows, st.integers(-300, 300))
def test_an_action_and_its_parts_are_the_same(listed: list[Row], more: int) -> None:
    """A weight may come in two parts."""
    split = [(1, 1, more // 2), *listed, (1, 1, more - more // 2)]
    assert same(one([*listed, (1, 1, more)]), one(split))


@given(rows)
def test_people_and_contents_are_counted_exactly(listed: list[Row]) -> None:
    """Users, trusted users and contents equal plain sets."""
    got = one(listed)
    left: dict[tuple[int, int], int] = {}
    for user, content, centi in listed:
        left[user, content] = left.get((user, content), 0) + centi
    live = {pair for pair, centi in left.items() if centi > 0}
    assert got.exact[0]
    assert got.users[0] == len({u for u, _, _ in listed})
    assert got.trusted_users[0] == len({u for u, _ in live})
    assert got.fingerprints[0] == len({f for _, f in live})
    assert 0.0 <= got.top_share[0] <= 1.0


@given(rows)
def test_an_undo_takes_back(listed: list[Row]) -> None:
    """Every contribution and its negative leave users, and nothing else."""
    got = one([*listed, *[(u, f, -c) for u, f, c in listed]])
    assert got.micro[0] == 0
    assert got.trusted_users[0] == 0
    assert got.fingerprints[0] == 0
    assert got.users[0] == len({u for u, _, _ in listed})


@given(st.lists(st.integers(1, 300), min_size=1, max_size=50), st.floats(0.1, 3.0))
def test_one_loud_user_stays_small(weights: list[int], cap: float) -> None:
    """Whatever one user does, in as many contents as they like: at most log2(1 + x) <= 1.5 x of the cap."""
    got = one([(1, i + 1, c) for i, c in enumerate(weights)], cap)
    assert got.micro[0] <= 1.5 * round(100 * cap) * 10_000 + len(weights)


@given(st.integers(1, 300))
def test_one_copied_text_stays_small(people: int) -> None:
    """Copies by n users of one content count log2(1 + n)."""
    got = one([(i + 1, 1, 100) for i in range(people)])
    assert got.micro[0] == round(float(np.log2(1 + people)) * 1e6)
    assert got.top_share[0] == 1.0


@given(st.integers(200, 2000))
def test_the_estimate_of_a_large_pane_is_near(people: int) -> None:
    """With 100 users kept, the estimate lies within six deviations."""
    got = summary_of(folded(piece(7, {"tea": [(i + 1, i + 1, 100) for i in range(people)]}), 100))
    assert abs(got.users[0] / people - 1.0) < 0.6
