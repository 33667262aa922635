"""Laws of lists: who told what first, where news were cut, and a restart in between change nothing."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from state import crowd, list_news, recent_set, trend_list_codec
from state.list_news import ListNews, together
from state.list_state import ListState
from state.trend_list import settle
from tests.support.list_parts import CFG, END_MS, PANE_MS, hashes, news, record, row

NAMES = ["court ruling", "courtruling", "tea", "milk", "f1", "sport", "東京"]
PEOPLE = st.lists(st.integers(0, 80), max_size=50)


@st.composite
def _moment(draw: st.DrawFn) -> list[tuple[str, float, list[int], list[int], str]]:
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=len(NAMES)))
    return [
        (
            name,
            draw(st.sampled_from([0.0, 0.2, 1.0, 3.0, 8.0, 50.0])),
            draw(PEOPLE),
            draw(PEOPLE),
            draw(st.sampled_from(["open", "allowed"])),
        )
        for name in names
    ]


MOMENTS = st.lists(_moment(), min_size=1, max_size=6)


def _news(moment: list[tuple[str, float, list[int], list[int], str]], at_ms: int) -> list[ListNews]:
    """Return the news of a moment, one for each record, as of so many shards."""
    return [
        news((record(name, strength, at_ms, review=word), people, contents), active=people)
        for name, strength, people, contents, word in moment
    ]


@given(moments=MOMENTS, seed=st.integers(0, 1000), cut=st.integers(0, 6))
def test_order_of_shards_and_a_restart_change_nothing(
    moments: list[list[tuple[str, float, list[int], list[int], str]]], seed: int, cut: int
) -> None:
    """The list and what readers are told are the same, bit by bit."""
    plain, other = ListState(), ListState()
    rng = np.random.default_rng(seed)
    for i, moment in enumerate(moments):
        at_ms = END_MS + i * PANE_MS
        told = _news(moment, at_ms)
        mixed = [told[k] for k in rng.permutation(len(told))]
        half = len(mixed) // 2
        if half:
            first = list_news.CODEC.loads(list_news.CODEC.dumps(together(mixed[:half])))
            mixed = [first, *mixed[half:]]
        if i == cut:
            other = trend_list_codec.CODEC.loads(trend_list_codec.CODEC.dumps(other))
        assert settle(CFG, plain, together(told), at_ms) == settle(CFG, other, together(mixed), at_ms)
    assert trend_list_codec.CODEC.dumps(plain) == trend_list_codec.CODEC.dumps(other)


@given(moments=MOMENTS)
def test_a_list_is_ordered_without_repeats_and_its_aliases_have_no_place(
    moments: list[list[tuple[str, float, list[int], list[int], str]]],
) -> None:
    """What everybody may see is part of what trends, in the same order."""
    state = ListState()
    for i, moment in enumerate(moments):
        at_ms = END_MS + i * PANE_MS
        change = settle(CFG, state, together(_news(moment, at_ms)), at_ms)
        names = [topic for topic, _ in change.places]
        ranks = [rank for _, rank in change.places]
        assert len(set(names)) == len(names)
        assert ranks == sorted(ranks, reverse=True)
        assert [place for place in change.places if place in change.allowed] == change.allowed
        placed = {one.topic: one for one in change.records if one.topic in names}
        assert not {alias for one in placed.values() for alias in one.aliases} & set(names)
        assert not state.led_by.keys() & set(names)


@given(groups=st.lists(st.lists(st.integers(0, 5_000), max_size=800), min_size=1, max_size=4))
def test_crowds_add_up_without_counting_anybody_twice(groups: list[list[int]]) -> None:
    """The union of samples is the sample of the union."""
    parts = [crowd.crowd_of(hashes(group)) for group in groups]
    whole = crowd.union(parts)
    direct = crowd.crowd_of(hashes([one for group in groups for one in group]))
    assert whole.limit == min(direct.limit, *(part.limit for part in parts))
    assert whole.hashes.tolist() == direct.hashes[direct.hashes < whole.limit].tolist()
    assert crowd.union(parts[::-1]).hashes.tolist() == whole.hashes.tolist()


@given(panes=st.lists(st.lists(st.integers(0, 300), max_size=60), min_size=1, max_size=6))
def test_a_recent_set_holds_the_smallest_of_the_window(panes: list[list[int]]) -> None:
    """Compared with a set of everything, kept by hand."""
    kept = recent_set.EMPTY
    for pane, people in enumerate(panes):
        for cut in range(0, len(people), recent_set.SIZE):
            (kept,) = recent_set.seen(
                [kept], row(hashes(people[cut : cut + recent_set.SIZE]))[None], pane, 100
            )
    every = sorted(set(hashes([one for people in panes for one in people]).tolist()))
    assert kept.hashes.tolist() == every[: recent_set.SIZE]


@given(a=st.sets(st.integers(0, 60)), b=st.sets(st.integers(0, 60)))
def test_what_two_sets_share_is_counted(a: set[int], b: set[int]) -> None:
    """Exact while both are complete."""
    small = recent_set.seen(
        [recent_set.EMPTY] * 2, np.array([row(hashes(sorted(s)[:20])) for s in (a, b)]), 1, 10
    )
    both, below = recent_set.shared(small)
    one, two = (set(sorted(s)[:20]) for s in (a, b))
    assert both.tolist() == [[len(one), len(one & two)], [len(one & two), len(two)]]
    shares = bool(one & two)
    assert below.tolist() == [[len(one), shares * len(one)], [shares * len(two), len(two)]]
