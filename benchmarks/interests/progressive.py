"""Predict each row, then learn it: the same for every model, slates as a whole."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol
from zlib import crc32

from groundswell.offline import interests
from groundswell.offline.interest_metrics import Quality, quality
from groundswell.offline.interest_rows import Row, last_rows
from groundswell.offline.interests import Replay
from state.interest_head import HeadState
from state.interest_step import Step, step_towards
from state.residual import NoResidual, Residual


class Model(Protocol):
    """What is compared. ``scored`` is whatever ``score`` returned for the row; its first part is p."""

    def score(self, row: Row) -> tuple[float, Any]:
        """Predict a row, changing nothing."""

    def learn(self, row: Row, scored: tuple[float, Any], step: float) -> None:
        """Learn a row; rows of a slate have a step below 1."""


@dataclass(slots=True)
class Ours:
    """The command's own model, with as many heads as there are subtasks."""

    heads: int = 1
    step: Step = step_towards
    residual: Residual = field(default_factory=NoResidual)
    parts: list[Replay] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Share what comes from elsewhere: counts of items, creators and topics."""
        first = Replay(head_step=self.step, residual=self.residual)
        self.parts = [
            replace(first, head=HeadState(), users={}, items=first.items) for _ in range(self.heads)
        ]

    def score(self, row: Row) -> tuple[float, Any]:
        """Predict by the head of the user's subtask."""
        found = interests.score(self._part(row), row)
        return found.p, found

    def learn(self, row: Row, scored: tuple[float, Any], step: float) -> None:
        """Learn in the user's subtask."""
        interests.learn(self._part(row), row, scored[1], step)

    def _part(self, row: Row) -> Replay:
        return self.parts[crc32(row.user.encode()) % self.heads] if self.heads > 1 else self.parts[0]


@dataclass(frozen=True, slots=True)
class Run:
    """Predictions of the labelled rows, in order, and the cost."""

    rows: list[Row]
    scores: list[float]
    us_per_row: float

    def quality(self, keep: Callable[[int], bool] | None = None) -> Quality:
        """Measure all rows, or those whose place in ``rows`` is kept."""
        places = [at for at in range(len(self.rows)) if keep is None or keep(at)]
        rows = [self.rows[at] for at in places]
        return quality(
            [row.user for row in rows],
            [row.impression for row in rows],
            [row.label or 0 for row in rows],
            [self.scores[at] for at in places],
        )


def progressive(rows: Sequence[Row], model: Model) -> Run:
    """Predict, then learn, in order; a slate is learned when its last row has been predicted."""
    last = last_rows(rows)
    slates: dict[str, list[tuple[Row, tuple[float, Any]]]] = {}
    told, scores = [], []
    start_s = time.process_time()
    for at, row in enumerate(rows):
        scored = model.score(row)
        if row.label is not None:
            told.append(row)
            scores.append(scored[0])
        if not row.impression:
            model.learn(row, scored, 1.0)
            continue
        slate = slates.setdefault(row.impression, [])
        slate.append((row, scored))
        if at >= last[row.impression]:
            for one, found in slates.pop(row.impression):
                model.learn(one, found, 1.0 / len(slate))
    return Run(told, scores, (time.process_time() - start_s) / max(len(rows), 1) * 1e6)
