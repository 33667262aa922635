"""Laws of the small samples of users and contents of the hour."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from state.recent_samples import live, update
from state.trend_key import EXTRA

PANES = 12


@given(
    st.lists(st.tuples(st.integers(1, 5), st.sets(st.integers(1, 12), max_size=8)), max_size=25),
    st.integers(1, 20),
)
def test_users_and_contents_equal_a_plain_set(panes: list[tuple[int, set[int]]], keep: int) -> None:
    """Distinct users of the last panes up to 8, and contents up to 4, as plain sets count them."""
    extra, pane = np.zeros(1, EXTRA), 1000
    seen: dict[int, int] = {}
    contents: dict[int, int] = {}
    for gap, people in panes:
        pane += gap
        few = sorted(people)[:4]
        users, fingerprints = np.zeros((1, 8), np.uint32), np.zeros((1, 4), np.uint32)
        users[0, : len(people)] = sorted(people)
        fingerprints[0, : len(few)] = few
        got_users, got_contents = update(extra, users, fingerprints, pane, keep)
        seen.update(dict.fromkeys(people, pane))
        contents.update(dict.fromkeys(few, pane))
        recent = {u for u, at in seen.items() if at > pane - keep}
        assert got_users[0] == min(8, len(recent))
        assert got_contents[0] == min(4, sum(at > pane - keep for at in contents.values()))
        assert set(extra["user"][0].tolist()) - {0} <= recent
        assert live(extra)[0] == bool(recent)


@given(st.lists(st.lists(st.integers(0, 9), min_size=8, max_size=8), min_size=1, max_size=5))
def test_keys_do_not_see_each_other(rows: list[list[int]]) -> None:
    """A key's sample is the same alone and among others; equal hashes count once."""
    n = len(rows)
    extra, users = np.zeros(n, EXTRA), np.array(rows, np.uint32)
    got, _ = update(extra, users, np.zeros((n, 4), np.uint32), 50, PANES)
    for i in range(n):
        alone = np.zeros(1, EXTRA)
        count, _ = update(alone, users[i : i + 1], np.zeros((1, 4), np.uint32), 50, PANES)
        assert count[0] == got[i] == len(set(rows[i]) - {0})
        assert alone.tobytes() == extra[i : i + 1].tobytes()
