"""The answer sheet: what was planted, when, and what a detector is expected to say about it."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

from producers.sources.simulate.config import SimulationConfig

FORMAT = "groundswell-truth-1"

Expected = Literal[
    "trend",  # must be reported between start and end (and a while after)
    "no_trend",  # a decoy: reporting it is a false alert
    "either",  # nobody can know yet: the first time of a daily lift
    "trend_then_removed",  # must disappear after details.removed_ms
    "",  # not about a topic: planted for interests, reactivation
]


@dataclass(frozen=True, slots=True)
class Plant:
    """One planted thing. Times are milliseconds UTC of event time; users and events are the plant's own."""

    number: int
    kind: str
    topic: str  # normalised name; empty when the plant is about people
    spellings: tuple[str, ...]  # every form in which the topic appears in records
    scope: str  # where it happens: global, lang:xx or region:XX
    start_ms: int
    peak_ms: int
    end_ms: int
    users: int  # distinct actors
    events: int
    expected: Expected
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(slots=True)
class Totals:
    """What a run contains; complete once the simulation has been read to its end."""

    good: int = 0  # distinct good records
    duplicates: int = 0  # further copies of good records
    actions: dict[str, Counter[str]] = field(default_factory=dict)  # kafka topic -> action -> good records
    topics: Counter[str] = field(default_factory=Counter)  # normalised topic -> good records that name it
    malformed: dict[str, Counter[str]] = field(default_factory=dict)  # kind -> kafka topic -> records
    complete: bool = False


def as_json(config: SimulationConfig, plants: tuple[Plant, ...], totals: Totals) -> dict[str, object]:
    """Build the truth file's object."""
    return {
        "format": FORMAT,
        "config": asdict(config),
        "end_ms": config.end_ms,
        "plants": [asdict(plant) for plant in plants],
        "totals": {
            "good": totals.good,
            "duplicates": totals.duplicates,
            "actions": {topic: dict(counts) for topic, counts in totals.actions.items()},
            "malformed": {kind: dict(counts) for kind, counts in totals.malformed.items()},
            "topics": dict(totals.topics.most_common()),
            "complete": totals.complete,
        },
    }


def write(path: Path, content: Mapping[str, object]) -> None:
    """Write a truth file; a reader never sees half of one."""
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    part.replace(path)
