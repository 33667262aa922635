"""How fast each part of a key's state learns, and what a run of silent panes leaves of it.

A young key averages: pane n has weight 1 / (n + w + 1). An old one forgets with its half-life. Both for
steps and for silence in one go, so that the two can never disagree.
"""

import numpy as np

from state.burst_config import HOUR_MS, BurstConfig
from state.exact import Floats, Ints, decay_rate, power
from state.long_pane import is_long

# Felt only with panes of more than an hour, where two days and two weeks are too few panes.
MIN_HALF_LIFE_PANES = 12.0
MIN_MEMORY_PANES = 200
NEWS_PANES = 24  # at most so many of smoothing, at least so many of memory
_NEWS_MS = 12 * HOUR_MS


def weight(age: Ints, prior_weight: float, half_life_panes: float) -> Floats:
    """Return the weight of the next pane after ``age`` panes. O(n)."""
    old = 1.0 - decay_rate(half_life_panes)
    young: Floats = 1.0 / (age + (prior_weight + 1.0))
    return np.maximum(young, old)


def kept(age: Ints, prior_weight: float, half_life_panes: float, gap: Ints) -> Floats:
    """Return the product of (1 - weight) over ``gap`` panes after ``age``. O(n), however long the gap.

    While the key is young the factors are m / (m + 1) and the product telescopes to m / (m + k); after
    that each pane keeps the half-life's share.
    """
    keep = decay_rate(half_life_panes)
    start = age + prior_weight
    bound = 1.0 / (1.0 - keep) - 1.0  # young while 1 / (m + 1) is above 1 - keep
    young = np.clip(np.ceil(bound - start), 0.0, gap)
    # A key without prior and age (m = 0) takes its first pane whole: nothing is left, 0 / k = 0.
    left: Floats = start / np.maximum(start + young, 1e-300)
    left = np.where(start + young > 0.0, left, 1.0)
    return left * power(keep, gap - young.astype(np.int64))


def baseline_half_life(cfg: BurstConfig) -> float:
    """Return the memory of the baseline in panes; a mean of fewer than twelve would be noise."""
    return max(cfg.half_life_ms / cfg.pane_ms, MIN_HALF_LIFE_PANES)


def memory(cfg: BurstConfig) -> int:
    """Return the panes that tail and profile remember; a tail of 2 % needs some exceedances."""
    return max(cfg.panes(cfg.memory_ms), MIN_MEMORY_PANES)


def smoothing(cfg: BurstConfig) -> float:
    """Return the weight of a new pane in the smoothed input; 1 when a pane is as long as the span."""
    return min(1.0, 2.0 * cfg.pane_ms / (cfg.smooth_ms + cfg.pane_ms))


def news_memory(cfg: BurstConfig) -> int:
    """Return the memory of the usual level of news in panes."""
    return max(cfg.panes(cfg.memory_ms), NEWS_PANES)


def settled(cfg: BurstConfig) -> int:
    """Return the age in panes from which a tail learns: a quarter of the warm-up.

    Before that the baseline itself is still on its way, and its errors would count as the key's habit.
    """
    return cfg.panes(cfg.warm_ms // 4)


def news_span(cfg: BurstConfig) -> float:
    """Return the span in panes of the smoothed count that ranks topics.

    As many panes as the alert's smoothing has of five minutes, but no more than half a day. Long panes are
    not smoothed: what starts late in one is counted in the next (``long_pane``).
    """
    if is_long(cfg.pane_ms):
        return 1.0
    half_day = _NEWS_MS / cfg.pane_ms
    return max(2.0, min(float(NEWS_PANES), half_day), cfg.smooth_ms / cfg.pane_ms)
