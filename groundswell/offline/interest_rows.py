"""Read a file of events for the interest model: one row an event, an impression or a candidate."""

import csv
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from state.topics import normalise

COLUMNS = (
    "event_time_ms", "user_id", "item_id", "creator_id", "topics", "action", "label", "impression_id",
)  # fmt: skip
_NEEDED = COLUMNS[:3]
_LABELS = {"": None, "1": 1, "0": 0, "1.0": 1, "0.0": 0, "true": 1, "false": 0}
_MAX_TOPICS = 32  # of one row; more are left out


class InterestsError(ValueError):
    """The file is not a list of events; the message says which row and what was expected."""


class Row(NamedTuple):
    """One row.

    Attributes:
        at_ms: Event time, UTC.
        user: User id.
        item: Item id; empty = unknown.
        creator: Creator id; empty = unknown.
        topics: Normalised topics, none twice.
        action: Lower case; empty = unknown.
        label: 1, 0, or None when there is none to learn.
        impression: Rows of one slate share it; empty = the row stands alone.
    """

    at_ms: int
    user: str
    item: str
    creator: str
    topics: tuple[str, ...]
    action: str
    label: int | None
    impression: str


def read_rows(lines: Iterable[str]) -> Iterator[Row]:
    """Yield the rows of a CSV with a header; columns in any order, others ignored. About 2 us a row.

    Raises:
        InterestsError: A missing column or a value that cannot be read, with its row, counted from 0.
    """
    reader = csv.reader(lines)
    head = [name.strip().lower().lstrip("\ufeff") for name in next(reader, [])]
    missing = [name for name in _NEEDED if name not in head]
    if missing:
        raise InterestsError(
            f"header: found {','.join(head)!r}, expected the columns {','.join(COLUMNS)}; missing: "
            f"{', '.join(missing)}"
        )
    places = [head.index(name) if name in head else -1 for name in COLUMNS]
    width = len(head)
    time, user, item, creator, topics, action, label, impression = places
    at = -1
    for cells in reader:
        if not cells:
            continue
        at += 1
        if len(cells) != width:
            raise InterestsError(f"row {at}: found {len(cells)} values, expected {width} as in the header")
        cells.append("")  # what a missing column holds, at place -1
        try:
            stamp = int(cells[time])
        except ValueError:
            stamp = _whole(cells[time], at)
        text = cells[label].strip().lower()
        if text not in _LABELS:
            raise InterestsError(f"row {at}: label is {cells[label]!r}, expected 1, 0 or nothing")
        if not cells[user]:
            raise InterestsError(f"row {at}: user_id is empty, expected an id")
        yield Row(
            stamp,
            cells[user],
            cells[item],
            cells[creator],
            _topics(cells[topics]),
            cells[action].strip().lower(),
            _LABELS[text],
            cells[impression],
        )


def last_rows(rows: Iterable[Row]) -> dict[str, int]:
    """Return the number of the last row of each impression: a slate is learned after all of it is scored."""
    return {row.impression: at for at, row in enumerate(rows) if row.impression}


def _whole(text: str, at: int) -> int:
    """Return a time that is written like 1.5e12 or 1511514993000.0."""
    try:
        return int(float(text))
    except (ValueError, OverflowError):
        raise InterestsError(
            f"row {at}: event_time_ms is {text!r}, expected whole milliseconds since 1970, UTC"
        ) from None


@lru_cache(maxsize=1 << 16)
def _topics(text: str) -> tuple[str, ...]:
    """Return the topics of ``a|b``, as live events spell them."""
    if not text:
        return ()
    found = dict.fromkeys(normalise(part) for part in text.split("|"))
    found.pop("", None)
    return tuple(found)[:_MAX_TOPICS]
