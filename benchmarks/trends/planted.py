"""B8: the planted scenario through shards and lists, as a reader sees it, and what is flagged."""

import json
import statistics
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

from benchmarks.report import Part
from benchmarks.trends.detectors import DETECTORS
from groundswell.demo.verdict import Plant, judge, read_truth
from groundswell.offline.lists import OfflineLists
from groundswell.offline.trends import OfflineTrends
from producers.sources.simulate.config import SimulationConfig
from producers.sources.simulate.simulation import Simulation
from schemas.served import TrendRecord
from state.actions import ActionWeights
from state.spam_flags import DUPLICATES, LOW_TRUST, NEW_ACCOUNTS, ONE_ACCOUNT
from state.topics import normalise
from state.trend_config import TrendConfig

EVENTS, HOURS = 400_000, 51
START_MS = 1_772_323_200_000 - HOURS * 3_600_000  # so that it ends on 2026-03-01 at 00:00 UTC
SEEDS = (1, 2, 3)
FLAGS = (DUPLICATES, ONE_ACCOUNT, LOW_TRUST, NEW_ACCOUNTS)
_SHARDS, _LATENESS_MS = 16, 60_000
_GRACE_MS = 3_600_000
_OURS = "groundswell"


def run(_data: Path) -> Part:
    """Run some seeds. Moderators' decisions are left out, so bursts that they remove are not judged."""
    part = Part("B8", "planted scenario: shards and lists together", DETECTORS)
    flagged: dict[str, Counter[str]] = defaultdict(Counter)
    for seed in SEEDS:
        plants, told = play(seed)
        judged = [plant for plant in plants if plant.expected != "trend_then_removed"]
        removed = {name for plant in plants if plant not in judged for name in plant.names}
        alerts = {(r.topic, r.scope, r.alert_ms): r for r in told if r.alert_ms and r.topic not in removed}
        verdict = judge(judged, alerts.values())
        planted = len(verdict.found) + len(verdict.missed)
        delay = statistics.median(int(str(one["delay_min"])) for one in verdict.found)
        part.add(f"seed {seed}: bursts found of {planted}", {_OURS: len(verdict.found)})
        part.add(f"seed {seed}: median delay, minutes", {_OURS: delay})
        part.add(f"seed {seed}: alerts that nothing explains", {_OURS: len(verdict.false_alerts)})
        decoys = f"{len(verdict.decoys_alerted)} of {len(verdict.decoys_alerted) + verdict.decoys_quiet}"
        part.add(f"seed {seed}: decoys that alerted", {_OURS: decoys})
        _count_flags(judged, told, flagged)
    for kind, found in sorted(flagged.items()):
        shares = ", ".join(f"{flag} {found[flag]}" for flag in FLAGS)
        part.notes.append(f"{kind}: of {found['heard']} heard, ever flagged: {shares}.")
    return part


def play(seed: int) -> tuple[list[Plant], list[TrendRecord]]:
    """Return what was planted, and all records that readers were told of in its course."""
    cfg = TrendConfig()
    simulation = Simulation(SimulationConfig(events=EVENTS, hours=HOURS, start_ms=START_MS, seed=seed))
    engine = OfflineTrends(cfg, ActionWeights(), shards=_SHARDS, out_of_order_ms=_LATENESS_MS)
    lists, told = OfflineLists(cfg), []
    for pane in engine.run_encoded(simulation.batches(), ("engagement", "content")):
        for change in lists.settle(pane).values():
            told += change.records
    with tempfile.TemporaryDirectory() as folder:
        truth = Path(folder) / "truth.json"
        truth.write_text(json.dumps(simulation.truth()), encoding="utf-8")
        return read_truth(truth), told


def _count_flags(plants: list[Plant], told: list[TrendRecord], out: dict[str, Counter[str]]) -> None:
    """Count for each kind of plant how many were heard of in their time, and ever had each flag."""
    for plant in plants:
        mine = [
            record
            for record in told
            if normalise(record.topic) in plant.names
            and plant.start_ms <= record.pane_start_ms <= plant.end_ms + _GRACE_MS
        ]
        if mine:
            flags = {flag for record in mine for flag in record.flags}
            out[plant.kind].update(["heard", *flags])
