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

from benchmarks.trends.report import Part
from groundswell.demo.verdict import Plant, read_truth
from groundswell.offline.trends import OfflineTrends
from producers.sources.simulate.config import SimulationConfig
from producers.sources.simulate.simulation import Simulation
from schemas.served import TrendRecord
from state.actions import ActionWeights
from state.scopes import GLOBAL
from state.spam_flags import FLAGS, Evidence, evidence, flags_of
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
        people: Users with weight.
        listed: The topic had a place among its shard's candidates in that pane.
        found: All evidence of the shard's pane.
        at: Which element of it.
    """

    kind: str
    plant: int
    people: int
    listed: bool
    found: Evidence
    at: int

    @property
    def flags(self) -> tuple[str, ...]:
        """What is suspicious."""
        return flags_of(self.found, self.at)


def run(_data: Path) -> Part:
    """Play some seeds and say how many plants were ever flagged, and how many of their panes."""
    part = Part("B9", "evidence of gaming: what is flagged", columns=("seen", *FLAGS, "any"))
    plants: dict[str, set[tuple[int, int]]] = defaultdict(set)
    ever: dict[str, dict[str, set[tuple[int, int]]]] = defaultdict(lambda: defaultdict(set))
    panes: Counter[str] = Counter()
    flagged: dict[str, Counter[str]] = defaultdict(Counter)
    for seed in SEEDS:
        for seen in play(seed):
            panes[seen.kind] += 1
            plants[seen.kind].add((seed, seen.plant))
            words = (*seen.flags, "any") if seen.flags else ()
            flagged[seen.kind].update(words)
            for word in words:
                ever[seen.kind][word].add((seed, seen.plant))
    for kind in sorted(panes.keys() - {EVERYDAY}):
        shares = {word: f"{len(ever[kind][word])}" for word in (*FLAGS, "any")}
        part.add(f"{kind}: plants ever flagged", {"seen": len(plants[kind]), **shares})
    for kind in sorted(panes):
        rates = {word: f"{flagged[kind][word] / panes[kind]:.2%}" for word in (*FLAGS, "any")}
        part.add(f"{kind}: panes flagged", {"seen": panes[kind], **rates})
    part.notes.append(
        f"Seeds {', '.join(map(str, SEEDS))}, {EVENTS:,} events of {HOURS} hours each; "
        "tags in the global scope."
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
            listed = _topics(shard.verdict.records)
            for at, i in enumerate(there):
                topic = normalise(name_of(rows.topics[i]))
                for number, kind in _about(mine.get(topic), pane.start_ms, end_ms):
                    yield Seen(kind, number, int(found.users[at]), topic in listed, found, at)


def _about(planted: list[tuple[int, Plant]] | None, start_ms: int, end_ms: int) -> list[tuple[int, str]]:
    """Return what a pane of a topic belongs to: (number, kind)."""
    if planted is None:
        return [(-1, EVERYDAY)]
    return [
        (number, plant.kind)
        for number, plant in planted
        if plant.start_ms < end_ms and start_ms < plant.end_ms
    ]


def _topics(records: list[TrendRecord]) -> frozenset[str]:
    return frozenset(normalise(r.topic) for r in records if r.scope == GLOBAL and r.kind == "tag")


def _plants(simulation: Simulation) -> list[Plant]:
    with tempfile.TemporaryDirectory() as folder:
        truth = Path(folder) / "truth.json"
        truth.write_text(json.dumps(simulation.truth()), encoding="utf-8")
        return read_truth(truth)
