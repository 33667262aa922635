"""What became of the rows of a file: every row is counted exactly once."""

from collections import Counter
from dataclasses import dataclass, field

from producers.mapping.event import Mapped, Rejected, Skipped
from producers.sources.lines import Malformed

MAX_EXAMPLES = 10


@dataclass(slots=True)
class Tally:
    """Counts of one pass; rows = events + malformed + rejected + skipped.

    Attributes:
        kinds: `event.action` -> events.
        malformed: Reason -> lines that are not rows.
        rejected: Reason -> rows that gave no event although the mapping wanted one.
        skipped: Reason -> rows that the mapping leaves out.
        examples: The first malformed and rejected rows, with line numbers.
        max_disorder_ms: How far the most delayed event lies behind the newest one before it in its topic:
            topics have watermarks of their own.
    """

    kinds: Counter[str] = field(default_factory=Counter)
    malformed: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)
    events: int = 0
    first_ms: int = 0
    last_ms: int = 0
    max_disorder_ms: int = 0
    _newest_ms: dict[str, int] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """Rows seen."""
        refused = sum(self.malformed.values()) + sum(self.rejected.values())
        return self.events + refused + sum(self.skipped.values())

    def count(self, mapped: Mapped) -> None:
        """Count one event."""
        at_ms = mapped.source_ms
        self.kinds[f"{mapped.event}.{mapped.action}"] += 1
        self.first_ms = min(self.first_ms, at_ms) if self.events else at_ms
        self.last_ms = max(self.last_ms, at_ms)
        self.events += 1
        behind_ms = self._newest_ms.get(mapped.event, at_ms) - at_ms
        if behind_ms > 0:
            self.max_disorder_ms = max(self.max_disorder_ms, behind_ms)
        else:
            self._newest_ms[mapped.event] = at_ms

    def refuse(self, line: int, what: Malformed | Rejected | Skipped) -> str:
        """Count one row without an event; return a sentence about it, empty for a skipped one."""
        if isinstance(what, Skipped):
            self.skipped[what.reason] += 1
            return ""
        kind = "malformed" if isinstance(what, Malformed) else "rejected"
        (self.malformed if isinstance(what, Malformed) else self.rejected)[what.reason] += 1
        sentence = f"line {line}: {kind}: {what.reason}" + (f" ({what.detail})" if what.detail else "")
        if len(self.examples) < MAX_EXAMPLES:
            self.examples.append(sentence)
        return sentence

    def summary(self) -> dict[str, object]:
        """Counts as JSON values."""
        return {
            "rows": self.rows,
            "events": self.events,
            "kinds": dict(self.kinds),
            "malformed": dict(self.malformed),
            "rejected": dict(self.rejected),
            "skipped": dict(self.skipped),
            "examples": list(self.examples),
            "first_ms": self.first_ms,
            "last_ms": self.last_ms,
            "max_disorder_ms": self.max_disorder_ms,
        }
