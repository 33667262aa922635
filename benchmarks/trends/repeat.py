"""B7: the same events again, and in another order of arrival, give the same records, byte for byte.

A simulated world is played offline three times: twice by time, and once with every event delayed at random
within the lateness bound. Compared is a hash over all records that readers would get. The live counterpart,
with processes killed in between, is tests/e2e/test_trending_exact.py.
"""

import tempfile
from pathlib import Path

import numpy as np

from benchmarks.report import Part
from benchmarks.trends import stream
from benchmarks.trends.detectors import DETECTORS
from producers.mapping.event import Mapped
from producers.sources.simulate.config import PlantConfig, SimulationConfig
from producers.sources.simulate.jsonl import open_lines
from producers.sources.simulate.simulation import simulate_columns

EVENTS, HOURS, SEED = 4_000, 6, 11
LATENESS_MS = 60_000
FEW = PlantConfig(
    organic=2, surges=1, duplicate_tags=0, steady=1, seasonal=0, loud=1, coordinated=1, bans=0, scale=0.1
)


def run(data: Path) -> Part:
    """Play the world for every detector; needs no data."""
    del data
    part = Part("B7", "replay: equal records", DETECTORS)
    again: dict[str, str] = {}
    shuffled: dict[str, str] = {}
    counts: dict[str, int] = {}
    events = world()
    for name in DETECTORS:
        first, counts[name] = stream.digest(stream.run(events, name, LATENESS_MS))
        other, _ = stream.digest(stream.run(delayed(events), name, LATENESS_MS))
        if name == "groundswell":  # the rest of the road is the same for all
            second, _ = stream.digest(stream.run(events, name, LATENESS_MS))
            again[name] = "equal" if second == first else "DIFFERENT"
        shuffled[name] = "equal" if other == first else "DIFFERENT"
    part.add("records", counts)
    part.add("the same order again", again)
    part.add("arrival shuffled within the lateness bound", shuffled)
    part.notes.append(
        f"{len(events)} simulated events of {HOURS} hours, seed {SEED}, by time; shuffled, an event is "
        f"overtaken by events up to {LATENESS_MS // 1000} s younger, which is the bound."
    )
    return part


def world() -> list[Mapped]:
    """Return a small simulated world by time of event."""
    config = SimulationConfig(seed=SEED, events=EVENTS, hours=HOURS, users=1000, topics=100, plants=FEW)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "world.events.jsonl"
        with open_lines(file) as lines:
            for part in simulate_columns(config):
                lines.write(part)
        return sorted(stream.read(file), key=lambda event: event.source_ms)


def delayed(events: list[Mapped]) -> list[Mapped]:
    """Return the events in an order in which each may be overtaken by others up to the bound younger."""
    rng = np.random.default_rng(SEED)
    at = np.array([event.source_ms for event in events]) + rng.integers(0, LATENESS_MS, len(events))
    return [events[i] for i in np.argsort(at, kind="stable")]
