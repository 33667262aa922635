"""How the burst detector does on simulated topics: `python benchmarks/bursts.py`.

Each topic is a Poisson count with a daily wave and, in some rows, a slow random swell of its own. For each
kind of topic one JSON line: false alerts per key and week (after and in the first week), share of panes
with score >= 3 (nominal .001), and for bursts of several sizes at each of the 24 start hours: recall and
minutes from the start to the alert (median, largest). A burst rises for 30 minutes and then halves every
45; its size is its highest rate over the topic's mean.
"""

import json
from dataclasses import dataclass

import numpy as np

from state.burst import step
from state.burst_config import BurstConfig
from state.burst_gate import gate
from state.burst_layout import X_OF_ZERO, fresh
from state.exact import Floats

DAY, WEEK = 288, 2016
QUIET_DAYS, BURST_DAYS = 35, 16
KEYS, HOURS = 24, 24
WINDOW = 36  # an alert within three hours of the start is a hit
SIZES = (3, 5, 10)
SEED = 7


@dataclass(frozen=True)
class Kind:
    """A kind of topic: mean count per pane, highest over lowest rate of the day, size of its own swell."""

    mean: float
    swing: float
    swell: float


KINDS = [
    Kind(mean, swing, swell)
    for mean in (0.3, 2.0, 20.0, 200.0)
    for swing, swell in ((1.0, 0.0), (10.0, 0.0), (10.0, 0.3), (30.0, 0.3))
]


def rates(kind: Kind, days: int, phase: Floats, rng: np.random.Generator) -> Floats:
    """Rate of each pane and key; the swell is log-normal with a memory of one hour."""
    n = days * DAY
    wave = np.exp(np.log(kind.swing) / 2 * np.cos(2 * np.pi * (np.arange(n)[:, None] / DAY - phase)))
    out = kind.mean * wave / wave[:DAY].mean(axis=0)
    if kind.swell:
        keep = np.exp(-1 / 12)
        swell = np.zeros(phase.size)
        for pane in range(n):
            swell = keep * swell + np.sqrt(1 - keep * keep) * rng.normal(size=phase.size)
            out[pane] *= np.exp(kind.swell * swell - kind.swell**2 / 2)
    return np.asarray(out, np.float64)


def run(y: Floats) -> tuple[Floats, Floats]:
    """Return scores and alerts, panes x keys; each event is another user with another text."""
    cfg = BurstConfig()
    n = y.shape[1]
    states = fresh(cfg, n, np.full(n, X_OF_ZERO), np.ones(n), np.zeros(n, np.int64))
    s, alert = np.zeros(y.shape), np.zeros(y.shape)
    for pane, row in enumerate(y):
        at, people = np.full(n, pane), row.astype(np.int64)
        scores = step(cfg, states, row, at)
        found = gate(
            cfg, states, scores, users=people, fingerprints=people, top_fp_share=np.zeros(n), pane_index=at
        )
        s[pane], alert[pane] = scores.s, found.alert
    return s, alert


def quiet(kind: Kind) -> dict[str, float]:
    """False alerts and calibration without bursts."""
    rng = np.random.default_rng(SEED)
    s, alert = run(rng.poisson(rates(kind, QUIET_DAYS, rng.random(KEYS), rng)).astype(np.float64))
    weeks = QUIET_DAYS / 7 - 1
    return {
        "false_per_key_week": round(float(alert[WEEK:].sum()) / KEYS / weeks, 3),
        "false_first_week": round(float(alert[:WEEK].sum()) / KEYS, 3),
        "share_score_3": round(float((s[WEEK:] >= 3.0).mean()), 5),
    }


def bursts(kind: Kind, size: float) -> dict[str, float | None]:
    """Recall and delay of one burst for each start hour; every key has its daily peak at midnight."""
    rng = np.random.default_rng(SEED + 1)
    start = (BURST_DAYS - 2) * DAY + 12 * np.arange(HOURS) + rng.integers(0, 12, HOURS)
    since = np.arange(BURST_DAYS * DAY)[:, None] - start
    shape = np.where(since < 6, (since + 1) / 6, 0.5 ** ((since - 6) / 9)) * (since >= 0)
    rate = rates(kind, BURST_DAYS, np.zeros(HOURS), rng) + size * max(kind.mean, 3.0) * shape
    _, alert = run(rng.poisson(rate).astype(np.float64))
    late = [
        5 * (int(hit[0]) + 1)
        for key in range(HOURS)
        if (hit := np.flatnonzero(alert[start[key] : start[key] + WINDOW, key])).size
    ]
    return {
        "recall": round(len(late) / HOURS, 2),
        "median_min": float(np.median(late)) if late else None,
        "largest_min": max(late, default=None),
    }


def main() -> None:
    """Print one line for each kind of topic."""
    for kind in KINDS:
        found = {f"burst_x{size}": bursts(kind, size) for size in SIZES}
        line = {"mean": kind.mean, "swing": kind.swing, "swell": kind.swell, **quiet(kind), **found}
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
