"""Progress without a terminal: plain lines, not too many."""

import io

from rich.console import Console

from producers.progress import PLAIN_EVERY_S, ProgressBar


def test_without_a_terminal_a_plain_line_appears_every_ten_seconds() -> None:
    """The line names count, total, rate, queue, lag and event time."""
    now_s = [0.0]
    shown = io.StringIO()
    bar = ProgressBar("simulate", 50_000, Console(file=shown), clock=lambda: now_s[0])
    with bar.showing():
        for _ in range(3):
            now_s[0] += PLAIN_EVERY_S / 2
            bar.advance(10_000, queued=7, event_ms=1_760_000_000_000, late_s=1.5)
    lines = shown.getvalue().splitlines()
    assert lines == ["simulate: 20,000 of 50,000  2.0k/s  queue 7  lag 1.5s  at 10-09 08:53"]


def test_a_warning_is_one_line_and_keeps_its_brackets() -> None:
    """Rich markup in a message must not be eaten."""
    shown = io.StringIO()
    ProgressBar("x", None, Console(file=shown, width=20)).warn("topic [bold]x[/bold] is not there " * 3)
    assert shown.getvalue().count("\n") == 1
    assert "[bold]x[/bold]" in shown.getvalue()
