"""Laws of the feed's policy: what may never be shown, shares, the exploration budget, propensities."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from state import feed_filters
from state.feed_candidates import SOURCES, Candidate, Drawn, gather
from state.feed_config import FeedConfig
from state.feed_explore import explore
from state.feed_filters import Barred, Viewer
from state.feed_order import Scored, ordered
from state.feed_slate import decide, lowest, unscored
from state.feed_viewer import seen_hash

CFG = FeedConfig(depth=40, block=10)
_AUTHORS = st.sampled_from(["", *(f"a{n}" for n in range(8))])
_TOPICS = st.lists(st.sampled_from(["tea", "cars", "news"]), max_size=2, unique=True).map(tuple)


@st.composite
def candidates(draw: st.DrawFn, most: int = 80) -> list[Candidate]:
    """Some items, each once."""
    n = draw(st.integers(0, most))
    return [
        Candidate(
            f"p{at}", draw(_AUTHORS), draw(_TOPICS), draw(st.integers(0, 1000)), draw(st.integers(0, 99)),
            draw(st.sampled_from(SOURCES)), "", draw(st.booleans()),
        )
        for at in range(n)
    ]  # fmt: skip


@st.composite
def scored(draw: st.DrawFn, most: int = 80) -> list[Scored]:
    """Items with scores, some of them equal."""
    scores = st.sampled_from([0.0, 0.1, 0.5, 1.0]) | st.floats(0, 1)
    return [Scored(one, 0.5, draw(scores)) for one in draw(candidates(most))]


@given(candidates(), st.data())
def test_nothing_that_may_not_be_shown_is_kept(found: list[Candidate], data: st.DataObject) -> None:
    """Seen, hidden, blocked, muted, moderated, old, own; what is left out is counted."""
    items = st.sets(st.sampled_from([f"p{n}" for n in range(30)]))
    authors = st.sets(st.sampled_from([f"a{n}" for n in range(8)]), max_size=3)
    seen, hidden, posts = (data.draw(items) for _ in range(3))
    blocked, muted, users = (data.draw(authors) for _ in range(3))
    at_ms = 1_000
    viewer = Viewer("a1", hidden=hidden, blocked=blocked, muted=muted, seen={seen_hash(one) for one in seen})
    barred = Barred(dict.fromkeys(posts, 0), dict.fromkeys(users, at_ms + 1))
    quota = data.draw(st.integers(0, 20))
    cfg = FeedConfig(max_age_ms=500, popular=quota)
    looked = gather(
        cfg,
        [Drawn("popular", "global", found)],
        lambda one: feed_filters.against(cfg, viewer, barred, one, at_ms),
    )
    kept = looked.candidates
    # What may not be shown takes nobody's place: fewer than the quota only when there is nothing left.
    assert len(kept) == quota or len(kept) + looked.dropped.total() == len(found)
    for one in kept:
        assert one.item not in seen | hidden | posts
        assert one.author not in blocked | muted | users | {"a1"}
        assert not one.first_ms or one.first_ms > at_ms - cfg.max_age_ms


@given(candidates(), st.integers(0, 20))
def test_each_item_once_and_no_source_above_its_quota(found: list[Candidate], quota: int) -> None:
    """The first source that names an item has it."""
    cfg = FeedConfig(in_network=quota, interest=quota, trending=quota, popular=quota, new=quota)
    pools = [Drawn(source, source, found[at::2]) for source in SOURCES for at in (0, 1)]
    out = gather(cfg, pools, lambda _: "").candidates
    assert len({one.item for one in out}) == len(out)
    assert all(n <= quota for source, n in Counter(one.source for one in out).items() if source != "static")


@given(scored())
def test_the_order_has_each_item_once_and_no_worth_above_its_score(found: list[Scored]) -> None:
    """Nothing is lost; factors only lower."""
    out = ordered(CFG, found)
    assert sorted(one.scored.candidate.item for one in out) == sorted(one.candidate.item for one in found)
    assert all(0 <= one.worth <= one.scored.score for one in out)


@given(scored())
def test_the_lazy_order_is_the_greedy_one(found: list[Scored]) -> None:
    """A plain look at all candidates for each place gives the same."""
    left, placed = list(found), list[Scored]()
    while left:
        authors = Counter(one.candidate.author for one in placed if one.candidate.author)
        topics = Counter(topic for one in placed for topic in one.candidate.topics)
        free = [
            one
            for one in left
            if not one.candidate.author
            or authors[one.candidate.author] <= CFG.author_share * (len(placed) + 1)
        ]

        def worth(one: Scored, authors: Counter[str] = authors, topics: Counter[str] = topics) -> float:
            c, most = one.candidate, max((topics[topic] for topic in one.candidate.topics), default=0)
            by_author = (1 - CFG.author_floor) * CFG.author_decay ** authors[c.author] + CFG.author_floor
            return one.score * (by_author * ((1 - CFG.topic_floor) * CFG.topic_decay**most + CFG.topic_floor))

        best = min(free or left, key=lambda one: (-worth(one), one.candidate.item))
        placed.append(best)
        left.remove(best)
    wanted = CFG.depth + CFG.block
    assert [one.scored for one in ordered(CFG, found)][:wanted] == placed[:wanted]


@given(scored(), st.text("abc", min_size=1, max_size=4))
def test_a_slate_repeats_nothing_and_is_never_empty(found: list[Scored], decision: str) -> None:
    """As long as the depth or all there is; a function of its arguments."""
    slate = decide(CFG, found, decision, 5)
    items = [one.ranked.scored.candidate.item for one in slate.places]
    assert len(set(items)) == len(items) == min(len(found), CFG.depth)
    again = decide(CFG, list(found), decision, 5)
    assert (again.places, again.inputs_hash) == (slate.places, slate.inputs_hash)
    assert all(0 < one.propensity <= 1 for one in slate.places)


@given(scored(), st.text("abc", min_size=1, max_size=4))
def test_the_exploration_budget_is_kept(found: list[Scored], decision: str) -> None:
    """One place a block, of new creators' items only, behind the first places, of no creator shown there."""
    places = explore(CFG, ordered(CFG, found), decision)
    for number in range(0, len(places), CFG.block):
        block = places[number : number + CFG.block]
        lifted = [one for one in block if one.explored]
        assert len(lifted) <= 1
        assert all(one.ranked.scored.candidate.new for one in lifted)
        authors = Counter(one.ranked.scored.candidate.author for one in block)
        assert all(authors[one.ranked.scored.candidate.author] == 1 for one in lifted if number == 0)
    assert not any(one.explored for one in places[: CFG.block_start])


