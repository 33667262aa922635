"""Let silent panes pass in one go.

A key that nobody mentions gets no event and no timer; when it speaks again, the panes between are applied
at once. With learning rates a1..ak the k silent updates of a baseline multiply its distance d0 from
x(0) by P = (1-a1)...(1-ak), and the SigniTrend variance becomes exactly P (var + d0^2 (1 - P)): by
induction, (1-a) P (var + d0^2 (1-P)) + (1-a) a P^2 d0^2 = P' (var + d0^2 (1 - P')) with P' = (1-a) P.
"""

import numpy as np

from state.burst_config import BurstConfig
from state.burst_layout import X_OF_ZERO, States, longer_ago
from state.burst_profile import silence_profile
from state.burst_rates import baseline_half_life, kept, smoothing
from state.burst_tail import silence_tail
from state.exact import Ints, power


def pass_silence(cfg: BurstConfig, states: States, gap: Ints) -> None:
    """Apply ``gap`` silent panes (>= 0) to each key, in place. O(n), however long the gaps.

    Equal to ``gap`` steps with y = 0 up to the rounding of the stored fields: relative 1e-3 for gaps of
    up to some thousand panes. Does not move ``last_pane``: the caller takes the next pane at once.
    """
    age = states["age"].astype(np.int64)
    left = kept(age, cfg.prior_weight, baseline_half_life(cfg), gap)
    distance = states["mu"].astype(np.float64) - X_OF_ZERO
    spread = distance * distance * (1.0 - left)
    states["var"] = left[:, None] * (states["var"].astype(np.float64) + spread[:, None])
    states["mu"] = X_OF_ZERO + left * distance
    alpha = smoothing(cfg)
    left = power(1.0 - alpha, gap) if alpha < 1.0 else (gap == 0).astype(np.float64)
    states["smooth"] = X_OF_ZERO + left * (states["smooth"].astype(np.float64) - X_OF_ZERO)
    silence_profile(cfg, states, gap)
    silence_tail(cfg, states, gap)
    for name in ("news_ago", "alert_ago"):
        states[name] = longer_ago(states[name], gap)
    states["age"] = age + gap
    states["last_pane"] += gap
