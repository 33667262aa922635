"""Learn how surprising a key usually is, and score a surprise against that.

The log surprise v = ln(max(z, 0) + 0.5) of a key has a tail point u, exceeded by a share q of its panes,
and a mean excess m above it. An exponential excess of v is a power-law tail of z, which is what counts of
attention have. Then P(v or more) = q exp(-(v - u) / m), and the score is -log10 of it. A topic that jumps
every day has its tail point up there, so the jump does not score; a quiet one scores early.

The point moves by m (1[v > u] - q) / (q n + c) after n panes. With the tail's density q / m at u this is
the fastest stable step for a quantile; c start exceedances keep the first steps small.

The evidence is the mean of the scores of both speeds. How often that is large depends on how far a key's
speeds go together: two scores of 3 at once are one pane in 1,000 for a key whose bursts last, and one in
70,000 for a Poisson count. So the evidence has a tail of its own, learnt in the same way, and the score s
that is told is -log10 of the share of the key's panes with as much evidence.
Source: Robbins and Monro, "A stochastic approximation method", 1951.
"""

from functools import lru_cache

import numpy as np

from state.burst_config import BurstConfig
from state.burst_layout import LOG_SHIFT, States
from state.burst_rates import memory, settled
from state.exact import Floats, Ints, ln

LN10 = 2.302585092994046
LOWEST = float(ln(np.array([LOG_SHIFT]))[0])  # v of a pane without surprise
# The tail point stays where a tenth of a deviation would be: below it every event of a nearly silent key
# would count as rare, and rounding would decide.
LOWEST_POINT = float(ln(np.array([LOG_SHIFT + 0.1]))[0])
LOWEST_SCORE_POINT = 0.5  # the same for the evidence


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
    rate = _rate(cfg, states, memory(cfg))
    states["tail_point"] = np.maximum(point + rate * width * (above - cfg.tail_prob), LOWEST_POINT).T
    states["tail_width"] = (width + np.where(above, rate * (excess - width), 0.0)).T
    return scores


def score_evidence(cfg: BurstConfig, states: States, evidence: Floats) -> Floats:
    """Return s, -log10 of how often this key has as much evidence, then learn from it, in place. O(n)."""
    point = states["score_point"].astype(np.float64)
    width = states["score_width"].astype(np.float64)
    excess = evidence - point
    above = excess > 0.0
    base = base_score(cfg.tail_prob)
    s: Floats = np.where(above, base + excess / (width * LN10), base * (evidence / point))
    rate = _rate(cfg, states, _score_memory(cfg))
    states["score_point"] = np.maximum(point + rate * width * (above - cfg.tail_prob), LOWEST_SCORE_POINT)
    states["score_width"] = width + np.where(above, rate * (excess - width), 0.0)
    return s


def silence_tail(cfg: BurstConfig, states: States, gap: Ints) -> None:
    """Let ``gap`` silent panes lower the tail points, in place. O(n)."""
    sunk = _sunk(cfg, states, gap, memory(cfg))[:, None]
    point = states["tail_point"].astype(np.float64)
    width = states["tail_width"].astype(np.float64)
    states["tail_point"] = np.maximum(point - sunk * width, LOWEST_POINT)
    sunk = _sunk(cfg, states, gap, _score_memory(cfg))
    point = states["score_point"].astype(np.float64)
    width = states["score_width"].astype(np.float64)
    states["score_point"] = np.maximum(point - sunk * width, LOWEST_SCORE_POINT)


def _sunk(cfg: BurstConfig, states: States, gap: Ints, limit: int) -> Floats:
    """Return by how many widths silence lowers a point.

    Each pane lowers it by m / (n + c/q). While n grows the sum of these is the logarithm of the ratio of
    its ends (midpoint rule, relative error below 1e-5 for c/q of 100); later every pane counts the same.
    """
    age = states["age"].astype(np.int64) - settled(cfg)
    learning = np.maximum(gap - np.maximum(-age, 0), 0)
    known = np.maximum(age, 0)
    pseudo = cfg.tail_prior / cfg.tail_prob
    growing = np.clip(limit - known, 0, learning)
    start = known + (pseudo - 0.5)
    sunk: Floats = ln((start + growing) / start) + (learning - growing) / (limit + pseudo)
    return sunk


def _rate(cfg: BurstConfig, states: States, limit: int) -> Floats:
    """Return how much the next pane moves a tail that remembers ``limit`` panes; 0 before it has settled."""
    age = states["age"].astype(np.int64) - settled(cfg)
    known = np.clip(age, 0, limit)
    rate: Floats = np.where(age < 0, 0.0, 1.0 / (cfg.tail_prob * known + cfg.tail_prior))
    return rate


def _score_memory(cfg: BurstConfig) -> int:
    """Return the memory of the evidence's tail in panes: half of the others', as it follows them."""
    return memory(cfg) // 2