@settings(max_examples=10, deadline=None)
@given(scored(30))
def test_propensities_are_how_often_it_happens(found: list[Scored]) -> None:
    """Over many decisions, each item of the first block stands in each place as often as was said."""
    rows, seen = ordered(CFG, found), Counter[tuple[str, int]]()
    said: dict[tuple[str, int], float] = {}
    n = 1_500
    for decision in range(n):
        for at, one in enumerate(explore(CFG, rows, str(decision))[: CFG.block]):
            key = one.ranked.scored.candidate.item, at
            assert said.setdefault(key, one.propensity) == one.propensity
            seen[key] += 1
    for key, propensity in said.items():
        spread = (propensity * (1 - propensity) / n) ** 0.5
        assert abs(seen[key] / n - propensity) <= 5.5 * spread + 1e-9
    for at in range(min(CFG.block, len(found))):
        # What never happened is rare: the sum of what was said is at most 1 and nearly that.
        assert 0.9 < sum(p for (_, place), p in said.items() if place == at) <= 1 + 1e-9


@given(candidates(5), candidates(5))
def test_the_ladder_is_empty_only_when_all_rungs_are(one: list[Candidate], other: list[Candidate]) -> None:
    """The first rung with anything is taken, and shown as it is."""
    rung, found = lowest([("popular", one), ("static", other)])
    assert (rung == "none") == (not one and not other)
    places = decide(CFG, unscored(found), "d", 0, rung).places
    assert [place.ranked.scored.candidate for place in places] == list(found)
