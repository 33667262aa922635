"""What every baseline detector does alike: an empty record, silent panes, a verdict on the common scale.

Baselines live in the record of the burst detector (``burst_layout.STATE_DTYPE``), so that codec, gate,
engine and stores serve them all; each module says which fields it uses and what for. Unused fields are 0.
"""

from typing import Final

import numpy as np

from state.burst import Scores
from state.burst_config import BurstConfig
from state.burst_layout import NEVER, STATE_DTYPE, States, longer_ago, stabilise
from state.exact import Floats, Ints

# On the common scale every detector alerts here unless told otherwise. Own units would need another
# threshold in every configuration; a ratio to the own threshold keeps order, alerts and escalations.
ALERT_SCORE: Final = BurstConfig().alert_score


def blank(n: int, pane_index: Ints) -> States:
    """Return records of n keys that have seen nothing and whose first pane is ``pane_index``."""
    states = np.zeros(n, STATE_DTYPE)
    states["last_pane"] = np.asarray(pane_index, np.int64) - 1
    states["alert_ago"] = NEVER
    return states


def prior_count(prior_mu: Floats, n: int) -> Floats:
    """Return the count of a pane that a prior on the square-root scale stands for, >= 0."""
    mu = np.broadcast_to(np.asarray(prior_mu, np.float64), n)
    count: Floats = np.maximum(0.25 * mu * mu - 0.375, 0.0)
    return count


def from_prior(n: int, prior_mu: Floats, pane_index: Ints) -> States:
    """Return records of n new keys whose ``mu`` is the count of a pane that the prior stands for."""
    states = blank(n, pane_index)
    states["mu"] = prior_count(prior_mu, n)
    return states


def silent_panes(states: States, pane_index: Ints) -> Ints:
    """Return how many silent panes lie between each key's last pane and this one, >= 0.

    Raises:
        ValueError: A pane that is not newer than the key's last one: panes close once, in order.
    """
    gap: Ints = np.asarray(pane_index, np.int64) - states["last_pane"] - 1
    if gap.size and int(gap.min()) < 0:
        row = int(np.argmin(gap))
        raise ValueError(
            f"row {row}: pane {int(np.asarray(pane_index)[row])} is not newer than the key's last pane "
            f"{int(states['last_pane'][row])}; give each key's panes once and in order"
        )
    return gap


def verdict(
    cfg: BurstConfig, states: States, ratio: Floats, *, y: Floats, z: Floats, expected: Floats, var: Floats
) -> Scores:
    """Return the scores of a pane that was judged but not yet counted in ``age``. O(n).

    Args:
        cfg: Settings.
        states: Records; ``age`` counts the panes before this one.
        ratio: The detector's own statistic over its own threshold; negative counts as 0.
        y: The pane's count, >= 0.
        z: Surprise in deviations.
        expected: Expected count of the pane, >= 0.
        var: Squared deviation of that expectation.
    """
    score = ALERT_SCORE * np.maximum(ratio, 0.0)
    return Scores(
        s=score,
        evidence=score,
        news=score,  # by which it would order topics, too
        z=z,
        x=stabilise(y),
        expected=expected,
        sd=np.sqrt(var),
        recent=np.zeros_like(y),  # baselines keep no such level
        warm=states["age"].astype(np.int64) >= cfg.panes(cfg.warm_ms),
    )


def close(states: States, gap: Ints, pane_index: Ints) -> None:
    """Count the pane and the silent ones before it, in place."""
    states["age"] = states["age"].astype(np.int64) + gap + 1
    states["alert_ago"] = longer_ago(states["alert_ago"], gap + 1)
    states["last_pane"] = pane_index
