"""The picture of a list of trends: header, table, legend. A pure function of what is shown."""

from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from groundswell.view.columns import Row, columns_on
from serving.ranks import Move, Ranks
from serving.trend import Listing
from serving.words.say import clock, moment, span
from serving.words.scopes import plural, scope_name

FRAME_LINES = 6  # header, two rules, heads, legend, note
_HISTORY = "history"
_ROOMY = 70


@dataclass(frozen=True, slots=True)
class Picture:
    """What is shown.

    Attributes:
        listing: The list.
        before: What its places are compared with; None = nothing yet.
        top: Rows at most.
        width: Of the screen, characters.
        note: A line of its own under the table; "" = none.
    """

    listing: Listing
    before: Ranks | None
    top: int
    width: int
    note: str = ""


def rows_that_fit(height: int) -> int:
    """Return how many trends a screen of this height holds, at least 1."""
    return max(height - FRAME_LINES, 1)


def draw(picture: Picture) -> RenderableType:
    """Return the picture; O(rows)."""
    parts = [_header(picture), Rule(style="dim")]
    parts.append(_table(picture) if picture.listing.trends else Text(_nothing(picture.listing), "italic"))
    parts += [Rule(style="dim"), _legend(picture)]
    if picture.note:
        parts.append(Text(picture.note, "yellow", no_wrap=True, overflow="ellipsis"))
    return Group(*parts)


def _header(picture: Picture) -> RenderableType:
    shown = picture.listing
    what = "trends" if shown.kind == "tag" else plural(shown.kind)
    title = Text.assemble(("groundswell", "bold cyan"), f"  {what}, ", (scope_name(shown.scope), "bold"))
    grid = Table.grid(expand=True)
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True, justify="right")
    now = Text("event time has not begun", "dim")
    if shown.as_of is not None:
        label = "event time " if picture.width >= _ROOMY else ""
        now = Text.assemble((label, "dim"), (f"{moment(shown.as_of.as_of_ms)} UTC", "bold"))
    grid.add_row(title, now)
    return grid


def _table(picture: Picture) -> Table:
    columns = columns_on(picture.width)
    table = Table(box=None, expand=True, padding=(0, 1, 0, 0), pad_edge=False, header_style="dim")
    for column in columns:
        width = column.width_on(picture.width) or None
        table.add_column(
            column.head,
            justify=column.justify,
            width=width,
            ratio=None if width else 1,
            no_wrap=True,
            overflow="ellipsis",
        )
    shown = picture.listing.trends[: picture.top]
    strongest = max((trend.strength for trend in shown), default=1.0)
    for trend in shown:
        move = picture.before.move(trend) if picture.before else (Move.UNKNOWN, 0)
        row = Row(trend, move, strongest, picture.listing.scope)
        table.add_row(*(column.cell(row, column.width_on(picture.width)) for column in columns))
    return table


def _legend(picture: Picture) -> Text:
    parts: list[tuple[str, str] | str] = [("●", "bold red"), (" burst alert", "dim")]
    as_of = picture.listing.as_of
    if as_of is not None:
        if picture.before is not None:
            since = clock(picture.before.as_of_ms, as_of.as_of_ms)
            parts += [("   ▲", "green"), ("▼", "red"), (f" since {since}", "dim")]
        cells = [c.width_on(picture.width) for c in columns_on(picture.width) if c.head == _HISTORY]
        if cells:
            reach = span(cells[0] * as_of.pane_ms)
            parts += [("   ▂▅█", "cyan"), (f" last {reach}, {span(as_of.pane_ms)} each", "dim")]
        parts.append((f"   strength halves in {span(as_of.half_life_ms)}", "dim"))
    return Text.assemble(*parts, no_wrap=True, overflow="ellipsis")


def _nothing(shown: Listing) -> str:
    if shown.as_of is None:
        return "No list yet: it appears when the job closes its first pane."
    return f"Nothing trends in {scope_name(shown.scope)} at this moment."
