"""What a list is compared with, so that an arrow means something.

A list that is read four times a second hardly ever differs from the one before. So a list is compared with
the last one of an earlier event time; and when event time runs fast, that one stays for some seconds, or the
arrows would flicker.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from serving.trend import Listing, Trend

HOLD_S = 5.0


class Move(Enum):
    """How a topic's place changed."""

    NEW = "new"
    UP = "up"
    DOWN = "down"
    SAME = "same"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Ranks:
    """Places at an earlier moment of event time."""

    as_of_ms: int
    places: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, shown: Listing) -> "Ranks | None":
        """Return the places of a list; None when it has no moment."""
        if shown.as_of is None:
            return None
        places = {t.record.topic: t.position for t in shown.trends if t.position is not None}
        return cls(shown.as_of.as_of_ms, places)

    def move(self, trend: Trend) -> tuple[Move, int]:
        """Return how a topic moved since, and by how many places.

        A topic that was in the list but below the part that was read came up by an unknown number: (UP, 0).
        """
        before, now = self.places.get(trend.record.topic), trend.position
        if now is None:
            return Move.UNKNOWN, 0
        if before is None:
            entered_ms = trend.record.first_seen_ms + trend.record.pane_ms
            return (Move.NEW, 0) if entered_ms > self.as_of_ms else (Move.UP, 0)
        if before == now:
            return Move.SAME, 0
        return (Move.UP, before - now) if before > now else (Move.DOWN, now - before)


@dataclass(slots=True)
class RankMemory:
    """Chooses what the list on the screen is compared with."""

    hold_s: float = HOLD_S
    base: Ranks | None = None
    _base_at_s: float = float("-inf")
    _shown: Ranks | None = None

    def see(self, shown: Listing, at_s: float) -> Ranks | None:
        """Take the list that is about to be shown and return what to compare it with.

        Args:
            shown: The list.
            at_s: Any clock that does not go back, seconds.
        """
        now = Ranks.of(shown)
        if now is None:
            return self.base
        if self._shown is not None and now.as_of_ms < self._shown.as_of_ms:
            self.base, self._base_at_s = None, float("-inf")  # a new run: nothing before it compares
        elif (
            self._shown is not None
            and now.as_of_ms > self._shown.as_of_ms
            and at_s - self._base_at_s >= self.hold_s
        ):
            self.base, self._base_at_s = self._shown, at_s
        self._shown = now
        return self.base
