"""Kleinberg's two states as a baseline, decided online.

A topic emits at its base rate mu or, in a burst, at twice that. A Poisson pane of count y speaks for the
burst with the log-likelihood ratio  y ln 2 - mu.  Entering the burst costs gamma ln n nats, leaving it is
free. For two states the Viterbi recursion shrinks to one number, the evidence

    E <- max(0, min(E, gamma ln n) + y ln 2 - mu)

and the cheapest path ends in the burst exactly when E > gamma ln n: a CUSUM whose carry is bounded on both
sides. Kleinberg works offline with the mean of the whole series; here mu is the mean so far (EWMA with the
long memory) and n is the number of panes in that memory.

Fields: ``mu`` = base rate, ``smooth`` = evidence in nats.
Silence: k silent panes take the sum of their mu from E; that sum is geometric for an old key, and for a
young one, whose mean falls like m / (m + j), a logarithm (midpoint rule: error below 2 % of one pane's mu
for a prior of no weight, below 1e-4 from a weight of twelve on).

Source: Kleinberg, "Bursty and hierarchical structure in streams", KDD 2002, sections 2 and 4 (s = 2,
gamma = 1); Page, "Continuous inspection schemes", 1954, for the sum.
"""

from functools import lru_cache
from typing import Final

import numpy as np

from state.burst import Scores
from state.burst_config import BurstConfig
from state.burst_layout import States
from state.burst_rates import memory, weight
from state.detector_panes import close, from_prior, silent_panes, verdict
from state.exact import LN2, Floats, Ints, decay_rate, ln, power

ALERT_AT: Final = 2.0  # evidence over the cost of entering; 1 is where the burst begins
GAMMA: Final = 1.0


def fresh(cfg: BurstConfig, n: int, prior_mu: Floats, prior_var: Floats, pane_index: Ints) -> States:
    """Return records of n new keys; the prior is their base rate. Arguments as for ``burst_layout.fresh``."""
    del cfg, prior_var
    return from_prior(n, prior_mu, pane_index)


def step(cfg: BurstConfig, states: States, y: Floats, pane_index: Ints) -> Scores:
    """Take one closed pane of each key, in place, and weigh it before learning it. O(n)."""
    gap = silent_panes(states, pane_index)
    cost = entry_cost(memory(cfg))
    count = np.maximum(np.asarray(y, np.float64), 0.0)
    age = states["age"].astype(np.int64)
    base = states["mu"].astype(np.float64)
    mu, drained = _silence(cfg, age, base, gap)
    carried = np.maximum(np.minimum(states["smooth"].astype(np.float64), cost) - drained, 0.0)
    evidence = np.maximum(carried + count * LN2 - mu, 0.0)
    z = (count - mu) / np.sqrt(mu + 0.375)
    scores = verdict(cfg, states, evidence / cost / ALERT_AT, y=count, z=z, expected=mu, var=mu)
    states["mu"] = mu + weight(age + gap, cfg.prior_weight, memory(cfg)) * (count - mu)
    states["smooth"] = evidence
    close(states, gap, pane_index)
    return scores


@lru_cache(maxsize=64)
def entry_cost(panes: int) -> float:
    """Return gamma ln n in nats for n panes of memory."""
    return GAMMA * float(ln(np.array([float(panes)]))[0])


def _silence(cfg: BurstConfig, age: Ints, base: Floats, gap: Ints) -> tuple[Floats, Floats]:
    """Return the base rate after ``gap`` silent panes, and the sum of what they were expected to be."""
    keep = decay_rate(memory(cfg))
    seen = age + cfg.prior_weight
    # As in burst_rates.kept: young while 1 / (m + 1) is above 1 - keep.
    young = np.clip(np.ceil(1.0 / (1.0 - keep) - 1.0 - seen), 0.0, gap)
    first = np.where(young > 0.0, 1.0, 0.0)
    second = np.where(young > 1.0, seen / (seen + 1.0), 0.0)
    rest = np.maximum(young - 2.0, 0.0)
    expected = first + second + seen * ln((seen + 1.5 + rest) / (seen + 1.5))
    left = seen / (seen + young)
    faded = power(keep, gap - young.astype(np.int64))
    expected += left * (1.0 - faded) / (1.0 - keep)
    return base * (left * faded), base * expected
