"""Laws of sample posts: never a barred one, never an old one, one account never stands for a topic alone."""

from hypothesis import given
from hypothesis import strategies as st

from state.feed_candidates import Candidate
from state.feed_filters import Barred
from state.feed_samples import MAX_AGE_MS, MOST, samples

NOW_MS = 10 * MAX_AGE_MS
_ITEMS = st.builds(
    Candidate,
    st.sampled_from([f"p{n}" for n in range(12)]),
    st.sampled_from(["", "a", "b", "c"]),
    first_ms=st.integers(NOW_MS - 2 * MAX_AGE_MS, NOW_MS),
)
_POOLS = st.lists(st.lists(_ITEMS, max_size=10), max_size=3)


@given(_POOLS, st.sets(st.sampled_from([f"p{n}" for n in range(12)])), st.sets(st.sampled_from("abc")))
def test_samples_are_few_young_allowed_and_of_many(
    pools: list[list[Candidate]], posts: set[str], users: set[str]
) -> None:
    """As many creators as there are, before anybody's second post; all there is when that is little."""
    barred = Barred(dict.fromkeys(posts, 0), dict.fromkeys(users, 0))
    out = samples(pools, barred, NOW_MS)
    shown: dict[str, Candidate] = {}
    for pool in pools:
        for one in pool:
            if one.first_ms > NOW_MS - MAX_AGE_MS and one.item not in posts and one.author not in users:
                shown.setdefault(one.item, one)
    assert len(out) == min(len(shown), MOST)
    assert len({one.item for one in out}) == len(out)
    assert all(shown[one.item] == one for one in out)
    named = {one.author for one in shown.values() if one.author}
    assert len({one.author for one in out if one.author}) >= min(
        len(named), MOST - sum(not one.author for one in out)
    )
