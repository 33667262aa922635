"""Place topics in the list: how strong, since when, and why."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from state.burst import Scores
from state.burst_gate import Alerts
from state.burst_layout import stabilise
from state.exact import LN2, Floats, Ints, decay_rate, ln
from state.trend_config import TrendConfig
from state.trend_key import Rows

Bools = npt.NDArray[np.bool_]
_CONTENTS_OF_A_TREND = 2


@dataclass(frozen=True, slots=True)
class Ranked:
    """One element per key.

    Attributes:
        listed: The topic is in the list after this pane.
        alerting: A burst alert is in force.
        alert_pane: Pane of the newest alert; 0 = none.
        surprise: Deviations of the rolling count above what was expected.
        warm: The key's own past was long enough to judge.
    """

    listed: Bools
    alerting: Bools
    alert_pane: Ints
    surprise: Floats
    warm: Bools


def rank_rows(
    cfg: TrendConfig,
    core: Rows,
    *,
    normal: Floats,
    scores: Scores,
    alerts: Alerts,
    users: Ints,
    contents: Ints,
    pane: int,
) -> Ranked:
    """Update the places of the keys of one pane, in place. O(n).

    The rolling count of about an hour is compared with what the baseline makes likely for the same time, on
    the square-root scale; strength is the square of that surprise, as in a chi-square, and an alert in
    force multiplies it. The rank keeps the strongest moment, faded by its age: log2(strength) + t / h.

    Args:
        cfg: Settings.
        core: States of the keys, changed in place.
        normal: Mean count of a pane that is normal for the key, before this one.
        scores: What ``step`` returned.
        alerts: What ``gate`` returned.
        users: Distinct users of about an hour.
        contents: Distinct contents of the same.
        pane: The pane.

    Source: chi-square ranking of observed against expected users and peak with half-life, Mastodon
    ``Trends::Tags``; here on a rolling window and on stabilised counts.
    """
    pane_ms = cfg.burst.pane_ms
    panes_in_memory = 1.0 / (1.0 - decay_rate(cfg.recent_half_life_ms / pane_ms))
    surprise = stabilise(core["recent"].astype(np.float64)) - stabilise(normal * panes_in_memory)
    alerting = alerts.live & (alerts.peak_score > 0)
    fits = (
        (surprise >= cfg.list_min_surprise)
        & (users >= cfg.list_min_users)
        & (contents >= _CONTENTS_OF_A_TREND)
    )
    fits |= alerts.alert
    strength = np.maximum(surprise, 0.1) ** 2 * np.where(alerting, cfg.alert_boost, 1.0)
    now = pane * (pane_ms / cfg.half_life_ms)
    rank = np.where(fits, ln(np.maximum(strength, 1e-9)) / LN2 + now, 0.0)
    floor = float(ln(np.array([cfg.min_strength]))[0]) / LN2 + now
    was_listed = core["rank"] > floor
    higher = rank > np.maximum(core["rank"], floor)
    core["first_pane"] = np.where(higher & ~was_listed, pane, core["first_pane"])
    core["peak_pane"] = np.where(higher, pane, core["peak_pane"])
    core["peak_strength"] = np.where(higher, strength, core["peak_strength"])
    core["rank"] = np.where(higher, rank, core["rank"])
    return Ranked(
        listed=core["rank"] > floor,
        alerting=alerting,
        alert_pane=np.where(alerts.peak_score > 0, np.maximum(alerts.first_pane, 0), 0),
        surprise=surprise,
        warm=scores.warm,
    )
