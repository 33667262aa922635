"""A list merges what is one, links what belongs together, and shows to everybody what people allowed."""

from dataclasses import replace

import pytest

from state.list_config import ListConfig
from state.list_news import together
from state.list_state import ListChange, ListState
from state.trend_config import TrendConfig
from state.trend_list import settle
from tests.support.list_parts import CFG, END_MS, PANE_MS, news, record

DAY_MS = 86_400_000


def places(change: ListChange) -> list[str]:
    """Return topics in their order."""
    return [topic for topic, _ in change.places]


def told(change: ListChange, topic: str) -> str:
    """Return the review word of a topic that readers were told of."""
    return next(one for one in change.records if one.topic == topic).review


def test_two_spellings_are_one_topic_with_the_strength_of_both() -> None:
    """Independent people: their strengths add up, and a reader sees one name with its alias."""
    change = settle(
        CFG,
        ListState(),
        news(
            (record("court ruling", 9.0), range(10), range(10)),
            (record("courtruling", 7.0), range(100, 110), range(100, 110)),
            (record("tea", 12.0), range(200, 210), range(200, 210)),
        ),
        END_MS,
    )
    assert places(change) == ["court ruling", "tea"]
    merged = next(one for one in change.records if one.topic == "court ruling")
    assert merged.aliases == ("courtruling",)
    assert 2 ** (merged.rank - END_MS / CFG.half_life_ms) == pytest.approx(16.0)
    assert merged.recent_users == 20
    alias = next(one for one in change.records if one.topic == "courtruling")
    assert (alias.rank, alias.reasons) == (0.0, ("another name of court ruling",))


def test_names_on_the_same_posts_are_one_and_count_once() -> None:
    """Whoever said the one said the other: nothing is added."""
    change = settle(
        CFG,
        ListState(),
        news(
            (record("worldcup", 9.0), range(20), range(20)),
            (record("wc2026", 8.0), range(20), range(20)),
        ),
        END_MS,
    )
    assert places(change) == ["worldcup"]
    assert 2 ** (change.places[0][1] - END_MS / CFG.half_life_ms) == pytest.approx(9.0)


def test_a_small_topic_inside_a_large_one_is_related_to_it_and_stays() -> None:
    """A race is not all of sport."""
    change = settle(
        CFG,
        ListState(),
        news(
            (record("sport", 9.0), range(60), range(60)),
            (record("f1", 8.0), range(8), range(8)),
        ),
        END_MS,
    )
    assert places(change) == ["sport", "f1"]
    assert [one.related for one in change.records if one.topic == "f1"] == [("sport",)]


def test_the_name_that_led_keeps_the_lead_for_a_while() -> None:
    """Names do not change for a trifle, but they do when another is twice as strong."""
    state = ListState()
    pair = (("court ruling", 9.0), ("courtruling", 8.0)), (("court ruling", 9.0), ("courtruling", 12.0))
    heads = []
    for i, told_now in enumerate((*pair, (("court ruling", 9.0), ("courtruling", 30.0)))):
        at_ms = END_MS + i * PANE_MS
        parts = [(record(topic, s, at_ms), range(9), range(9)) for topic, s in told_now]
        heads.append(places(settle(CFG, state, news(*parts), at_ms)))
    assert heads == [["court ruling"], ["court ruling"], ["courtruling"]]


def test_links_that_look_alike_stay_apart() -> None:
    """Only names have spellings."""
    change = settle(
        CFG,
        ListState(),
        news(
            (record("https://a.example/bc", kind="link"), range(9), range(9)),
            (record("https://a.example/b-c", kind="link"), range(9), range(9)),
        ),
        END_MS,
    )
    assert len(change.places) == 2


def test_where_more_are_active_a_topic_needs_more_people_and_keeps_its_place() -> None:
    """Three people are a trend in a village; in a town it takes more, once."""
    few = (record("tea", recent_users=3), range(3), range(3))
    village = settle(CFG, ListState(), news(few, active=range(20)), END_MS)
    assert places(village) == ["tea"]
    state = ListState()
    town = settle(CFG, state, news(few, active=range(3_000)), END_MS)
    assert places(town) == []
    assert town.records[0].reasons[-1].startswith("needs 8 ")
    assert not town.records[0].alert
    later = END_MS + PANE_MS
    many = (record("tea", at_ms=later, alert=True, alert_ms=END_MS - PANE_MS), range(30), range(30))
    seen = settle(CFG, state, news(many, active=range(3_000)), later)
    assert places(seen) == ["tea"]
    assert seen.records[0].alert_ms == later - PANE_MS, "nobody could know before"
    faded = settle(CFG, state, news((record("tea", at_ms=later + PANE_MS), [], [])), later + PANE_MS)
    assert places(faded) == ["tea"]


