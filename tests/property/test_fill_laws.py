"""Laws of filled lists: own trends stand as they stood, nothing comes twice, none is empty without need."""

import re

from hypothesis import given
from hypothesis import strategies as st

from schemas.served import TrendRecord
from serving.memory_store import MemoryTrendStore
from serving.trend import Listing
from state.backoff import FAMILIES, steps
from state.scopes import GLOBAL, language_code, language_scope
from tests.support.trend_records import NOON_MS, a_record, an_as_of

_LANGUAGES = sorted(
    code for groups in FAMILIES.values() for group in groups for code in group.replace("|", " ").split()
)
_SCOPES = ("global", "lang:sk", "lang:cs", "lang:pl", "region:SK", "lang:sk,region:SK", "lang:ja", "tag:tea")
_NAMES = tuple("abcdefgh")
records = st.builds(
    lambda topic, scope, strength, aliases: a_record(
        topic, scope=scope, peak_strength=strength, aliases=tuple(sorted(aliases - {topic}))
    ),
    st.sampled_from(_NAMES),
    st.sampled_from(_SCOPES),
    st.floats(0.1, 99.0),  # below 0.5 a trend is over
    st.frozensets(st.sampled_from("vwxyz"), max_size=2),
)
worlds = st.lists(records, max_size=40)
denials = st.frozensets(st.sampled_from(_NAMES), max_size=6)


def store_of(held: list[TrendRecord], scope: str, denied: frozenset[str]) -> MemoryTrendStore:
    """A store at noon; the first record of a topic in a scope stays."""
    store = MemoryTrendStore()
    for record in held:
        store.put(record)
    for topic in denied:
        store.deny(scope, topic, NOON_MS + 1)
    store.put_as_of(an_as_of())
    return store


def topics(found: Listing) -> list[str]:
    """Topics in order."""
    return [trend.record.topic for trend in found.trends]


@given(worlds, st.sampled_from(_SCOPES), st.integers(1, 12), denials)
def test_own_trends_stand_as_they_stood(
    held: list[TrendRecord], scope: str, limit: int, denied: frozenset[str]
) -> None:
    """The filled list starts with the list itself, and is no longer than asked for."""
    store = store_of(held, scope, denied)
    own, full = store.listing(scope, limit), store.listing(scope, limit, fill=True)
    assert full.trends[: len(own.trends)] == own.trends
    assert len(full.trends) <= limit
    assert [trend.position for trend in full.trends] == list(range(1, len(full.trends) + 1))


@given(worlds, st.sampled_from(_SCOPES), st.integers(1, 12), denials)
def test_fillers_are_new_allowed_and_in_the_order_of_steps(
    held: list[TrendRecord], scope: str, limit: int, denied: frozenset[str]
) -> None:
    """No name stands twice, nothing denied comes in, and within a step the strongest comes first."""
    store = store_of(held, scope, denied)
    own, full = store.listing(scope, limit), store.listing(scope, limit, fill=True)
    seen = {name for trend in own.trends for name in (trend.record.topic, *trend.record.aliases)}
    step_of = {of: number for number, step in enumerate(steps(scope)) for of in step}
    fillers = full.trends[len(own.trends) :]
    for trend in fillers:
        names = {trend.record.topic, *trend.record.aliases}
        assert not names & (seen | denied)
        seen |= names
    order = [(step_of[trend.record.scope], -trend.strength) for trend in fillers]
    assert order == sorted(order)


@given(worlds, st.sampled_from(_SCOPES), st.integers(1, 12), denials)
def test_no_list_is_empty_while_anything_that_may_be_shown_trends(
    held: list[TrendRecord], scope: str, limit: int, denied: frozenset[str]
) -> None:
    """Anything in the global list that is not denied here, under any name."""
    store = store_of(held, scope, denied)
    rest = [
        trend
        for trend in store.listing(GLOBAL, 1_000).trends
        if not denied & {trend.record.topic, *trend.record.aliases}
    ]
    full = store.listing(scope, limit, fill=True)
    assert bool(full.trends) or not rest
    if not any(trend.record.aliases for trend in (*rest, *full.trends)):
        wanted = {trend.record.topic for trend in rest} | set(topics(full))
        assert len(full.trends) == min(limit, len(wanted))


@given(st.sampled_from(_LANGUAGES), st.sampled_from(["", ",region:SK"]))
def test_steps_lead_from_near_to_the_world_without_coming_back(code: str, region: str) -> None:
    """The scope itself is no step, no scope comes twice, and the last step is the world."""
    scope = f"lang:{code}{region}"
    flat = [of for step in steps(scope) for of in step]
    assert all(steps(scope))
    assert flat[-1] == GLOBAL
    assert len(set(flat)) == len(flat)
    assert scope not in flat
    assert flat[:2] == [f"lang:{code}", region[1:]] if region else f"lang:{code}" not in flat


@given(st.sampled_from(_LANGUAGES), st.sampled_from(_LANGUAGES))
def test_relations_go_both_ways(one: str, other: str) -> None:
    """Who is filled from a language fills it."""
    there, back = (
        [f"lang:{b}" in step for step in steps(f"lang:{a}")] for a, b in ((one, other), (other, one))
    )
    assert any(there) == any(back)


def test_the_table_of_languages_is_one_of_languages() -> None:
    """Codes are those that the job counts by, each stands once, and groups are codes of ISO 639-5."""
    assert len(set(_LANGUAGES)) == len(_LANGUAGES)
    assert all(language_scope(language_code(code)) == f"lang:{code}" for code in _LANGUAGES)
    assert all(re.fullmatch("[a-z]{3}", family) for family in FAMILIES)
