"""What a demonstration shows."""

from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

MINUTE_MS = 60_000
DAY_MS = 86_400_000
PANE_MS = 5 * MINUTE_MS
LONG_PANE_MS = 60 * MINUTE_MS
LONG_SPAN_MS = 60 * DAY_MS  # from here on five-minute panes would be mostly empty
OUT_OF_ORDER_MS = MINUTE_MS
SHOW_S = 75  # how long the events take when somebody watches
SCENARIO_HOURS = 51
# The scenario ends a little before now: closing its last pane takes event time that must not lie ahead,
# since the broker refuses records from the future.
SCENARIO_END_LAG_MS = 10 * MINUTE_MS


@dataclass(frozen=True, slots=True)
class DemoPlan:
    """One demonstration.

    Attributes:
        data: Folder of its stack.
        events: Size of the planted scenario.
        seed: Of the planted scenario.
        malformed: Share of records that must be refused, on top.
        input: A file of one's own instead; None = the scenario.
        mapping: Name or path of its mapping; None = by the file's name.
        end_ms: End of the scenario in event time.
        watch: Somebody watches: take time, show the table, stay.
    """

    data: Path
    events: int
    seed: int
    malformed: float
    input: Path | None
    mapping: str | None
    end_ms: int
    watch: bool

    @property
    def end_text(self) -> str:
        """End of the scenario as the producer command takes it."""
        return datetime.fromtimestamp(self.end_ms / 1000, timezone.utc).strftime("%Y-%m-%dT%H:%MZ")


def pane_for(span_ms: int) -> int:
    """Return the pane length for a stretch of event time: minutes for days, an hour for seasons."""
    return LONG_PANE_MS if span_ms >= LONG_SPAN_MS else PANE_MS
