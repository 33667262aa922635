"""Score panes of many keys against each key's own past.

One pane of one key becomes x = 2 sqrt(y + 3/8). A baseline of two days, plus the key's usual day, predicts
x. Two surprises z = (observed - predicted) / (sigma + floor), one of x and one of x smoothed over two
hours, are each turned by ``burst_tail`` into a score ~ -log10 of how often this key surprises as much. The
mean of the two is the evidence; ``burst_gate`` makes one alert per burst of it, and it is told as a
calibrated score s. ``burst_news`` adds the number by which topics are compared with one another.

Every line acts on arrays with one element per key, and no element looks at another: the result of a key
does not depend on its batch.

Source: SigniTrend (Schubert, Weiler, Kriegel, KDD 2014) for the update of mu and var with a noise floor.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from state.burst_config import BurstConfig
from state.burst_layout import X_OF_ZERO, States, longer_ago, stabilise
from state.burst_news import update_news
from state.burst_profile import learn_profile, offsets
from state.burst_rates import baseline_half_life, smoothing, weight
from state.burst_silence import pass_silence
from state.burst_tail import score_evidence, score_tail
from state.exact import Floats, Ints

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Scores:
    """The verdict on one pane of each key; all arrays have one element per key.

    Attributes:
        s: Score, >= 0: about -log10 of the probability of such a surprise in this key's own past.
        evidence: Mean of the scores of both speeds, >= 0; what alerts. Equals s where the two go together.
        news: Deviations of the recent count above the key's long-run level; compares topics.
        z: Mean surprise in deviations.
        x: The pane's weighted count on the square-root scale.
        expected: What the baseline expected, as a count, >= 0.
        sd: Deviation of that expectation, as a count.
        recent: Count a pane over the last ``smooth_ms`` before this one; 0 where a pane is as long as that.
        warm: The key has seen enough panes for its own tail; before that s and evidence are
            alert_score z / cold_z.
    """

    s: Floats
    evidence: Floats
    news: Floats
    z: Floats
    x: Floats
    expected: Floats
    sd: Floats
    recent: Floats
    warm: Bools


def step(cfg: BurstConfig, states: States, y: Floats, pane_index: Ints, late: Floats | float = 0.0) -> Scores:
    """Take one closed pane of each key into its state, in place, and return the scores.

    Panes between a key's last pane and this one were silent; they are applied first, in closed form.
    The score is computed before the pane is learnt. O(n) time, no allocation that outlives the call.

    Args:
        cfg: Settings.
        states: Array of STATE_DTYPE, one row per key; a key may appear once.
        y: Weighted count of the pane; negative (more undone than done) counts as 0.
        pane_index: Index of the pane (start_ms // pane_ms), newer than the key's last pane.
        late: What of y counts for the news of the next pane (``long_pane``).

    Raises:
        ValueError: A pane that is not newer than the key's last one: panes close once, in order.
    """
    _catch_up(cfg, states, pane_index)
    y = np.maximum(np.asarray(y, np.float64), 0.0)
    x = stabilise(y)
    silent = x <= X_OF_ZERO
    before = states["smooth"].astype(np.float64)
    smooth = before + smoothing(cfg) * (x - before)
    mu = states["mu"].astype(np.float64)
    predicted = np.maximum(mu + offsets(cfg, states, pane_index), X_OF_ZERO)
    # A silent pane surprises nobody: both speeds see it as the distance of x(0) from the bare baseline.
    # This gives runs of silent panes their closed form, whatever the hour.
    distance = np.where(silent, X_OF_ZERO - mu, np.stack((x, smooth)) - predicted)
    var = states["var"].T.astype(np.float64)
    sigma = np.sqrt(var)
    z = distance / (sigma + cfg.noise_floor)
    age = states["age"].astype(np.int64)
    warm = age >= cfg.panes(cfg.warm_ms)
    speeds = score_tail(cfg, states, z)
    evidence = 0.5 * (speeds[0] + speeds[1])
    s = score_evidence(cfg, states, evidence)
    mean_z = 0.5 * (z[0] + z[1])
    cold = cfg.alert_score / cfg.cold_z * np.maximum(mean_z, 0.0)
    scores = Scores(
        s=np.where(warm, s, cold),
        evidence=np.where(warm, evidence, cold),
        news=update_news(cfg, states, y, age, late),
        z=mean_z,
        x=x,
        recent=_recent(cfg, before),
        warm=warm,
        **_as_count(predicted[0], sigma[0]),
    )
    seen = _learn(cfg, states, x, predicted, distance)
    learn_profile(cfg, states, seen, pane_index)
    states["smooth"] = smooth
    states["alert_ago"] = longer_ago(states["alert_ago"], np.ones_like(age))
    states["age"] = age + 1
    states["last_pane"] = pane_index
    return scores


def _catch_up(cfg: BurstConfig, states: States, pane_index: Ints) -> None:
    """Apply the silent panes before ``pane_index``; refuse a pane from the past."""
    gap = pane_index - states["last_pane"] - 1
    if not gap.size:
        return
    if int(gap.min()) < 0:
        row = int(np.argmin(gap))
        raise ValueError(
            f"row {row}: pane {int(pane_index[row])} is not newer than the key's last pane "
            f"{int(states['last_pane'][row])}; give each key's panes once and in order"
        )
    rows = np.flatnonzero(gap)
    if rows.size == gap.size:
        pass_silence(cfg, states, gap)
    elif rows.size:
        some = states[rows]
        pass_silence(cfg, some, gap[rows])
        states[rows] = some


def _learn(cfg: BurstConfig, states: States, x: Floats, predicted: Floats, distance: Floats) -> Floats:
    """Move baseline and variances towards the pane; return x with its surprise clipped."""
    age = states["age"].astype(np.int64)
    var = states["var"].T.astype(np.float64)
    mu = states["mu"].astype(np.float64)
    largest = cfg.clip_sigma * (np.sqrt(var) + cfg.noise_floor)
    distance = np.minimum(distance, largest)
    seen = np.minimum(x, predicted[0] + largest[0])
    rate = weight(age, cfg.prior_weight, baseline_half_life(cfg))
    states["var"] = ((1.0 - rate) * (var + rate * (distance * distance))).T
    states["mu"] = mu + rate * (seen - mu)
    return seen


def _recent(cfg: BurstConfig, smooth: Floats) -> Floats:
    """Return the level of the smoothed input as a count a pane."""
    if smoothing(cfg) >= 1.0:  # it is the pane before, and tells nothing of a rise
        return np.zeros_like(smooth)
    return np.maximum(0.25 * smooth * smooth - 0.375, 0.0)


def _as_count(predicted: Floats, sigma: Floats) -> dict[str, Floats]:
    """Return prediction and deviation on the count scale.

    E[y] = (mu^2 + var) / 4 - 3/8 because y = x^2 / 4 - 3/8; the deviation follows from dy = x dx / 2.
    """
    expected = np.maximum((predicted * predicted + sigma * sigma) * 0.25 - 0.375, 0.0)
    return {"expected": expected, "sd": 0.5 * predicted * sigma}
