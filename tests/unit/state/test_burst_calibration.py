"""A score of 3 means one pane in a thousand, for steady keys and for keys whose bursts last."""

import numpy as np
import pytest

from state.burst import step
from state.burst_config import BurstConfig
from state.burst_layout import fresh, stabilise
from state.exact import Floats

KEYS, WEEK = 24, 2016
WEEKS = 4
SEED = 23


def _share_of_threes(y: Floats) -> float:
    """Share of panes with s >= 3 after the first week."""
    cfg, n = BurstConfig(), y.shape[1]
    states = fresh(cfg, n, stabilise(y[0]), np.ones(n), np.zeros(n, np.int64))
    s = [step(cfg, states, row, np.full(n, pane)).s for pane, row in enumerate(y)]
    return float((np.array(s[WEEK:]) >= 3.0).mean())


@pytest.mark.parametrize(("mean", "swell"), [(0.3, 0.0), (2.0, 0.0), (20.0, 0.0), (200.0, 0.0), (20.0, 0.5)])
def test_three_is_one_in_a_thousand(mean: float, swell: float) -> None:
    """Within a factor of three, for Poisson counts and for counts with a slow swell of their own."""
    rng = np.random.default_rng(SEED)
    rate = np.full((WEEKS * WEEK, KEYS), mean)
    level = np.zeros(KEYS)
    for pane in range(len(rate)):
        level = 0.92 * level + rng.normal(0.0, 0.39, KEYS)
        rate[pane] *= np.exp(swell * level)
    share = _share_of_threes(rng.poisson(rate).astype(float))
    assert 1e-3 / 3 < share < 3e-3
