"""The columns of the table of trends: what each shows, how wide it is, and on which screens it appears."""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from typing import Literal

from rich.text import Text

from serving.ranks import Move
from serving.trend import Trend
from serving.words.say import number, span
from serving.words.sparkline import bar, sparkline
from state.alert_tests import NO_ALERT

WIDE = 120  # characters from which observed, expected and why have room of their own
FADING_AFTER_MS = 3_600_000
_WIDEST = 1_000
# Medium tones: readable on dark and on light screens.
_HEAT = ("#4c78a8", "#3b9ea0", "#6aa84f", "#e0962f", "#dc4c2e")
_MOVES = {
    Move.NEW: ("new", "bold green"),
    Move.UP: ("▲", "green"),
    Move.DOWN: ("▼", "red"),
    Move.SAME: ("·", "dim"),
    Move.UNKNOWN: ("", ""),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One trend and what its cells need to know about the others and about the list they stand in."""

    trend: Trend
    move: tuple[Move, int]
    top_strength: float
    home: str

    @property
    def share(self) -> float:
        """Length of the strength bar, 0 to 1, against the strongest.

        Strength is the square of a surprise in deviations; the bar shows the surprise, so that the weaker
        half of a list is seen too.
        """
        return sqrt(self.trend.strength / self.top_strength)

    @property
    def fading(self) -> bool:
        """True when its strongest pane was over an hour ago and no alert is in force."""
        record = self.trend.record
        return (
            not record.alert and self.trend.as_of.as_of_ms - record.peak_ms - record.pane_ms > FADING_AFTER_MS
        )


Cell = Callable[[Row, int], Text]


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        head: Its title.
        cell: Makes the text of a row, given the column's width.
        width: In characters; 0 = takes what is left.
        wide_width: The same on a wide screen.
        justify: Side to which it is aligned.
        start: Screen width from which it is shown.
        end: Screen width from which it is no longer shown.
    """

    head: str
    cell: Cell
    width: int
    wide_width: int = 0
    justify: Literal["left", "right"] = "right"
    start: int = 0
    end: int = _WIDEST

    def width_on(self, screen: int) -> int:
        """Return its width on a screen."""
        return self.wide_width if self.wide_width and screen >= WIDE else self.width


def columns_on(screen: int) -> list[Column]:
    """Return the columns that a screen of this width shows."""
    return [column for column in COLUMNS if column.start <= screen < column.end]


def heat(share: float) -> str:
    """Return the colour of a share, from cool to hot."""
    return _HEAT[min(int(share * len(_HEAT)), len(_HEAT) - 1)]


def _place(row: Row, _width: int) -> Text:
    return Text(str(row.trend.position or "-"), "bold")


def _move(row: Row, _width: int) -> Text:
    move, by = row.move
    sign, style = _MOVES[move]
    return Text(f"{sign}{by or ''}", style)


def _mark(row: Row, _width: int) -> Text:
    return Text("●", "bold red") if row.trend.record.alert else Text(" ")


def _topic(row: Row, _width: int) -> Text:
    style = "bold" if row.trend.record.alert else "dim" if row.fading else ""
    record = row.trend.record
    origin = f"  ({record.scope})" if record.scope != row.home else ""
    return Text.assemble((record.topic, style), (origin, "dim"))


def _history(row: Row, width: int) -> Text:
    return Text(sparkline(row.trend.history(width), width), "dim" if row.fading else "cyan")


def _bar(row: Row, width: int) -> Text:
    return Text(bar(row.share, width), heat(row.share))


def _why(row: Row, _width: int) -> Text:
    why = (word for word in row.trend.record.reasons if not word.startswith(NO_ALERT))
    return Text(", ".join(why), "dim")


def _value(of: Callable[[Trend], str]) -> Cell:
    """Return a cell of plain text, dim when the topic was silent in the newest pane."""

    def cell(row: Row, _width: int) -> Text:
        return Text(of(row.trend), "dim" if row.trend.silent_panes else "")

    return cell


def lift(trend: Trend) -> str:
    """Return how many times the expected count was seen, or "" when nothing was expected.

    Over 999 the number would only say that almost nothing was expected.
    """
    record = trend.record
    if record.expected <= 0:
        return ""
    times = record.observed / record.expected
    return ">999" if times >= _WIDEST else f"x{number(times)}"


COLUMNS = (
    Column("#", _place, 3),
    Column("", _move, 4, justify="left"),
    Column("", _mark, 1, justify="left"),
    Column("topic", _topic, 0, justify="left"),
    Column("history", _history, 12, 24, justify="left", start=60),
    Column("strength", _bar, 8, 16, justify="left", start=72),
    Column("", lambda row, _: Text(number(row.trend.strength)), 5),
    Column("seen/exp", _value(lambda t: f"{number(t.record.observed)}/{number(t.record.expected)}"), 9,
           start=80, end=WIDE),
    Column("seen", _value(lambda t: number(t.record.observed)), 5, start=WIDE),
    Column("expected", _value(lambda t: number(t.record.expected)), 8, start=WIDE),
    Column("lift", _value(lift), 6, start=WIDE),
    Column("score", _value(lambda t: f"{t.record.score:.1f}"), 5, start=WIDE),
    Column("users", _value(lambda t: number(t.record.users)), 5, start=60),
    Column("age", lambda row, _: Text(span(row.trend.age_ms)), 5),
    Column("why", _why, 30, justify="left", start=150),
)  # fmt: skip
