"""SigniTrend as a baseline: the deviation of a count from its moving mean.

    z = (y - max(mu, beta)) / (sigma + beta),  then  d = y - mu,  mu += a d,  var = (1 - a)(var + a d^2)

with a = 1 - 2^(-1/half-life). beta is a floor under both mean and deviation, so that one or two events of
a rare topic are no trend. The published method feeds shares of documents; here it is the count itself,
because a key does not know the total of its scope. No clipping, no season, no threshold of a key's own.

Fields: ``mu`` = mean count, ``var[0]`` = its variance.
Silence has a closed form, the same as in ``burst_silence``: k panes leave P = (1 - a)^k of mu, and
P (var + mu^2 (1 - P)) of the variance.

Source: Schubert, Weiler, Kriegel, "SigniTrend", KDD 2014. Its hashed table of rare terms is
``state/tail_sketch.py``, which gives the prior.
"""

from typing import Final

import numpy as np

from state.burst import Scores
from state.burst_config import BurstConfig
from state.burst_layout import States
from state.burst_rates import baseline_half_life
from state.detector_panes import blank, close, prior_count, silent_panes, verdict
from state.exact import Floats, Ints, decay_rate, power

ALERT_AT: Final = 3.0  # deviations


def fresh(cfg: BurstConfig, n: int, prior_mu: Floats, prior_var: Floats, pane_index: Ints) -> States:
    """Return records of n new keys; arguments as for ``burst_layout.fresh``."""
    del cfg
    states = blank(n, pane_index)
    mu = prior_count(prior_mu, n)
    states["mu"] = mu
    # y = x^2/4 - 3/8, so dy = x dx / 2 and a deviation of x becomes sqrt(y + 3/8) times as much of y.
    states["var"][:, 0] = np.broadcast_to(np.asarray(prior_var, np.float64), n) * (mu + 0.375)
    return states


def step(cfg: BurstConfig, states: States, y: Floats, pane_index: Ints) -> Scores:
    """Take one closed pane of each key, in place, and score it before learning it. O(n)."""
    gap = silent_panes(states, pane_index)
    keep = decay_rate(baseline_half_life(cfg))
    count = np.maximum(np.asarray(y, np.float64), 0.0)
    left = power(keep, gap)
    before = states["mu"].astype(np.float64)
    var = left * (states["var"][:, 0].astype(np.float64) + before * before * (1.0 - left))
    mu = left * before
    z = (count - np.maximum(mu, cfg.noise_floor)) / (np.sqrt(var) + cfg.noise_floor)
    scores = verdict(cfg, states, z / ALERT_AT, y=count, z=z, expected=mu, var=var)
    distance = count - mu
    rate = 1.0 - keep
    states["mu"] = mu + rate * distance
    states["var"][:, 0] = keep * (var + rate * (distance * distance))
    close(states, gap, pane_index)
    return scores
