"""Let silent panes pass in one go.

A key that nobody mentions gets no event and no timer; when it speaks again, the panes between are applied
at once. With learning rates a1..ak the k silent updates of a baseline multiply its distance d0 from
x(0) by P = (1-a1)...(1-ak), and the SigniTrend variance becomes exactly P (var + d0^2 (1 - P)): by
induction, (1-a) P (var + d0^2 (1-P)) + (1-a) a P^2 d0^2 = P' (var + d0^2 (1 - P')) with P' = (1-a) P.
"""

import numpy as np

from state.burst_config import BASELINES, BurstConfig
from state.burst_layout import LOG_SHIFT, X_OF_ZERO, States
from state.burst_tail import sink_rate
from state.exact import Floats, Ints, decay_rate, ln, power

_MAX_AGE = 0xFFFF_FFFF


def pass_silence(cfg: BurstConfig, states: States, gap: Ints) -> None:
    """Apply ``gap`` silent panes (>= 0) to each key, in place. O(n), however long the gaps.

    Equal to ``gap`` steps with y = 0 up to the rounding of the stored fields: relative 1e-4 for gaps of
    up to some thousand panes.
    """
    age = states["age"].astype(np.int64)
    for i in range(BASELINES):
        kept = _kept(cfg, i, age, gap)
        distance = states["mu"][:, i].astype(np.float64) - X_OF_ZERO
        spread = distance * distance * (1.0 - kept)
        states["mu"][:, i] = X_OF_ZERO + kept * distance
        states["var"][:, i] = kept * (states["var"][:, i] + spread)
        states["smooth_var"][:, i] = kept * (states["smooth_var"][:, i] + spread)
    alpha = min(1.0, 2.0 * cfg.pane_ms / (cfg.smooth_ms + cfg.pane_ms))
    fade = power(1.0 - alpha, gap) if alpha < 1.0 else (gap == 0).astype(np.float64)
    states["smooth"] = X_OF_ZERO + fade * (states["smooth"].astype(np.float64) - X_OF_ZERO)
    point = states["tail_point"].astype(np.float64)
    sunk = point - gap * (sink_rate(cfg) * states["tail_width"].astype(np.float64))
    states["tail_point"] = np.maximum(sunk, ln(np.array([LOG_SHIFT]))[0])
    states["age"] = np.minimum(age + gap, _MAX_AGE)


def _kept(cfg: BurstConfig, baseline: int, age: Ints, gap: Ints) -> Floats:
    """Return P, the share of a baseline that is left after ``gap`` silent panes.

    While the key is young the rates are 1/(m+1), 1/(m+2), ... and the product telescopes to m / (m + k);
    after that each pane keeps the half-life's share.
    """
    keep = decay_rate(cfg.half_lives_ms[baseline] / cfg.pane_ms)
    # The rate 1/(m+1) is above the half-life's 1-keep for m below this bound.
    bound = 1.0 / (1.0 - keep) - 1.0
    start = age + cfg.prior_weight
    young = np.clip(np.ceil(bound - start), 0.0, gap)
    kept: Floats = start / (start + young) * power(keep, gap - young.astype(np.int64))
    return kept
