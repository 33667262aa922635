"""Learn how surprising a key usually is, and score a surprise against that.

The log surprise v = ln(max(z, 0) + 0.3) of a key has a tail point u, exceeded by a share q of its panes,
and a mean excess m above it. An exponential excess of v is a power-law tail of z, which is what counts of
attention have. Then P(v or more) = q exp(-(v - u) / m), and the score is -log10 of it. A topic that jumps
every morning has its tail point up there, so the morning does not score; a quiet one scores early.
"""

import numpy as np
import numpy.typing as npt

from state.burst_config import BurstConfig
from state.burst_layout import LOG_SHIFT, States
from state.exact import LN2, Floats, ln

LN10 = 2.302585092994046
_LOG10_2 = LN2 / LN10


def base_score(cfg: BurstConfig) -> float:
    """Return the score at the tail point: -log10 of tail_prob."""
    return float(-ln(np.array([cfg.tail_prob]))[0] / LN10)


def sink_rate(cfg: BurstConfig) -> float:
    """Return how far a pane below the tail point lowers it, in tail widths."""
    return cfg.tail_rate * cfg.tail_prob


def score_tail(cfg: BurstConfig, states: States, z: Floats, warm: npt.NDArray[np.bool_]) -> Floats:
    """Return the score of z, then learn from it, in place. O(n).

    Below the tail point the score rises with z from 0 to ``base_score``, so that panes can still be
    ranked. A key that is not warm has no tail of its own: there z = cold_z scores alert_score.
    """
    point = states["tail_point"].astype(np.float64)
    width = states["tail_width"].astype(np.float64)
    surprise = np.maximum(z, 0.0)
    v = ln(surprise + LOG_SHIFT)
    excess = v - point
    above = excess > 0.0
    base = base_score(cfg)
    below_score = base * np.minimum(surprise / np.maximum(_inverse(point), 1e-9), 1.0)
    s = np.where(above, base + excess / (width * LN10), below_score)
    s = np.where(warm, s, cfg.alert_score * surprise / cfg.cold_z)
    moved = point + cfg.tail_rate * width * (above - cfg.tail_prob)
    states["tail_point"] = np.maximum(moved, ln(np.array([LOG_SHIFT]))[0])
    states["tail_width"] = width + np.where(above, cfg.tail_rate * (excess - width), 0.0)
    return s


def _inverse(point: Floats) -> Floats:
    """Return the z whose log surprise is ``point``: exp(point) - 0.3, at least 0."""
    whole = np.rint(point / LN2)
    rest = point - whole * LN2
    series = np.ones_like(rest)
    for i in range(11, 0, -1):  # Taylor series by Horner; |rest| < 0.35, error below 1e-13
        series = 1.0 + series * rest / i
    z: Floats = np.maximum(np.ldexp(series, whole.astype(np.int64)) - LOG_SHIFT, 0.0)
    return z
