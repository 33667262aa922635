"""Say how far a topic is above its own long-run level: the number by which topics are compared.

The score of ``burst_tail`` asks how rare a pane is for this key; every key then has its rare panes equally
often, and a list ordered by it would give each topic the same share of first places. To rank topics, what
counts is how many deviations the recent count lies above the usual one. The recent count is smoothed over
``news_span`` panes; times the span it is about a Poisson count, so t = 2 sqrt(span c + 3/8) has deviation 1
for the steadiest topic whatever its size, and news = (t - mean) / (deviation + floor), with mean and
deviation of t over two weeks. No upper end, no warm-up: a new topic is measured against its prior.

Panes of more than six hours are not smoothed. They leave to the next what their late contents hold of it
(``long_pane``), and that is what the state keeps instead of the smoothed count.

Only panes with a count change anything. The mean of t over the silence before them is then learnt in one
piece, weighted with its length, so a long silence costs as little as a short one.

Source: SigniTrend (Schubert, Weiler, Kriegel, KDD 2014) for the form; the smoothed count, the scale and the
long memory were chosen on daily and hourly counts, see docs/explanation/detector.md.
"""

import numpy as np

from state.burst_config import BurstConfig
from state.burst_layout import X_OF_ZERO, States, longer_ago, stabilise
from state.burst_rates import kept, news_memory, news_span, weight
from state.exact import Floats, Ints, power
from state.long_pane import is_long

_POINTS = 4  # of the midpoint rule; two give the same ranks
_SPANS = 8  # after so many spans of silence nothing of a count is left


def update_news(cfg: BurstConfig, states: States, y: Floats, age: Ints, late: Floats | float = 0.0) -> Floats:
    """Return the news of one pane of each key, and learn from panes with a count, in place. O(n).

    Args:
        cfg: Settings.
        states: Caught up to the pane before.
        y: Count of the pane, >= 0.
        age: Panes that each key had before this one.
        late: What of y counts for the next pane instead; only of panes that are long.
    """
    span = news_span(cfg)
    alpha = 2.0 / (span + 1.0)
    heard = y > 0.0
    ago = states["news_ago"].astype(np.int64)
    before = states["news_count"].astype(np.float64)
    mu, var = _after_silence(cfg, states, age, np.where(heard, ago, 0))
    if is_long(cfg.pane_ms):
        count = np.where(ago == 0, before, 0.0) + (y - late)
        left = np.broadcast_to(np.asarray(late, np.float64), y.shape)
    else:
        count = before * power(1.0 - alpha, ago)
        left = count = count + alpha * (y - count)
    t = stabilise(count * span)
    sigma = np.sqrt(var)
    news: Floats = (t - mu) / (sigma + cfg.noise_floor)
    distance = np.minimum(t - mu, cfg.clip_sigma * (sigma + cfg.noise_floor))
    rate = weight(age, cfg.prior_weight, news_memory(cfg))
    states["news_var"] = np.where(heard, (1.0 - rate) * (var + rate * distance * distance), var)
    states["news_mu"] = np.where(heard, mu + rate * distance, mu)
    states["news_count"] = np.where(heard, left, before)
    states["news_ago"] = np.where(heard, 0, longer_ago(ago, np.ones_like(ago)))
    return news


def _after_silence(cfg: BurstConfig, states: States, age: Ints, ago: Ints) -> tuple[Floats, Floats]:
    """Return mean and variance after ``ago`` silent panes in which the smoothed count died away."""
    mu = states["news_mu"].astype(np.float64)
    var = states["news_var"].astype(np.float64)
    if not ago.any():  # what follows would change no bit
        return mu, var
    span = news_span(cfg)
    keep = 1.0 - 2.0 / (span + 1.0)
    long = is_long(cfg.pane_ms)
    fading = np.minimum(ago, 1 if long else int(_SPANS * span))
    mass = states["news_count"].astype(np.float64) * span
    above = np.zeros_like(mu)
    for point in range(_POINTS):
        passed = (2 * point + 1) * fading // (2 * _POINTS)
        above += stabilise(mass if long else mass * power(keep, passed)) - X_OF_ZERO
    mean = X_OF_ZERO + above / _POINTS * (fading / np.maximum(ago, 1))
    left = kept(np.maximum(age - ago, 0), cfg.prior_weight, news_memory(cfg), ago)
    largest = cfg.clip_sigma * (np.sqrt(var) + cfg.noise_floor)
    distance = np.minimum(mean - mu, largest)
    rate = 1.0 - left
    return mu + rate * distance, left * (var + rate * distance * distance)