def test_only_what_a_person_allowed_is_shown_to_everybody() -> None:
    """The others wait, and a person is asked once a day."""
    state = ListState()
    first = settle(
        CFG,
        state,
        news(
            (record("tea"), range(9), range(9)),
            (record("milk", review="allowed"), range(50, 59), range(50, 59)),
        ),
        END_MS,
    )
    assert [topic for topic, _ in first.allowed] == ["milk"]
    assert [one.topic for _, one in first.ask] == ["tea"]
    assert (told(first, "tea"), told(first, "milk")) == ("pending", "allowed")
    for ms, asked in ((PANE_MS, []), (DAY_MS, ["tea"])):
        at_ms = END_MS + ms
        again = settle(CFG, state, news((record("tea", at_ms=at_ms), range(9), range(9))), at_ms)
        assert [one.topic for _, one in again.ask] == asked


def test_another_name_has_to_be_allowed_as_well_unless_it_is_only_spelled_otherwise() -> None:
    """Who allowed one name has not seen the other."""
    for alias, word in (("wc2026", "pending"), ("world cup", "allowed")):
        parts = [
            (record("worldcup", review="allowed"), range(9), range(9)),
            (record(alias, 5.0), range(9), range(9)),
        ]
        assert told(settle(CFG, ListState(), news(*parts), END_MS), "worldcup") == word


def test_only_the_first_places_are_given_to_people() -> None:
    """The long tail of a list costs nobody's time."""
    cfg = replace(CFG, lists=ListConfig(review_places=2))
    parts = [(record(f"t{i}", 9.0 - i), [10 * i + k for k in range(9)], [i]) for i in range(5)]
    assert [one.topic for _, one in settle(cfg, ListState(), news(*parts), END_MS).ask] == ["t0", "t1"]


def test_a_topic_that_ended_well_three_times_needs_no_review() -> None:
    """Until something is suspicious, or a denial."""
    state, at_ms = ListState(), END_MS

    def once(**changed: object) -> ListChange:
        """Let the topic trend, then fade."""
        nonlocal at_ms
        at_ms += DAY_MS
        shown = settle(CFG, state, news((record("tea", at_ms=at_ms, **changed), range(9), range(9))), at_ms)
        at_ms += DAY_MS
        settle(CFG, state, news(), at_ms)
        return shown

    for _ in range(3):
        assert told(once(review="allowed"), "tea") == "allowed"
    assert told(once(), "tea") == "trusted"
    assert told(once(flags=("duplicates",)), "tea") == "pending"
    assert told(once(), "tea") == "trusted"
    at_ms += PANE_MS
    settle(CFG, state, news((record("tea", at_ms=at_ms), range(9), range(9))), at_ms)
    at_ms += PANE_MS
    settle(CFG, state, news((record("tea", 0.0, reasons=("denied",)), [], [])), at_ms)
    assert told(once(), "tea") == "pending"


def test_who_leaves_is_told_once_and_has_no_place() -> None:
    """A correction takes a topic out at once."""
    state = ListState()
    settle(CFG, state, news((record("tea"), range(9), range(9))), END_MS)
    gone = settle(CFG, state, news((record("tea", 0.0, reasons=("withdrawn",)), [], [])), END_MS + 1)
    assert places(gone) == []
    assert [one.reasons for one in gone.records] == [("withdrawn",)]


def test_readers_are_told_only_what_changed() -> None:
    """A topic without news is not written again."""
    state = ListState()
    settle(CFG, state, news((record("tea"), range(9), range(9))), END_MS)
    later = END_MS + PANE_MS
    quiet = settle(CFG, state, news((record("milk", at_ms=later), range(50, 59), range(50, 59))), later)
    assert [one.topic for one in quiet.records] == ["milk"]
    assert places(quiet) == ["milk", "tea"]


def test_the_last_word_of_a_moment_holds() -> None:
    """Who is banned is weaker first and denied then, both in one correction."""
    state = ListState()
    settle(CFG, state, news((record("tea"), range(9), range(9))), END_MS)
    told = news((record("tea", 2.0), [], []), (record("tea", 0.0, reasons=("denied",)), [], []))
    change = settle(CFG, state, together([told]), END_MS + 1)
    assert places(change) == []
    assert [one.reasons for one in change.records] == [("denied",)]


def test_settings_are_checked() -> None:
    """All that is out of range is named at once."""
    with pytest.raises(ValueError, match=r"(?s)lists.window_ms.*lists.merge_overlap"):
        TrendConfig(lists=ListConfig(window_ms=0, merge_overlap=0.0))
