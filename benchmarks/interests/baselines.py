"""Simple rows that ours has to beat: constant, popularity, last topics, and what needs no learning."""

import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from groundswell.offline.interest_rows import Row
from state.burst_config import DAY_MS, HOUR_MS

PRIOR = 5.0


def _pair() -> list[float]:
    return [0.0, 0.0]


def _counts() -> dict[Any, list[float]]:
    return defaultdict(_pair)


def _add(counts: list[float], label: int) -> None:
    counts[0] += label
    counts[1] += 1.0


def _rate(counts: list[float], prior: float) -> float:
    return (counts[0] + PRIOR * prior) / (counts[1] + PRIOR)


def _logit(p: float) -> float:
    return math.log(p / (1.0 - p))


@dataclass(slots=True)
class Constant:
    """The share of likes so far."""

    all: list[float] = field(default_factory=lambda: [1.0, 2.0])

    def score(self, row: Row) -> tuple[float, Any]:  # noqa: ARG002 - the protocol's
        """Return the running mean."""
        return min(max(self.all[0] / self.all[1], 1e-4), 1 - 1e-4), None

    def learn(self, row: Row, scored: tuple[float, Any], step: float) -> None:  # noqa: ARG002
        """Count the label."""
        if row.label is not None:
            _add(self.all, row.label)


@dataclass(slots=True)
class Popularity(Constant):
    """The item's share of likes, starting at the share of all."""

    items: dict[Any, list[float]] = field(default_factory=_counts)

    def score(self, row: Row) -> tuple[float, Any]:
        """Return the smoothed rate of the item."""
        return _rate(self.items[row.item], Constant.score(self, row)[0]), None

    def learn(self, row: Row, scored: tuple[float, Any], step: float) -> None:
        """Count all and the item."""
        Constant.learn(self, row, scored, step)
        if row.label is not None:
            _add(self.items[row.item], row.label)


@dataclass(slots=True)
class LogOdds(Popularity):
    """Item, user and (user, topic) rates, added as log-odds: no learned weights."""

    users: dict[Any, list[float]] = field(default_factory=_counts)
    tastes: dict[Any, list[float]] = field(default_factory=_counts)

    def score(self, row: Row) -> tuple[float, Any]:
        """Return the sum of what item, user and topics differ by."""
        base = Constant.score(self, row)[0]
        user = _rate(self.users[row.user], base)
        margin = _logit(_rate(self.items[row.item], base)) + _logit(user) - _logit(base)
        tastes = [_logit(_rate(self.tastes[row.user, topic], user)) - _logit(user) for topic in row.topics]
        margin += sum(tastes) / max(len(tastes), 1)
        return 1.0 / (1.0 + math.exp(-margin)), None

    def learn(self, row: Row, scored: tuple[float, Any], step: float) -> None:
        """Count item, user and the user's topics."""
        Popularity.learn(self, row, scored, step)
        if row.label is not None:
            _add(self.users[row.user], row.label)
            for topic in row.topics:
                _add(self.tastes[row.user, topic], row.label)


@dataclass(slots=True)
class LastTopics:
    """Decayed likes of the user's topics with one half-life, popularity to break ties. Not calibrated."""

    half_life_ms: float = DAY_MS
    tastes: dict[tuple[str, str], tuple[float, int]] = field(default_factory=dict)
    items: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    most: float = 1.0

    def score(self, row: Row) -> tuple[float, Any]:
        """Return the mass of the topics as something between 0 and 1."""
        mass = sum(self._mass(row.user, topic, row.at_ms) for topic in row.topics or (row.item,))
        mass += 0.01 * self.items[row.item] / self.most
        return mass / (1.0 + mass), None

    def learn(self, row: Row, scored: tuple[float, Any], step: float) -> None:  # noqa: ARG002
        """Add what was liked."""
        if row.label == 0:
            return
        for topic in row.topics or (row.item,):
            self.tastes[row.user, topic] = (self._mass(row.user, topic, row.at_ms) + 1.0, row.at_ms)
        self.items[row.item] += 1.0
        self.most = max(self.most, self.items[row.item])

    def _mass(self, user: str, topic: str, at_ms: int) -> float:
        mass, seen_ms = self.tastes.get((user, topic), (0.0, at_ms))
        return float(mass * 0.5 ** ((at_ms - seen_ms) / self.half_life_ms))


@dataclass(slots=True)
class TwoSpeeds:
    """Decayed likes with 72 hours, and three times those with one hour."""

    slow: LastTopics = field(default_factory=lambda: LastTopics(72 * HOUR_MS))
    fast: LastTopics = field(default_factory=lambda: LastTopics(HOUR_MS))

    def score(self, row: Row) -> tuple[float, Any]:
        """Return both masses as something between 0 and 1."""
        slow, fast = (p / (1.0 - p) for p in (self.slow.score(row)[0], self.fast.score(row)[0]))
        mass = slow + 3.0 * fast
        return mass / (1.0 + mass), None

    def learn(self, row: Row, scored: tuple[float, Any], step: float) -> None:
        """Add what was liked to both."""
        self.slow.learn(row, scored, step)
        self.fast.learn(row, scored, step)
