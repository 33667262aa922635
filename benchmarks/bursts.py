"""How the burst detector does on simulated topics: `python benchmarks/bursts.py [SEED]`.

Each topic is a Poisson count with a daily wave and, in some rows, a slow random swell of its own. For each
kind of topic one JSON line: share of panes with score >= 3 (nominal .001), and twice, at the default
threshold and at the lowest one with at most one false alert per key and week: false alerts per key and
week after the first, and for bursts of several sizes at each of the 24 start hours recall and minutes from
the start to the alert (median, largest). A burst rises for 30 minutes and then halves every 45; its size is
its highest rate over the topic's mean.
"""

import json
import sys
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from state.burst import Scores, step
from state.burst_config import BurstConfig
from state.burst_gate import gate
from state.burst_layout import X_OF_ZERO, fresh, longer_ago
from state.exact import Floats

DAY, WEEK = 288, 2016
QUIET_DAYS, BURST_DAYS = 35, 16
KEYS, HOURS = 24, 24
WINDOW = 36  # an alert within three hours of the start is a hit
SIZES = (3, 5, 10)
SEED = 7
THRESHOLDS = np.round(np.arange(1.2, 4.01, 0.1), 1)
ALLOWED = 1.0  # false alerts per key and week
Bools = npt.NDArray[np.bool_]


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


def run(y: Floats) -> list[Scores]:
    """Return the verdict on each pane of y, panes x keys."""
    cfg = BurstConfig()
    n = y.shape[1]
    states = fresh(cfg, n, np.full(n, X_OF_ZERO), np.ones(n), np.zeros(n, np.int64))
    return [step(cfg, states, row, np.full(n, pane)) for pane, row in enumerate(y)]


def alerts(y: Floats, verdicts: list[Scores], thresholds: Floats) -> Bools:
    """Return the alerts at each threshold, [threshold, pane, key]; each event is another user and text.

    The gate compares with one threshold, so each key stands there once for each, its evidence scaled.
    """
    cfg = BurstConfig()
    keys, times = y.shape[1], len(thresholds)
    n = keys * times
    scale = np.repeat(cfg.alert_score / thresholds, keys)
    states = fresh(cfg, n, np.full(n, X_OF_ZERO), np.ones(n), np.zeros(n, np.int64))
    found = np.zeros((times, len(y), keys), np.bool_)
    for pane, (row, all_scores) in enumerate(zip(y, verdicts, strict=True)):
        states["alert_ago"] = longer_ago(states["alert_ago"], np.ones(n, np.int64))
        each = {name: np.tile(getattr(all_scores, name), times) for name in Scores.__slots__}
        each["evidence"] = each["evidence"] * scale
        people = np.tile(row.astype(np.int64), times)
        judged = gate(
            cfg,
            states,
            Scores(**each),
            users=people,
            fingerprints=people,
            top_fp_share=np.zeros(n),
            pane_index=np.full(n, pane),
        )
        found[:, pane] = judged.alert.reshape(times, keys)
    return found


def quiet(kind: Kind, seed: int) -> tuple[float, Floats]:
    """Return the share of panes with score >= 3, and false alerts per key and week by threshold."""
    rng = np.random.default_rng(seed)
    y = rng.poisson(rates(kind, QUIET_DAYS, rng.random(KEYS), rng)).astype(np.float64)
    verdicts = run(y)
    share = float(np.mean([(scores.s >= 3.0).mean() for scores in verdicts[WEEK:]]))
    false = alerts(y, verdicts, THRESHOLDS)[:, WEEK:].sum(axis=(1, 2)) / KEYS / (QUIET_DAYS / 7 - 1)
    return share, np.asarray(false, np.float64)


def bursts(kind: Kind, size: float, seed: int, thresholds: Floats) -> list[dict[str, float | None]]:
    """Recall and delay by threshold of one burst for each start hour; all keys peak daily at midnight."""
    rng = np.random.default_rng(seed)
    start = (BURST_DAYS - 2) * DAY + 12 * np.arange(HOURS) + rng.integers(0, 12, HOURS)
    since = np.arange(BURST_DAYS * DAY)[:, None] - start
    shape = np.where(since < 6, (since + 1) / 6, 0.5 ** ((since - 6) / 9)) * (since >= 0)
    rate = rates(kind, BURST_DAYS, np.zeros(HOURS), rng) + size * max(kind.mean, 3.0) * shape
    y = rng.poisson(rate).astype(np.float64)
    return [_judge(found, start) for found in alerts(y, run(y), thresholds)]


def _judge(found: Bools, start: npt.NDArray[np.int64]) -> dict[str, float | None]:
    late = [
        5 * (int(hit[0]) + 1)
        for key in range(HOURS)
        if (hit := np.flatnonzero(found[start[key] : start[key] + WINDOW, key])).size
    ]
    return {
        "recall": round(len(late) / HOURS, 2),
        "median_min": float(np.median(late)) if late else None,
        "largest_min": max(late, default=None),
    }


def measure(kind: Kind, seed: int) -> dict[str, object]:
    """Return everything about a kind of topic."""
    share, false = quiet(kind, seed)
    default = int(np.argmin(np.abs(THRESHOLDS - BurstConfig().alert_score)))
    allowed = int(np.argmax(false <= ALLOWED))
    chosen = np.array([default, allowed])
    found = {size: bursts(kind, size, seed + 1, THRESHOLDS[chosen]) for size in SIZES}
    out: dict[str, object] = {"mean": kind.mean, "swing": kind.swing, "swell": kind.swell}
    out["share_score_3"] = round(share, 5)
    for place, name in enumerate(("default", "one_false_a_week")):
        out[name] = {
            "threshold": float(THRESHOLDS[chosen[place]]),
            "false_per_key_week": round(float(false[chosen[place]]), 2),
            **{f"burst_x{size}": each[place] for size, each in found.items()},
        }
    return out


def main() -> None:
    """Print one line for each kind of topic."""
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else SEED
    for kind in KINDS:
        print(json.dumps(measure(kind, seed)), flush=True)


if __name__ == "__main__":
    main()
