"""Learn how surprising a key usually is, and score a surprise against that.

The log surprise v = ln(max(z, 0) + 0.5) of a key has a tail point u, exceeded by a share q of its panes,
and a mean excess m above it. An exponential excess of v is a power-law tail of z, which is what counts of
attention have. Then P(v or more) = q exp(-(v - u) / m), and the score is -log10 of it. A topic that jumps
every day has its tail point up there, so the jump does not score; a quiet one scores early.

The point moves by m (1[v > u] - q) / (q n + c) after n panes. With the tail's density q / m at u this is
the fastest stable step for a quantile; c start exceedances keep the first steps small.
Source: Robbins and Monro, "A stochastic approximation method", 1951.
"""

from functools import lru_cache

import numpy as np

from state.burst_config import BurstConfig
from state.burst_layout import LOG_SHIFT, States
from state.burst_rates import memory
from state.exact import Floats, Ints, ln

LN10 = 2.302585092994046
LOWEST = float(ln(np.array([LOG_SHIFT]))[0])  # v of a pane without surprise
# The tail point stays where a tenth of a deviation would be: below it every event of a nearly silent key
# would count as rare, and rounding would decide.
LOWEST_POINT = float(ln(np.array([LOG_SHIFT + 0.1]))[0])


@lru_cache(maxsize=64)
def base_score(tail_prob: float) -> float:
    """Return the score at the tail point: -log10 of ``tail_prob``."""
    return float(-ln(np.array([tail_prob]))[0] / LN10)


def score_tail(cfg: BurstConfig, states: States, z: Floats) -> Floats:
    """Return the scores of z, array (SPEEDS, n), then learn from it, in place. O(n).

    Below the tail point the score rises with v from 0 to ``base_score``, so that panes can still be
    ranked.
    """
    point = states["tail_point"].T.astype(np.float64)
    width = states["tail_width"].T.astype(np.float64)
    v = ln(np.maximum(z, 0.0) + LOG_SHIFT)
    excess = v - point
    above = excess > 0.0
    base = base_score(cfg.tail_prob)
    below_score = base * ((v - LOWEST) / (point - LOWEST))
    scores = np.where(above, base + excess / (width * LN10), below_score)
    rate = 1.0 / (cfg.tail_prob * _known(cfg, states["age"].astype(np.int64)) + cfg.tail_prior)
    states["tail_point"] = np.maximum(point + rate * width * (above - cfg.tail_prob), LOWEST_POINT).T
    states["tail_width"] = (width + np.where(above, rate * (excess - width), 0.0)).T
    return scores


def silence_tail(cfg: BurstConfig, states: States, gap: Ints) -> None:
    """Let ``gap`` silent panes lower the tail point, in place. O(n).

    Each lowers it by m / (n + c/q). While n grows the sum of these is the logarithm of the ratio of its
    ends (midpoint rule, relative error below 1e-5 for c/q of 100); later every pane counts the same.
    """
    age = states["age"].astype(np.int64)
    pseudo = cfg.tail_prior / cfg.tail_prob
    limit = memory(cfg)
    growing = np.clip(limit - age, 0, gap)
    start = age + (pseudo - 0.5)
    sunk = ln((start + growing) / start) + (gap - growing) / (limit + pseudo)
    point = states["tail_point"].astype(np.float64)
    width = states["tail_width"].astype(np.float64)
    states["tail_point"] = np.maximum(point - sunk[:, None] * width, LOWEST_POINT)


def _known(cfg: BurstConfig, age: Ints) -> Ints:
    """Return the panes that the tail remembers."""
    return np.minimum(age, memory(cfg))
