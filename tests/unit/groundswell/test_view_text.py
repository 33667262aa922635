"""Numbers, spans, blocks and places as text."""

import doctest

import pytest
from support.trend_records import NOON_MS, PANE_MS, a_record, an_as_of

from serving.ranks import Move, RankMemory, Ranks
from serving.trend import Listing, Trend, listing
from serving.words import say, scopes, sparkline
from serving.words.say import number, span
from serving.words.sparkline import bar


@pytest.mark.parametrize("module", [say, sparkline, scopes])
def test_the_examples_in_the_docstrings_hold(module: object) -> None:
    """Documentation that is run cannot be wrong."""
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


@pytest.mark.parametrize("power", range(10))
@pytest.mark.parametrize("factor", [1.0, 3.14159, 9.94, 9.95, 9.999, 9.99999])
def test_a_number_has_five_characters_at_most(power: int, factor: float) -> None:
    """Columns are five wide; rounding up must not add a sixth."""
    assert len(number(factor * 10**power)) <= 5


@pytest.mark.parametrize("hours", [0.0, 0.5, 0.999, 1.0, 23.99, 24.0, 239.9, 240.0, 9_000.0])
def test_a_span_has_five_characters_at_most(hours: float) -> None:
    """The column of ages is five wide."""
    assert len(span(int(hours * 3_600_000))) <= 5


@pytest.mark.parametrize("share", [-1.0, 0.0, 0.001, 0.33, 0.999, 1.0, 7.0])
def test_a_bar_fills_its_column_exactly(share: float) -> None:
    """Shorter bars are padded and none is longer, or the columns behind it would move."""
    assert len(bar(share, 8)) == 8


def placed(topic: str, position: int | None, **changed: object) -> Trend:
    """A trend at a place."""
    return Trend(position, 1.0, a_record(topic, **changed), an_as_of())


def test_a_move_is_told_against_the_earlier_places() -> None:
    """Up, down, same, new, and risen from below what was read."""
    before = Ranks(NOON_MS - PANE_MS, {"a": 3, "b": 1, "c": 2})
    assert before.move(placed("a", 1)) == (Move.UP, 2)
    assert before.move(placed("b", 4)) == (Move.DOWN, 3)
    assert before.move(placed("c", 2)) == (Move.SAME, 0)
    assert before.move(placed("d", 5, first_seen_ms=NOON_MS - PANE_MS)) == (Move.NEW, 0)
    assert before.move(placed("e", 5, first_seen_ms=NOON_MS - 2 * PANE_MS)) == (Move.UP, 0)
    assert before.move(placed("f", None)) == (Move.UNKNOWN, 0)


def at(minute: int, *topics: str) -> Listing:
    """A list so many minutes after noon."""
    rows = [(placed(t, None).record.rank - n / 10, a_record(t)) for n, t in enumerate(topics)]
    return listing("global", an_as_of(NOON_MS + minute * 60_000), rows)


def test_a_list_is_compared_with_the_one_of_an_earlier_event_time() -> None:
    """Reading the same list again does not make its changes vanish."""
    memory = RankMemory(hold_s=0.0)
    assert memory.see(at(0, "a", "b"), 0.0) is None
    assert memory.see(at(0, "a", "b"), 1.0) is None
    for second in (2.0, 3.0, 400.0):
        base = memory.see(at(5, "b", "a"), second)
        assert base is not None
        assert base.places == {"a": 1, "b": 2}


def test_fast_event_time_does_not_make_arrows_flicker() -> None:
    """What is compared with stays for some seconds, however many panes pass."""
    memory = RankMemory(hold_s=5.0)
    memory.see(at(0, "a", "b"), 0.0)
    bases = [memory.see(at(5 * n, "b", "a"), n / 4) for n in range(1, 30)]
    assert [base.as_of_ms for base in bases if base].count(NOON_MS) == 20
    assert bases[-1] is not None
    assert bases[-1].as_of_ms == NOON_MS + 20 * PANE_MS


def test_event_time_that_goes_back_is_a_new_run() -> None:
    """After a replay from the start nothing is compared with the end of the last run."""
    memory = RankMemory(hold_s=0.0)
    memory.see(at(0, "a"), 0.0)
    assert memory.see(at(60, "a"), 1.0) is not None
    assert memory.see(at(5, "a"), 2.0) is None


def test_a_list_without_a_moment_changes_nothing() -> None:
    """An emptied store is no earlier list."""
    memory = RankMemory(hold_s=0.0)
    memory.see(at(0, "a"), 0.0)
    base = memory.see(at(5, "a"), 1.0)
    assert memory.see(Listing("global", None, ()), 2.0) is base
