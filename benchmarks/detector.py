"""Cost of the burst detector per (key, pane) closed: `python benchmarks/detector.py`.

Prints one JSON line per batch size: microseconds per key of ``step`` and ``gate`` together, with every key
heard in each pane and with a third of the keys silent for some panes before.
"""

import json
import time

import numpy as np

from state.burst import step
from state.burst_config import BurstConfig
from state.burst_gate import gate
from state.burst_layout import STATE_DTYPE, X_OF_ZERO, fresh

BATCHES = (1, 100, 10_000)
SECONDS = 2.0


def measure(n: int, *, sparse: bool) -> float:
    """Return microseconds per key and pane; best of the panes that fit into SECONDS."""
    rng = np.random.default_rng(1)
    cfg = BurstConfig()
    states = fresh(cfg, n, np.full(n, X_OF_ZERO), np.ones(n), np.zeros(n, np.int64))
    pane = np.zeros(n, np.int64)
    users = np.full(n, 50)
    share = np.zeros(n)
    times = []
    end = time.perf_counter() + SECONDS
    while time.perf_counter() < end:
        gap = rng.integers(0, 50, n) * (rng.random(n) < 1 / 3) if sparse else 0
        pane = pane + 1 + gap
        y = rng.poisson(8.0, n).astype(np.float64)
        start = time.perf_counter()
        scores = step(cfg, states, y, pane)
        gate(cfg, states, scores, users=users, fingerprints=users, top_fp_share=share, pane_index=pane)
        times.append(time.perf_counter() - start)
    return 1e6 * float(np.median(times)) / n


def main() -> None:
    """Measure all batch sizes."""
    for n in BATCHES:
        print(
            json.dumps(
                {
                    "batch": n,
                    "us_per_key_pane": round(measure(n, sparse=False), 3),
                    "us_per_key_pane_with_silence": round(measure(n, sparse=True), 3),
                    "state_bytes": STATE_DTYPE.itemsize,
                }
            )
        )


if __name__ == "__main__":
    main()
