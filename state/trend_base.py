"""What the list takes for a topic's normal level: the plain mean of a pane, slow to learn from news.

The burst detector's baseline adapts within panes, so that steady topics soon stop alerting. A list asks
something else: a topic that appeared this morning is still news at noon. So here a new key starts from the
crowd's level with the weight of some hours, and the mean is over days.
"""

import numpy as np

from state.exact import Floats, Ints, decay_rate, power
from state.trend_config import TrendConfig
from state.trend_key import Rows


def advance(cfg: TrendConfig, core: Rows, gap: Ints, y: Floats) -> Floats:
    """Move the base of each key over ``gap`` panes, the last with count y, the others silent. In place, O(n).

    Args:
        cfg: Settings.
        core: States; ``burst.age`` already counts these panes.
        gap: Panes since the key's last one, >= 1.
        y: Count of the newest.

    Returns:
        The normal level before the newest pane.
    """
    pane_ms = cfg.burst.pane_ms
    prior = cfg.base_prior_ms / pane_ms
    full = cfg.base_memory_ms / pane_ms
    # Panes of evidence before these; the mean of n panes gives the next one the weight 1 / (n + 1).
    evidence = np.maximum(core["burst"]["age"].astype(np.float64) - gap, 0.0) + prior
    silent = np.maximum(gap - 1, 0)
    young = evidence + silent < full
    kept = np.where(young, evidence / (evidence + silent), power(decay_rate(full), silent))
    before: Floats = core["base"].astype(np.float64) * kept
    rate = 1.0 / (np.minimum(evidence + silent, full) + 1.0)
    core["base"] = before + rate * (y - before)
    return before
