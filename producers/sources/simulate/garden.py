"""Where planted events and their entries in the truth are collected."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from producers.sources.simulate.config import SimulationConfig
from producers.sources.simulate.crowd import Ground, crowd, moments, rate_per_minute, spelled, who
from producers.sources.simulate.rng import Bools, Floats
from producers.sources.simulate.rows import Rows, replaced, size
from producers.sources.simulate.truth import Expected, Plant
from producers.sources.simulate.when import Window


@dataclass(frozen=True, slots=True)
class Span:
    """When a plant is active, milliseconds UTC."""

    start_ms: int
    peak_ms: int
    end_ms: int


@dataclass(slots=True)
class Garden:
    """Plants and their events. Each plant on a topic gets a topic of its own."""

    config: SimulationConfig
    ground: Ground
    place: Window
    next_topic: int
    plants: list[Plant] = field(default_factory=list)
    rows: list[Rows] = field(default_factory=list)

    def new_topic(self) -> int:
        """Take the next planted topic."""
        self.next_topic += 1
        return self.next_topic - 1

    def cells(self, scope: str) -> Bools:
        """Cells of a scope."""
        return self.ground.cells_of(scope, self.config.regions, self.config.langs)

    def background(self, topic: int, users_per_day: float, scope: str, rng: np.random.Generator) -> None:
        """Add the usual talk about a topic, all through the simulation."""
        minutes, expected = rate_per_minute(self.ground, users_per_day, self.cells(scope))
        self.rows.append(self.talk(topic, expected, scope, rng, minutes=minutes))

    def talk(
        self, topic: int, expected: Floats, scope: str, rng: np.random.Generator, *, minutes: Floats
    ) -> Rows:
        """Make a crowd's events for expected counts by minute."""
        at_ms = moments(self.ground, minutes, expected, rng)
        user = who(self.ground, at_ms, self.cells(scope), rng)
        return crowd(self.ground, at_ms, user, spelled(self.ground, topic, len(at_ms), rng), rng)

    def add(
        self,
        kind: str,
        topic: int,
        rows: Rows,
        *,
        span: Span,
        expected: Expected,
        scope: str = "global",
        details: Mapping[str, object] | None = None,
    ) -> None:
        """Add the events of one plant and its entry in the truth; its users and events are counted here."""
        number, names = len(self.plants), self.ground.topics
        self.rows.append(replaced(rows, {"plant": number}))
        used = np.unique(np.concatenate([rows["t0"], rows["t1"]]).astype(np.int64))
        own = [n for n in used.tolist() if n >= 0 and names.topic_of_name[n] == topic]
        self.plants.append(
            Plant(
                number=number,
                kind=kind,
                topic=names.plain[topic],
                spellings=tuple(names.names[n] for n in own),
                scope=scope,
                start_ms=span.start_ms,
                peak_ms=span.peak_ms,
                end_ms=span.end_ms,
                users=len(np.unique(rows["actor"])),
                events=size(rows),
                expected=expected,
                details=details or {},
            )
        )
