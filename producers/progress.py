"""A progress bar on stderr: rate, records under way, and how far event time is behind."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

PLAIN_EVERY_S = 10.0


class ProgressBar:
    """Shows one source while `showing`; without a terminal it prints a plain line every ten seconds instead.

    Args:
        title: What is produced.
        total: Records expected; None = unknown.
        console: Where to draw; stderr by default.
        clock: Monotonic seconds.
    """

    def __init__(
        self,
        title: str,
        total: int | None,
        console: Console | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._console = console or Console(stderr=True)
        self._title, self._total, self._clock = title, total, clock
        self._done = 0
        self._started_s = self._shown_s = clock()
        self._bar = Progress(
            TextColumn("[bold]{task.description}"),
            BarColumn(bar_width=10),
            TextColumn("{task.completed:,.0f}"),
            TextColumn("{task.fields[note]}", style="cyan"),
            TimeElapsedColumn(),
            console=self._console,
            refresh_per_second=4,
            disable=not self._console.is_terminal,
        )
        self._task: TaskID = self._bar.add_task(title, total=total, note="")

    @contextmanager
    def showing(self) -> Iterator["ProgressBar"]:
        """Draw the bar for a block."""
        with self._bar:
            yield self

    def advance(self, records: int, *, queued: int, event_ms: int, late_s: float) -> None:
        """Count records produced.

        Args:
            records: Newly produced.
            queued: Not yet acknowledged.
            event_ms: Newest event time, milliseconds UTC; 0 = none yet.
            late_s: How far behind its pace the source is, seconds.
        """
        self._done += records
        elapsed_s = max(self._clock() - self._started_s, 1e-6)
        # Short enough for 80 columns: a line that wraps is no bar.
        note = f"{self._done / elapsed_s / 1000:,.1f}k/s  queue {queued:,}  lag {late_s:.1f}s"
        if event_ms:
            note += f"  at {datetime.fromtimestamp(event_ms / 1000, timezone.utc):%m-%d %H:%M}"
        self._bar.update(self._task, completed=self._done, note=note)
        if not self._console.is_terminal and self._clock() - self._shown_s >= PLAIN_EVERY_S:
            self._shown_s = self._clock()
            of = f" of {self._total:,}" if self._total else ""
            self._console.print(f"{self._title}: {self._done:,}{of}  {note}", highlight=False, soft_wrap=True)

    def warn(self, line: str) -> None:
        """Print one line above the bar."""
        self._console.print(f"warning: {line}", style="yellow", markup=False, highlight=False, soft_wrap=True)
