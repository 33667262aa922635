"""The bytes of one key's detector state, and how they are written and read.

124 bytes a key, packed, little-endian. Everything is computed in float64 and rounded to these fields
after each step, so a replay rounds at the same places.
"""

from statistics import NormalDist
from typing import Final

import numpy as np
import numpy.typing as npt

from state.burst_config import BurstConfig
from state.burst_rates import news_span, smoothing
from state.codec import Codec, StateCorruptError, register
from state.exact import Floats, Ints, ln
from state.long_pane import is_long

SPEEDS: Final = 2  # the pane itself, and the smoothed input
SLOTS: Final = 12  # of the daily profile: two hours each

STATE_DTYPE: Final = np.dtype(
    [
        ("last_pane", "<i8"),  # index of the newest pane that is in the state
        ("age", "<u4"),  # panes seen, silent ones included
        ("mu", "<f4"),  # baseline of x = 2 sqrt(y + 3/8)
        ("smooth", "<f4"),  # x smoothed over smooth_ms
        ("var", "<f4", (SPEEDS,)),  # squared distance from the prediction, for x and for the smoothed x
        ("tail_point", "<f4", (SPEEDS,)),  # log surprise that a share tail_prob of the panes exceeds
        ("tail_width", "<f4", (SPEEDS,)),  # mean excess above it
        ("score_point", "<f4"),  # the same two for the mean of both scores
        ("score_width", "<f4"),
        ("profile", "<f4", (SLOTS,)),  # mean x in each two hours of the UTC day
        ("news_count", "<f4"),  # smoothed count a pane, as of the newest one heard; if long, what it left
        ("news_mu", "<f4"),  # its usual level, on the square-root scale of the whole span
        ("news_var", "<f4"),  # squared distance from that
        ("news_ago", "<u4"),  # silent panes since news_count
        ("alert_ago", "<u4"),  # panes since the newest alert; NEVER when there was none
        ("peak_score", "<f4"),  # evidence at that burst's peak; 0 when there was no alert
    ]
)
States = npt.NDArray[np.void]

NEVER: Final = (1 << 32) - 1  # and "longer ago than can be said": 136 years of one-second panes
X_OF_ZERO: Final = 2.0 * float(np.sqrt(np.float64(0.375)))
# Mean of the two scores that a steady key exceeds in 2 % of its panes, and its mean excess: between two
# independent scores (1.3 and .25) and two equal ones (1.7 and .43). Forgotten within a week.
SCORE_START_POINT: Final = 1.5
SCORE_START_WIDTH: Final = 0.35
LOG_SHIFT: Final = 0.5  # v = ln(max(z, 0) + shift): finite at 0, close to ln z where it matters


def stabilise(y: Floats) -> Floats:
    """Return 2 sqrt(y + 3/8): a Poisson count gets deviation 1. Negative counts count as 0.

    Source: Anscombe, "The transformation of Poisson, binomial and negative-binomial data", 1948.
    """
    x: Floats = 2.0 * np.sqrt(np.maximum(y, 0.0) + 0.375)
    return x


def fresh(cfg: BurstConfig, n: int, prior_mu: Floats, prior_var: Floats, pane_index: Ints) -> States:
    """Return states of n keys that have seen nothing.

    Args:
        cfg: Settings.
        n: Number of keys, >= 0.
        prior_mu: Expected x of each key on the square-root scale (``stabilise``); X_OF_ZERO when unknown.
        prior_var: Its squared deviation; 1 when unknown.
        pane_index: First pane that each key will see; earlier silence is not counted.
    """
    states = np.zeros(n, STATE_DTYPE)
    states["last_pane"] = np.asarray(pane_index, np.int64) - 1
    mu = np.maximum(np.broadcast_to(np.asarray(prior_mu, np.float64), n), X_OF_ZERO)
    var = np.broadcast_to(np.asarray(prior_var, np.float64), n)
    states["mu"] = states["smooth"] = mu
    states["profile"] = mu[:, None]
    states["var"] = var[:, None]
    states["tail_point"] = ln(_steady_tail(cfg) + LOG_SHIFT)
    states["tail_width"] = cfg.tail_start_width
    states["score_point"] = SCORE_START_POINT
    states["score_width"] = SCORE_START_WIDTH
    count = 0.25 * mu * mu - 0.375
    states["news_count"] = 0.0 if is_long(cfg.pane_ms) else count
    states["news_mu"] = stabilise(count * news_span(cfg))
    states["news_var"] = var
    states["alert_ago"] = NEVER
    return states


def longer_ago(ago: Ints, panes: Ints) -> Ints:
    """Return an age in panes after some more of them, at most NEVER."""
    later: Ints = np.minimum(ago.astype(np.int64) + panes, NEVER)
    return later


def _steady_tail(cfg: BurstConfig) -> Floats:
    """Return the surprise, by speed, that a steady Poisson count exceeds in ``tail_prob`` of its panes.

    Where an unknown key starts: no count is steadier. Its x has deviation 1, an exponentially smoothed x
    sqrt(a / (2 - a)); the normal quantile is rounded because its last bits differ between machines.
    """
    alpha = np.array([1.0, smoothing(cfg)])
    sigma = np.sqrt(alpha / (2.0 - alpha))
    quantile = round(NormalDist().inv_cdf(1.0 - cfg.tail_prob), 6)
    tail: Floats = quantile * sigma / (sigma + cfg.noise_floor)
    return tail


def _encode(states: States) -> bytes:
    """Return the rows of a state array, one after the other."""
    if states.dtype != STATE_DTYPE:
        raise StateCorruptError(
            f"burst state has dtype {states.dtype}, expected STATE_DTYPE of state.burst_layout"
        )
    return states.tobytes()


def _decode_v1(payload: bytes) -> States:
    """Return a writable state array of as many keys as the payload holds."""
    if len(payload) % STATE_DTYPE.itemsize:
        raise StateCorruptError(
            f"burst state v1 has {len(payload)} bytes, expected a multiple of {STATE_DTYPE.itemsize}; "
            "restore an older snapshot"
        )
    return np.frombuffer(payload, STATE_DTYPE).copy()


CODEC: Final[Codec[States]] = register(Codec(kind=b"bu", version=1, encode=_encode, decoders={1: _decode_v1}))
