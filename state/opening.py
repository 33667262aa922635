"""Which contributions each view of a pane sees, and under which scope."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from state import places
from state.exact import Ints
from state.scopes import PLACE_VIEWS, VIEWS, ViewName
from state.wordless import spread


@dataclass(frozen=True, slots=True)
class Seen:
    """What one view sees.

    Attributes:
        row: Contributions, in rising order; one may be seen in several scopes.
        code: Number of the scope of each, below 2^32.
        name: Number of a scope to its name.
    """

    row: Ints
    code: Ints
    name: Callable[[int], str]


def seen(rows: places.Rows, names: Sequence[str], views: Sequence[ViewName]) -> Iterator[Seen]:
    """Look at contributions by each view.

    Args:
        rows: Contributions.
        names: Places that they lie in.
        views: By what to look.
    """
    apart = places.in_place(rows) if names else np.zeros(len(rows), np.bool_)
    here = np.flatnonzero(~apart)
    asked = _Requests(rows, here)
    for view in views:
        yield _placed(rows, apart, names, view) if view in PLACE_VIEWS else asked.by(view)


class _Requests:
    """Contributions that lie where their request came from."""

    def __init__(self, rows: places.Rows, here: Ints) -> None:
        self._here = here
        self._topic = rows["topic"][here].astype(np.int64)
        self._lang = rows["lang"][here].astype(np.int64)
        whole = rows["region"][here].astype(np.int64)
        self._wordless = whole >= places.WORDLESS
        self._region = np.where(self._wordless, whole - places.WORDLESS, whole)
        self._events = rows["events"][here].astype(np.int64)

    def by(self, view: ViewName) -> Seen:
        """Look by language, region, both or neither."""
        look = VIEWS[view]
        row, lang = np.arange(len(self._here)), self._lang
        if view in {"language", "language_region"} and self._wordless.any():
            beside = self._region if view == "language_region" else np.zeros_like(self._region)
            more, to = spread(self._wordless, self._topic << 16 | beside, lang, self._events)
            order = np.argsort(np.concatenate([row, more]), kind="stable")
            row, lang = np.concatenate([row, more])[order], np.concatenate([lang, to])[order]
        there, code = look.look(lang, self._region[row])
        return Seen(self._here[row[there]], code[there], look.name)


def _placed(rows: places.Rows, apart: places.Bools, names: Sequence[str], view: ViewName) -> Seen:
    """Look into the places of one kind."""
    row = np.flatnonzero(apart)
    code = places.numbers(rows, row)
    mine = np.array([name.startswith(f"{view}:") for name in names], np.bool_)
    there = mine[code] if len(code) else np.zeros(0, np.bool_)
    return Seen(row[there], code[there], lambda number: names[number])
