"""What a list does with news of undos: a topic keeps what is known of it, and only falls."""

from state.list_state import ListState
from state.shard_correction import UNDONE
from state.trend_list import settle
from tests.support.list_parts import CFG, END_MS, news, record


def test_news_of_undos_lower_a_topic_and_leave_what_is_known_of_it() -> None:
    """Flags, people and expectation were told by the pane; the place is the new one."""
    state = ListState()
    known = record("tea", 9.0, flags=("duplicates",), users=44, reasons=("trending",))
    settle(
        CFG,
        state,
        news((known, range(10), range(10)), (record("milk", 8.0), range(50, 59), range(50, 59))),
        END_MS,
    )
    lower = record("tea", 4.0, reasons=(UNDONE,), users=0, history=(1.0, 2.0))
    change = settle(CFG, state, news((lower, (), ())), END_MS + 2)
    assert [topic for topic, _ in change.places] == ["milk", "tea"]
    (told,) = [one for one in change.records if one.topic == "tea"]
    assert (told.flags, told.users, told.history) == (("duplicates",), 44, (1.0, 2.0))
    assert told.reasons == ("trending", UNDONE)
    again = settle(CFG, state, news((lower, (), ())), END_MS + 60_002)
    assert [one.reasons for one in again.records if one.topic == "tea"] in ([], [("trending", UNDONE)])


def test_undos_of_a_topic_without_place_are_no_news() -> None:
    """Only what a pane says makes a candidate."""
    state = ListState()
    change = settle(CFG, state, news((record("tea", 9.0, reasons=(UNDONE,)), (), ())), END_MS + 2)
    assert (change.places, change.records, state.candidates) == ([], [], {})
