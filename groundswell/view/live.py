"""A picture that is drawn again and again until the reader has seen enough."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from rich.console import Console, RenderableType
from rich.live import Live

from groundswell.view.table import Picture, draw, rows_that_fit
from serving.errors import StoreUnavailableError
from serving.ranks import RankMemory
from serving.trend import Listing

REFRESH_S = 0.25


class Frames:
    """Reads a list and draws it; keeps the last one while the store is away.

    Args:
        read: Reads the list; raises StoreUnavailableError when the store is away.
        first: What is shown before the first read.
        top: Rows at most.
    """

    def __init__(self, read: Callable[[], Listing], first: Listing, top: int) -> None:
        self._read = read
        self._top = top
        self._memory = RankMemory()
        self._last = first

    def next(self, console: Console, at_s: float, note: str = "") -> RenderableType:
        """Return the picture of this moment, as large as the console allows."""
        try:
            self._last = self._read()
        except StoreUnavailableError as error:
            note = f"shown as last read: {error}"
        before = self._memory.see(self._last, at_s)
        rows = min(self._top, rows_that_fit(console.height)) if console.is_terminal else self._top
        return draw(Picture(self._last, before, rows, console.width, note))

    @property
    def shown(self) -> Listing:
        """The list that was drawn last."""
        return self._last


def watch(frames: Frames, console: Console, note: Callable[[], str] = str) -> None:
    """Show frames on the whole screen until an interrupt; then leave the last one on the normal screen.

    Args:
        frames: What is drawn.
        console: Where.
        note: Asked for a line under the table each time.
    """
    picture: RenderableType = ""
    with _terminable():
        try:
            with Live(console=console, screen=True, auto_refresh=False) as live:
                while True:
                    picture = frames.next(console, time.monotonic(), note())
                    live.update(picture, refresh=True)
                    time.sleep(REFRESH_S)
        except KeyboardInterrupt:  # the ordinary way to end a watch
            console.print(picture)


def follow(frames: Frames, console: Console, emit: Callable[[Listing, RenderableType], None]) -> None:
    """Hand on each list whose event time is another than before, until an interrupt. For pipes and files."""
    seen_ms: int | None = None
    with _terminable(), suppress(KeyboardInterrupt):
        while True:
            picture = frames.next(console, time.monotonic())
            as_of = frames.shown.as_of
            if as_of is not None and as_of.as_of_ms != seen_ms:
                seen_ms = as_of.as_of_ms
                emit(frames.shown, picture)
            time.sleep(REFRESH_S)


@contextmanager
def _terminable() -> Iterator[None]:
    """Let SIGTERM end a watch like an interrupt: otherwise the terminal stays on the other screen."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    old = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, old)
