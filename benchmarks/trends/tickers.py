"""B1: mentions of five tickers with labelled windows, scored by NAB's rules.

Alerts come from the very functions behind `groundswell evaluate counts`. The other thresholds come from a
sweep: the best of them on these files is NAB's own rule, and flatters; with the threshold of each file
taken from the other files it is what one may expect elsewhere.
"""

from pathlib import Path

import numpy as np

from benchmarks.report import Part, need
from benchmarks.trends import nab
from benchmarks.trends.detectors import DETECTORS
from benchmarks.trends.sweep import Bools, Panes, counts_only, sweep
from groundswell.offline.counts import Counts, read_counts, score_counts
from state.burst_config import BurstConfig, Detector
from state.burst_layout import stabilise

DEFAULT = BurstConfig().alert_score
# Ours in steps of a twentieth around the default; baselines from a quarter to 16 times theirs.
OURS = [round(DEFAULT + 0.05 * k, 2) for k in range(-8, 13)]
THEIRS = [DEFAULT * 2.0 ** (k / 3) for k in range(-6, 13)]
FOLDER = "nab_realtweets_dev"


def run(data: Path) -> Part:
    """Score all detectors; about a minute."""
    folder = need(data, FOLDER)
    part = Part("B1", "NAB realTweets, five tickers", DETECTORS)
    names = sorted(nab.read_labels(folder))
    counts = [_read(folder / "data" / name) for name in names]
    labels = nab.read_labels(folder)
    files = [nab.label(each.stamps, labels[name]) for name, each in zip(names, counts, strict=True)]
    scores: dict[str, dict[str, float | str]] = {}
    for name in DETECTORS:
        alerts = [np.array([hit for _, hit in score_counts(each, None, name)]) for each in counts]
        _score(scores, name, files, alerts)
        _sweep(scores, name, files, counts)
        if name == "groundswell":
            part.raw = {"names": names, "counts": counts, "alerts": alerts, "windows": labels}
    for measure, values in scores.items():
        part.add(measure, values)
    part.notes.append(
        "Best published detector on the same files (contextOSE, its threshold the best on them): "
        "86.4 / 85.2 / 88.7; with the threshold from the other four 80.2 (standard)."
    )
    return part


def _score(
    scores: dict[str, dict[str, float | str]], name: str, files: list[nab.Labelled], alerts: list[Bools]
) -> None:
    """Note the scores of the untouched command."""
    for profile, costs in nab.PROFILES.items():
        found = nab.score(files, alerts, costs)
        scores.setdefault(f"{profile}, default threshold", {})[name] = found.score
        if profile == "standard":
            hits = scores.setdefault("windows hit / false rows, default threshold", {})
            hits[name] = f"{found.hit} of {found.windows} / {found.false_rows}"


def _sweep(
    scores: dict[str, dict[str, float | str]], name: Detector, files: list[nab.Labelled], counts: list[Counts]
) -> None:
    """Note the best threshold on the files, and the score with thresholds from the other files."""
    thresholds = OURS if name == "groundswell" else THEIRS
    found = alerts_by_threshold(name, counts, thresholds)
    for profile, costs in nab.PROFILES.items():
        best, place, left_out = nab.best_and_left_out(files, found, costs)
        scores.setdefault(f"{profile}, threshold from the other four", {})[name] = left_out
        label = f"{best:.1f} at {thresholds[place] / DEFAULT:.2f}"
        scores.setdefault(f"{profile}, best threshold (times the default)", {})[name] = label


def alerts_by_threshold(name: Detector, counts: list[Counts], thresholds: list[float]) -> list[list[Bools]]:
    """Return the alerts in the rows of each file, for each threshold. All files must have one interval."""
    first = np.array([each.panes[0] for each in counts])
    rows = [np.array(each.panes) - each.panes[0] for each in counts]
    y = np.zeros((max(int(row[-1]) for row in rows) + 1, len(counts)))
    for i, (each, row) in enumerate(zip(counts, rows, strict=True)):
        y[row, i] = each.values
    cfg = BurstConfig.for_counts(counts[0].pane_ms, name)
    panes: Panes = counts_only(y)
    swept = sweep(cfg, panes, thresholds, first=first, prior=stabilise(y[0]))
    return [[swept.alerts[k][row, i] for i, row in enumerate(rows)] for k in range(len(thresholds))]


def _read(file: Path) -> Counts:
    with file.open(newline="", encoding="utf-8") as lines:
        return read_counts(lines)
