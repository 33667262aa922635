"""The table of trends, drawn on fixed data."""

import io
from pathlib import Path

import pytest
from rich.console import Console
from rich.text import Text
from support.trend_records import NOON_MS, PANE_MS, a_record, an_as_of

from groundswell.view.table import FRAME_LINES, Picture, draw, rows_that_fit
from serving.ranks import Ranks
from serving.trend import Listing, listing

LONG = "election night and the morning after it"
BEFORE = Ranks(NOON_MS - PANE_MS, {"eclipse": 3, LONG: 2, "東京オリンピック": 1, "snow": 4})
PICTURES = Path(__file__).parent / "pictures"


def some_trends() -> Listing:
    """A burst, a rise, a fall, something new, something that fades."""
    start_ms = NOON_MS - PANE_MS
    records = (
        a_record("eclipse", observed=140.0, expected=2.2, score=9.7, users=120, peak_strength=206.0,
                 alert=True, alert_ms=start_ms, reasons=("burst", "surprise 7.1")),
        a_record(LONG, peak_strength=16.3),
        a_record("東京オリンピック", expected=11_480.0, peak_strength=7.7,
                 first_seen_ms=NOON_MS - 2 * 86_400_000),
        a_record("derby", expected=0.0, peak_strength=4.9, first_seen_ms=start_ms),
        a_record("old news", pane_start_ms=NOON_MS - 5 * PANE_MS, first_seen_ms=NOON_MS - 18 * PANE_MS,
                 peak_ms=NOON_MS - 17 * PANE_MS, peak_strength=2.1),
    )  # fmt: skip
    return listing("global", an_as_of(), [(record.rank, record) for record in records])


def drawn(picture: Picture, *, colour: bool = False, height: int = 40) -> str:
    """The picture as text without blanks at the ends of lines."""
    console = Console(
        file=io.StringIO(),
        width=picture.width,
        height=height,
        force_terminal=colour,
        color_system="truecolor" if colour else None,
        legacy_windows=False,
    )
    with console.capture() as captured:
        console.print(draw(picture))
    return "".join(f"{line.rstrip()}\n" for line in captured.get().splitlines())


@pytest.mark.parametrize("width", [60, 80, 160])
def test_the_table_is_the_picture_in_the_file(width: int) -> None:
    """What people see, character by character. A wanted change: look at the new picture, then store it."""
    expected = (PICTURES / f"table_{width}.txt").read_text("utf-8")
    assert drawn(Picture(some_trends(), BEFORE, 20, width)) == expected


@pytest.mark.parametrize("width", [30, 40, 59, 60, 71, 72, 79, 80, 119, 120, 149, 150, 300])
def test_no_line_is_wider_than_the_screen(width: int) -> None:
    """Nothing wraps at any width, and each trend keeps its one line."""
    shown = some_trends()
    with_note = Picture(shown, BEFORE, 20, width, note="a note " * 60)
    lines = drawn(with_note).splitlines()
    assert len(lines) == FRAME_LINES + len(shown.trends)
    assert max(Console(width=width).measure(line).maximum for line in lines) <= width


def test_colour_is_only_an_addition() -> None:
    """Without colours nothing is lost: a reader without them has the same characters."""
    plain, coloured = (
        drawn(Picture(some_trends(), BEFORE, 20, 80), colour=colour) for colour in (False, True)
    )
    assert "\x1b[" in coloured
    assert "\x1b[" not in plain
    assert [Text.from_ansi(line).plain.rstrip() for line in coloured.splitlines()] == plain.splitlines()


def test_a_topic_cannot_write_markup() -> None:
    """Square brackets of a topic are shown as they are."""
    shown = listing("global", an_as_of(), [(a_record().rank, a_record("[bold red]x[/]"))])
    assert "[bold red]x[/]" in drawn(Picture(shown, None, 20, 120))


def test_an_empty_list_says_why() -> None:
    """Nothing yet and nothing now are two things."""
    assert "when the job closes its first pane" in drawn(Picture(Listing("global", None, ()), None, 9, 80))
    assert "Nothing trends in language en" in drawn(Picture(Listing("lang:en", an_as_of(), ()), None, 9, 80))


def test_the_picture_fits_the_height() -> None:
    """A screen of 24 lines holds 18 trends, a tiny one still one."""
    assert rows_that_fit(24) == 18
    assert rows_that_fit(3) == 1
    assert drawn(Picture(some_trends(), BEFORE, 2, 80)).count("45m") == 2
