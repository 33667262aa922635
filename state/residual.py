"""One protocol for learners that add to the margin of the shared head what the head cannot know.

The head has a weight for each of a few features that mean the same for everybody. A residual learner may keep
something for single items, creators or people. The head learns as if there were none, so a residual can be
switched on and off; it learns from the error of both together.
"""

from collections.abc import Sequence
from math import exp
from typing import Final, NamedTuple, Protocol

_LIMIT: Final = 30.0


class Case(NamedTuple):
    """One prediction, as a residual learner sees it.

    Attributes:
        user: Who.
        item: What; empty = unknown.
        creator: Of the item; empty = unknown.
        topics: Of the item.
        at_ms: When, event time UTC.
        margin: What the head says, on the log-odds scale.
    """

    user: str
    item: str
    creator: str
    topics: Sequence[str]
    at_ms: int
    margin: float


class Residual(Protocol):
    """Adds to margins, and learns from each label."""

    def margin(self, case: Case) -> float:
        """Return what to add to the head's margin. Changes nothing."""

    def learn(self, case: Case, label: int) -> None:
        """Learn a label, 1 or 0, of a case whose margin was asked for before."""


class NoResidual:
    """Adds nothing: the head alone."""

    def margin(self, case: Case) -> float:  # noqa: ARG002 - the protocol's
        """Return nothing to add."""
        return 0.0

    def learn(self, case: Case, label: int) -> None:
        """Learn nothing."""


def prob(residual: Residual, case: Case) -> float:
    """Return the probability of a positive label by head and residual together."""
    margin = case.margin + residual.margin(case)
    return 1.0 / (1.0 + exp(-max(-_LIMIT, min(_LIMIT, margin))))
