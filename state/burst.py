"""Score panes of many keys against each key's own past.

One pane of one key becomes x = 2 sqrt(y + 3/8). Three baselines of different memory each judge x and a
smoothed x; z is the mean of the six surprises (x - mu) / (sigma + floor). ``burst_tail`` turns z into a
score ~ -log10 of how often this key surprises as much. ``burst_gate`` makes one alert per burst of it.

Every line acts on arrays with one element per key, and no element looks at another: the result of a key
does not depend on its batch.

Source: SigniTrend (Schubert, Weiler, Kriegel, KDD 2014) for the update of mu and var with a noise floor.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from state.burst_config import BASELINES, BurstConfig
from state.burst_layout import X_OF_ZERO, States, stabilise
from state.burst_silence import pass_silence
from state.burst_tail import score_tail
from state.exact import Floats, Ints, decay_rate

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Scores:
    """The verdict on one pane of each key; all arrays have one element per key.

    Attributes:
        s: Score, >= 0: about -log10 of the probability of such a surprise in this key's own past.
        z: Mean surprise in deviations.
        x: The pane's weighted count on the square-root scale.
        expected: What the baselines expected, as a count, >= 0.
        sd: Deviation of that expectation, as a count.
        warm: The key has seen enough panes for ``s``; before that use ``z``.
    """

    s: Floats
    z: Floats
    x: Floats
    expected: Floats
    sd: Floats
    warm: Bools


def step(cfg: BurstConfig, states: States, y: Floats, pane_index: Ints) -> Scores:
    """Take one closed pane of each key into its state, in place, and return the scores.

    Panes between a key's last pane and this one were silent; they are applied first, in closed form.
    The score is computed before the pane is learnt. O(n) time, no allocation that outlives the call.

    Args:
        cfg: Settings.
        states: Array of STATE_DTYPE, one row per key; a key may appear once.
        y: Weighted count of the pane; negative (more undone than done) counts as 0.
        pane_index: Index of the pane (start_ms // pane_ms), newer than the key's last pane.

    Raises:
        ValueError: A pane that is not newer than its key's last one: panes close once, in order.
    """
    gap = pane_index - states["last_pane"] - 1
    if gap.size and int(gap.min()) < 0:
        row = int(np.argmin(gap))
        raise ValueError(
            f"row {row}: pane {int(pane_index[row])} is not newer than the key's last pane "
            f"{int(states['last_pane'][row])}; give each key's panes once and in order"
        )
    if gap.size and int(gap.max()) > 0:
        pass_silence(cfg, states, gap)
    x = stabilise(np.asarray(y, np.float64))
    expected, sd = _expectation(states)
    z = _learn(cfg, states, x)
    warm = states["age"] >= cfg.panes(cfg.warm_ms)
    s = score_tail(cfg, states, np.where(x > X_OF_ZERO, z, 0.0), warm)
    states["age"] += 1
    states["last_pane"] = pane_index
    return Scores(s=s, z=z, x=x, expected=expected, sd=sd, warm=warm)


def learning_rate(cfg: BurstConfig, baseline: int, age: npt.NDArray[np.uint32]) -> Floats:
    """Return the weight of a new pane: 1 / (age + prior + 1) while young, then the half-life's rate."""
    floor = 1.0 - decay_rate(cfg.half_lives_ms[baseline] / cfg.pane_ms)
    rate: Floats = np.maximum(1.0 / (age.astype(np.float64) + cfg.prior_weight + 1.0), floor)
    return rate


def smoothing(cfg: BurstConfig) -> float:
    """Return the weight of a new pane in the smoothed input; 1 when a pane is as long as the span."""
    return min(1.0, 2.0 * cfg.pane_ms / (cfg.smooth_ms + cfg.pane_ms))


def _learn(cfg: BurstConfig, states: States, x: Floats) -> Floats:
    """Return the mean surprise z of x, then move the baselines and the smoothed input."""
    smooth = states["smooth"].astype(np.float64)
    smooth = smooth + smoothing(cfg) * (x - smooth)
    silent = x <= X_OF_ZERO
    z = np.zeros_like(x)
    for i in range(BASELINES):
        mu = states["mu"][:, i].astype(np.float64)
        var = states["var"][:, i].astype(np.float64)
        smooth_var = states["smooth_var"][:, i].astype(np.float64)
        rate = learning_rate(cfg, i, states["age"])
        sigma = np.sqrt(var) + cfg.noise_floor
        smooth_sigma = np.sqrt(smooth_var) + cfg.noise_floor
        distance = x - mu
        # Only upward surprise is clipped: silence is never a burst, and leaving it unclipped is what
        # gives silent panes a closed form. A silent pane moves both deviations alike for the same reason.
        smooth_distance = np.where(silent, distance, smooth - mu)
        z = z + (distance / sigma + smooth_distance / smooth_sigma)
        distance = np.minimum(distance, cfg.clip_sigma * sigma)
        smooth_distance = np.minimum(smooth_distance, cfg.clip_sigma * smooth_sigma)
        states["mu"][:, i] = mu + rate * distance
        states["var"][:, i] = (1.0 - rate) * (var + rate * (distance * distance))
        states["smooth_var"][:, i] = (1.0 - rate) * (smooth_var + rate * (smooth_distance * smooth_distance))
    states["smooth"] = smooth
    return z / (2.0 * BASELINES)


def _expectation(states: States) -> tuple[Floats, Floats]:
    """Return the expected count and its deviation, from the middle baseline before it learns.

    E[y] = (mu^2 + var) / 4 - 3/8 because y = x^2 / 4 - 3/8; the deviation follows from dy = x dx / 2.
    """
    mu = states["mu"][:, 1].astype(np.float64)
    var = states["var"][:, 1].astype(np.float64)
    return np.maximum((mu * mu + var) * 0.25 - 0.375, 0.0), 0.5 * mu * np.sqrt(var)
