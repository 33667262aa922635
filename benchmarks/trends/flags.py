"""B9: what the evidence of gaming says of planted abuse, and of what nobody should be suspected of.

The simulator's planted topics go through the job's own decoder and counting. Each pane of a topic between the
plant's start and end is looked at in the global scope, whether the topic reached a list or not: abuse that
counting already stopped is in the table, too. Topics that nobody planted are the control.
"""

import json
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.report import Part
from groundswell.demo.verdict import Plant, read_truth
from groundswell.offline.trends import OfflineTrends
from producers.sources.simulate.config import SimulationConfig
from producers.sources.simulate.simulation import Simulation
from state.actions import ActionWeights
from state.scopes import GLOBAL
from state.spam_flags import FLAGS, MIN_USERS, evidence, flags
from state.topic_kinds import kind_of, name_of
from state.topics import normalise
from state.trend_config import TrendConfig

EVENTS, HOURS = 400_000, 51
START_MS = 1_772_323_200_000 - HOURS * 3_600_000  # so that it ends on 2026-03-01 at 00:00 UTC
SEEDS = (1, 2, 3)
EVERYDAY = "everyday"  # not planted
_SHARDS, _LATENESS_MS = 16, 60_000


@dataclass(frozen=True, slots=True)
class Seen:
    """Evidence of one topic in one pane of the simulation.

    Attributes:
        kind: Kind of plant, or everyday.
        plant: Number of the plant; -1 = none.
        users: People who did something that counts.
        flags: What is suspicious.
    """

    kind: str
    plant: int
    users: int
    flags: tuple[str, ...]


def run(_data: Path) -> Part:
    """Play some seeds and count the plants that were ever flagged, and their panes; needs no data."""
    part = Part("B9", "evidence of gaming: what is flagged", columns=("seen", *FLAGS, "any"))
    plants: dict[str, dict[str, set[tuple[int, int]]]] = defaultdict(lambda: defaultdict(set))
    panes: dict[str, Counter[str]] = defaultdict(Counter)
    for seed in SEEDS:
        for seen in play(seed):
            words = ("seen", *seen.flags, *(("any",) if seen.flags else ()))
            panes[seen.kind].update(words)
            panes[seen.kind]["people"] += seen.users >= MIN_USERS
            for word in words:
                plants[seen.kind][word].add((seed, seen.plant))
    for kind in sorted(plants.keys() - {EVERYDAY}):
        found = plants[kind]
        part.add(f"{kind}: topics ever flagged", {name: len(found[name]) for name in part.columns})
    for kind in sorted(panes):
        many = panes[kind]["people"]
        part.add(
            f"{kind}: panes flagged ({many:,} with {MIN_USERS} people)",
            {name: panes[kind][name] for name in part.columns},
        )
    part.notes.append(
        f"Seeds {', '.join(map(str, SEEDS))}, {EVENTS:,} events of {HOURS} hours each; "
        "tags in the global scope. The thresholds were set on seed 11."
    )
    return part


def play(seed: int) -> Iterator[Seen]:
    """Yield the evidence of each tag in each pane, of planted ones only from their start to their end."""
    cfg = TrendConfig()
    simulation = Simulation(SimulationConfig(events=EVENTS, hours=HOURS, start_ms=START_MS, seed=seed))
    engine = OfflineTrends(cfg, ActionWeights(), shards=_SHARDS, out_of_order_ms=_LATENESS_MS)
    plants = _plants(simulation)
    mine: dict[str, list[tuple[int, Plant]]] = defaultdict(list)
    for number, plant in enumerate(plants):
        for name in plant.names:
            mine[name].append((number, plant))
    for pane in engine.run_encoded(simulation.batches(), ("engagement", "content")):
        end_ms = pane.start_ms + cfg.burst.pane_ms
        for shard in pane.shards:
            rows = shard.rows
            there = [i for i, s in enumerate(rows.scopes) if s == GLOBAL and kind_of(rows.topics[i]) == "tag"]
            found = evidence(rows, rows.source[there])
            words = flags(found)
            for at, i in enumerate(there):
                topic = normalise(name_of(rows.topics[i]))
                for number, kind in _about(mine.get(topic), pane.start_ms, end_ms):
                    yield Seen(kind, number, int(found.users[at]), words[at])


def _about(planted: list[tuple[int, Plant]] | None, start_ms: int, end_ms: int) -> list[tuple[int, str]]:
    """Return what a pane of a topic belongs to: (number, kind)."""
    if planted is None:
        return [(-1, EVERYDAY)]
    return [
        (number, plant.kind)
        for number, plant in planted
        if plant.start_ms < end_ms and start_ms < plant.end_ms
    ]


def _plants(simulation: Simulation) -> list[Plant]:
    with tempfile.TemporaryDirectory() as folder:
        truth = Path(folder) / "truth.json"
        truth.write_text(json.dumps(simulation.truth()), encoding="utf-8")
        return read_truth(truth)
