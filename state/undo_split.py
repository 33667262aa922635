"""Undos apart from their pane: which go to the shards a second time, and when they are settled.

An undo counts in its own pane as any event. What it takes back of earlier panes has to be found among the
kept contributions, within a minute of event time: so undos also travel by the minute, and a minute that does
not lie within one pane in steps that do.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import gcd
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from state import contributions
from state.contributions import MARKER, Contributions
from state.pane_events import CountedEvents
from state.reach import Reach

MINUTE_MS: Final = 60_000
AFTER_MS: Final = 2  # panes end at whole seconds, moderators' decisions hold 1 ms later
_ENGAGEMENT: Final = "engagement"
Bools = npt.NDArray[np.bool_]


class SharedColumns(Protocol):
    """The column that tells a post from a share of one."""

    def strings(self, name: str) -> pa.StringArray:
        """Return texts."""


def step_ms(pane_ms: int) -> int:
    """Return the longest time that fits a whole number of times into both a minute and a pane."""
    return gcd(MINUTE_MS, pane_ms)


def moment_of(step: int, pane_ms: int) -> int:
    """Return the event time at which the undos of a step are settled: the end of its minute, a little later.

    >>> moment_of(3, 300_000), moment_of(17, 10_000)  # the fourth minute; the sixth part of the third
    (240002, 180002)
    """
    return (step * step_ms(pane_ms) // MINUTE_MS + 1) * MINUTE_MS + AFTER_MS


def open_step(step: int, pane_ms: int, watermark_ms: int) -> int:
    """Return the step, or for one that is settled already the first that is not; its pane stays the same.

    Args:
        step: Step of an undo whose pane is still open.
        pane_ms: Length of a pane.
        watermark_ms: Event time that is complete.
    """
    minute = max(step * step_ms(pane_ms) // MINUTE_MS, (watermark_ms - AFTER_MS) // MINUTE_MS)
    return max(step, minute * MINUTE_MS // step_ms(pane_ms))


def steps_at(now_ms: int, pane_ms: int) -> Sequence[int]:
    """Return the steps that are settled at a moment, in order; none at the moments of panes and decisions."""
    if now_ms % MINUTE_MS != AFTER_MS:
        return ()
    first = (now_ms // MINUTE_MS - 1) * MINUTE_MS // step_ms(pane_ms)
    return range(first, first + MINUTE_MS // step_ms(pane_ms))


def pane_of(step: int, pane_ms: int) -> int:
    """Return the pane that a step lies in."""
    return step * step_ms(pane_ms) // pane_ms


def joined(raws: Iterable[bytes]) -> Contributions:
    """Put encoded undos of one step together; some may have come from an earlier one. O(n)."""
    parts = (contributions.CODEC.loads(raw) for raw in raws)
    return contributions.joined(replace(part, pane=0) for part in parts)


def together(raws: Sequence[bytes]) -> bytes:
    """Return many encoded pieces as one in which each undo is still a row."""
    return contributions.CODEC.dumps(joined(raws))


@dataclass(frozen=True, slots=True)
class Undone:
    """The undos of a batch, and where else than where they were asked for they count."""

    events: CountedEvents
    reach: Reach


def undone(event: str, columns: SharedColumns, events: CountedEvents, reach: Reach) -> Undone | None:
    """Return only the undos of a batch, None when there are none. O(n).

    A post that its author deletes goes with everything on it, whoever did it: such undos are marked. A share
    that is deleted takes back what its author did, and leaves the original alone.
    """
    minus = events.weight_milli < 0
    pair = np.flatnonzero(minus[events.topic_row]) if minus.any() else np.zeros(0, np.int64)
    if not pair.size:
        return None
    row, centi = events.topic_row[pair], events.centi[pair]
    if event != _ENGAGEMENT:
        whole = np.asarray(pc.equal(columns.strings("share_of"), ""))
        centi = np.where(whole[row], MARKER, centi)
    used, topic = np.unique(events.topic[pair], return_inverse=True)
    only_undos = replace(
        events,
        topic_row=row,
        topic=topic,
        centi=centi,
        topics=[events.topics[i] for i in used.tolist()],
        by_people=events.by_people[used],
    )
    number = np.full(len(events.topic_row), -1)
    number[pair] = np.arange(len(pair))
    mine = number[reach.pair]
    there = mine >= 0
    return Undone(only_undos, replace(reach, pair=mine[there], place=reach.place[there]))
