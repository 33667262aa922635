"""B6: does a score mean the same for every topic, and does the list behave?

A score of 3 should be reached in one pane of a thousand of every key; the alternative, one threshold on the
surprise in deviations for all keys, is set so that it is right on average. Then: how much of the first
twenty changes from hour to hour, and how long topics stay.
"""

import gzip
from collections import Counter, defaultdict
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from benchmarks.bursts import KINDS, WEEK, rates
from benchmarks.report import Part, SkippedError, Value, need
from benchmarks.trends import stream
from benchmarks.trends.detectors import DETECTORS
from benchmarks.trends.sweep import Floats, Panes, Swept, counts_only, everyone_differs, sweep
from benchmarks.trends.tickers import FOLDER
from groundswell.offline.counts import read_counts
from state.burst_config import HOUR_MS, BurstConfig
from state.burst_layout import stabilise
from state.trend_config import TrendConfig

SEED, DAYS, KEYS_PER_KIND = 9, 28, 2
NOMINAL, SCORE = 1e-3, 3.0
TOP, FULL_AFTER_HOURS = 20, 3
EDITS, CRISES, AFTER_HOURS = "topics/wikiticker_2015-09-12.jsonl.gz", "topics/crisislex_t26", 48


def run(data: Path) -> Part:
    """Measure what the data allow; the simulated keys need none."""
    part = Part("B6", "calibration, churn and life of the list", DETECTORS)
    measures: dict[str, dict[str, Value]] = defaultdict(dict)
    series = simulated()
    try:
        series += [tickers(data)]
    except SkippedError as reason:
        part.notes.append(f"Without the tickers: {reason}.")
    for name in DETECTORS:
        found = [_swept(name, panes, prior) for panes, prior in series]
        own, fixed = shares(found)
        if name == "groundswell":
            measures[f"panes with score >= {SCORE:g} over nominal: mean / largest of a key"][name] = _pair(
                own
            )
            part.raw["own"] = own
        measures["the same with one z for all keys: largest of a key"][name] = float(fixed.max())
        part.raw[f"fixed {name}"] = fixed
    try:
        _list(need(data, EDITS), measures)
        _crises(need(data, CRISES), part)
    except SkippedError as reason:
        part.notes.append(f"Without lists: {reason}.")
    for measure, values in measures.items():
        part.add(measure, values)
    part.notes.append(
        f"Keys: {KEYS_PER_KIND} of each of {len(KINDS)} simulated kinds, {DAYS} days, seed {SEED}, "
        "and the tickers of B1; each without its first week. Simulated counts have thin tails: below 1 is "
        "cautious."
    )
    return part


def simulated() -> list[tuple[Panes, Floats | None]]:
    """Return quiet topics of all kinds of `benchmarks/bursts.py`."""
    rng = np.random.default_rng(SEED)
    rate = [rates(kind, DAYS, rng.random(KEYS_PER_KIND), rng) for kind in KINDS]
    return [(everyone_differs(rng.poisson(np.concatenate(rate, axis=1)).astype(np.float64)), None)]


def tickers(data: Path) -> tuple[Panes, Floats | None]:
    """Return the counts of the tickers, cut to the shortest."""
    files = sorted((need(data, FOLDER) / "data").glob("*/*.csv"))
    values = [read_counts(file.read_text().splitlines()).values for file in files]
    rows = min(map(len, values))
    y = np.array([each[:rows] for each in values]).T
    return counts_only(y), stabilise(y[0])


def _swept(name: str, panes: Panes, prior: Floats | None) -> Swept:
    """Run a detector without a gate."""
    return sweep(replace(BurstConfig(), detector=name), panes, [], prior=prior)


def shares(found: list[Swept]) -> tuple[Floats, Floats]:
    """Return for each key the share of panes above the score, and above one common z, over the nominal."""
    s = [each.s[WEEK:] for each in found]
    z = [each.z[WEEK:] for each in found]
    own = np.concatenate([(each >= SCORE).mean(axis=0) for each in s])
    bar = _common(z)
    fixed = np.concatenate([(each >= bar).mean(axis=0) for each in z])
    return own / NOMINAL, fixed / NOMINAL


def _common(z: list[Floats]) -> float:
    """Return the z that keys exceed in the nominal share of panes, on average over the keys."""
    low, high = 0.0, max(float(each.max()) for each in z)
    for _ in range(40):
        middle = (low + high) / 2
        share = np.concatenate([(each >= middle).mean(axis=0) for each in z]).mean()
        low, high = (middle, high) if share > NOMINAL else (low, middle)
    return high


def _pair(ratio: Floats) -> str:
    return f"{ratio.mean():.2f} / {ratio.max():.2f}"


def _list(edits: Path, measures: dict[str, dict[str, Value]]) -> None:
    """Note churn and size of the list for all scopes of a day of edits; detectors hardly matter to it."""
    shown = stream.run(stream.read(edits), "groundswell", 60_000)
    tops = [[record.topic for record in top] for top in stream.hourly_tops(shown, "global", TOP)]
    full = tops[FULL_AFTER_HOURS:]
    new = [len(set(after) - set(before)) / max(len(after), 1) for before, after in pairwise(full)]
    hours = Counter(topic for top in full for topic in top)
    ours = {
        f"new among the first {TOP} from hour to hour, mean share": float(np.mean(new)),
        f"topics in the list after {FULL_AFTER_HOURS} hours: fewest / median": (
            f"{min(map(len, full))} / {np.median([len(top) for top in full]):.0f}"
        ),
        f"hours among the first {TOP}, median of the topics": float(np.median(list(hours.values()))),
    }
    for measure, value in ours.items():
        measures[measure]["groundswell"] = value


def _crises(folder: Path, part: Part) -> None:
    """Note how attention to events of the world fades after its strongest hour, for comparison."""
    curves = []
    for file in sorted(folder.glob("*.ts_ms.gz")):
        with gzip.open(file, "rt") as lines:
            hour = np.array([int(line) for line in lines if line.strip()]) // HOUR_MS
        count = np.bincount(hour - hour.min(), minlength=AFTER_HOURS).astype(np.float64)
        peak = int(count.argmax())
        after = np.zeros(AFTER_HOURS)
        rest = count[peak : peak + AFTER_HOURS]
        after[: len(rest)] = rest / count[peak]
        curves.append(after)
    fade = np.array(curves)
    half = np.array([np.argmax(curve < 0.5) for curve in np.minimum.accumulate(fade, axis=1)])
    part.raw["fade"] = fade
    part.notes.append(
        f"Tweets on {len(fade)} crises of 2012 and 2013 (CrisisLex): from the strongest hour to the first "
        f"with less than half of it {np.median(half):.0f} h in the median, {half.min()} to {half.max()} h. "
        f"Strength in the list halves in {TrendConfig().half_life_ms / HOUR_MS:g} h."
    )
