"""Events as a table of small numbers: one array per column, so that everything stays vectorised.

Names, ids and texts are only looked up when the final columns are built (`columns.py`).
"""

from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

ENGAGEMENT, CONTENT, MODERATION = 0, 1, 2
POST, USER, QUERY, TOPIC = 0, 1, 2, 3  # what an item number counts
NONE = -1

COLUMNS: Final[dict[str, tuple[type, int]]] = {  # name -> (type, value when a maker does not set it)
    "seq": (np.int64, 0),  # unique number; the event id is a function of it
    "at_ms": (np.int64, 0),
    "arrival_ms": (np.int64, 0),  # order on the wire
    "kind": (np.int8, ENGAGEMENT),
    "action": (np.int8, 0),  # symbol number of that kind's enum
    "actor": (np.int32, NONE),
    "item": (np.int64, 0),
    "item_type": (np.int8, POST),
    "author": (np.int32, NONE),
    "t0": (np.int32, NONE),  # topics as name numbers
    "t1": (np.int32, NONE),
    "t2": (np.int32, NONE),
    "item_lang": (np.int8, NONE),
    "lang": (np.int8, NONE),  # of the request
    "region": (np.int8, NONE),
    "decision": (np.int64, NONE),
    "position": (np.int16, NONE),
    "value": (np.float64, 0),
    "text_a": (np.int32, NONE),
    "text_b": (np.int32, NONE),
    "plant": (np.int16, NONE),  # which plant made it; never leaves the simulator
    "damage": (np.int8, 0),
    "copy": (np.int8, 0),  # 1: a second copy of a record
}

Rows = dict[str, npt.NDArray[np.generic]]


def make(count: int, given: Mapping[str, npt.ArrayLike]) -> Rows:
    """Build rows; a column that is not given holds its default.

    Raises:
        KeyError: A given column does not exist.
    """
    unknown = set(given) - set(COLUMNS)
    if unknown:
        raise KeyError(f"no such columns: {sorted(unknown)}")
    out: Rows = {}
    for name, (kind, default) in COLUMNS.items():
        column: npt.NDArray[np.generic] = np.empty(count, kind)
        column[:] = given.get(name, default)
        out[name] = column
    return out


def size(rows: Rows) -> int:
    """Count the rows."""
    return len(rows["seq"])


def take(rows: Rows, index: npt.NDArray[np.generic] | slice) -> Rows:
    """Select rows by index array, mask or slice."""
    return {name: column[index] for name, column in rows.items()}


def concat(parts: Iterable[Rows]) -> Rows:
    """Put rows below one another."""
    tables = list(parts)
    if len(tables) == 1:
        return tables[0]
    return (
        {name: np.concatenate([table[name] for table in tables]) for name in COLUMNS}
        if tables
        else make(0, {})
    )


def replaced(rows: Rows, changes: Mapping[str, npt.ArrayLike]) -> Rows:
    """Copy rows with some columns changed."""
    count = size(rows)
    out = {name: column.copy() for name, column in rows.items()}
    for name, values in changes.items():
        out[name] = np.empty(count, COLUMNS[name][0])
        out[name][:] = values
    return out


def numbered(rows: Rows, first: int) -> Rows:
    """Give rows the unique numbers first, first + 1, ...; in place."""
    rows["seq"] = np.arange(first, first + size(rows), dtype=np.int64)
    return rows
