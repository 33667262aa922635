"""Gnip's Poisson model as a baseline: this pane against the pane before.

    eta = (c - nu) / width of the central 99 % interval of a Poisson count with mean nu,  nu = the last pane

The interval is taken on the square-root scale, where a Poisson count has deviation 1:
(sqrt(nu + 3/8) +- 2.576/2)^2 - 3/8, of width 2 x 2.576 sqrt(nu + 3/8). Within a few percent of the exact
quantiles from nu = 2 on, and positive at nu = 0, where the original gives no score at all. The published
code takes |c - nu|, so drops score too; here only rises do. The wider the pane, the fewer false alerts
and the later the true ones.

Fields: ``mu`` = count of the last pane.
Silence is exact: the last pane was silent, so nu = 0.

Source: Hendrickson, Kolb, Lehman, Montague, "Trend Detection in Social Data", Gnip 2015, Poisson model;
interval: Anscombe 1948.
"""

from typing import Final

import numpy as np

from state.burst import Scores
from state.burst_config import BurstConfig
from state.burst_layout import States
from state.detector_panes import close, from_prior, silent_panes, verdict
from state.exact import Floats, Ints

ALERT_AT: Final = 2.0  # interval widths; one half is the edge of the interval
QUANTILE: Final = 2.575829  # of the normal distribution at .995


def fresh(cfg: BurstConfig, n: int, prior_mu: Floats, prior_var: Floats, pane_index: Ints) -> States:
    """Return records of n new keys; the pane before the first is the prior's."""
    del cfg, prior_var
    return from_prior(n, prior_mu, pane_index)


def step(cfg: BurstConfig, states: States, y: Floats, pane_index: Ints) -> Scores:
    """Take one closed pane of each key, in place, and score it against the pane before. O(n)."""
    gap = silent_panes(states, pane_index)
    count = np.maximum(np.asarray(y, np.float64), 0.0)
    last = np.where(gap == 0, states["mu"].astype(np.float64), 0.0)
    var = last + 0.375
    z = (count - last) / np.sqrt(var)
    scores = verdict(cfg, states, z / (2.0 * QUANTILE) / ALERT_AT, y=count, z=z, expected=last, var=var)
    states["mu"] = count
    close(states, gap, pane_index)
    return scores
