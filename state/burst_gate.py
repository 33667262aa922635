"""Make one alert per burst from the scores of its panes."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from state.alert_tests import Passed, users_needed
from state.burst import Scores
from state.burst_config import BurstConfig
from state.burst_layout import NEVER, States
from state.exact import Floats, Ints

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Alerts:
    """The gate's verdict on one pane of each key; all arrays have one element per key.

    Attributes:
        alert: A new burst starts with this pane.
        live: The pane belongs to a burst: it alerts, or the hold of an alert still runs.
        escalation: Inside a hold, this pane is escalation_ratio above the burst's peak so far.
        peak_score: Largest evidence of the newest burst; 0 when there was none.
        first_pane: Pane of its alert; without meaning when there was none.
        passed: Tests that the pane passed.
    """

    alert: Bools
    live: Bools
    escalation: Bools
    peak_score: Floats
    first_pane: Ints
    passed: Passed


def gate(
    cfg: BurstConfig,
    states: States,
    scores: Scores,
    *,
    users: Ints,
    fingerprints: Ints,
    top_fp_share: Floats,
    pane_index: Ints,
    judged: Bools | None = None,
) -> Alerts:
    """Decide on the pane that ``step`` has just scored and remember bursts in the states. O(n).

    Args:
        cfg: Settings.
        states: The states that ``step`` changed, in the same order.
        scores: What ``step`` returned.
        users: Distinct users of the pane.
        fingerprints: Distinct contents of the pane.
        top_fp_share: Share of the most frequent content in the pane, 0 to 1.
        pane_index: The pane, as given to ``step``.
        judged: Keys that may alert at all; None = all.
    """
    s = scores.evidence
    counted = 0.25 * scores.x * scores.x - 0.375
    passed = Passed(
        judged=np.ones(len(s), np.bool_) if judged is None else judged,
        users=users >= users_needed(cfg, scores.warm),
        contents=fingerprints >= cfg.min_fingerprints,
        spread=top_fp_share <= cfg.max_top_share,
        lift=counted >= cfg.min_lift * scores.expected,
        rise=counted * counted >= cfg.min_jump * scores.expected * scores.recent,
        evidence=s >= cfg.alert_score,
        warm=scores.warm,
    )
    trusted = passed.gate
    ago = states["alert_ago"].astype(np.int64)
    held = (ago != NEVER) & (ago < cfg.panes(cfg.hold_ms))
    peak = states["peak_score"].astype(np.float64)
    alert = trusted & ~held & passed.evidence
    escalation = trusted & held & (s >= cfg.escalation_ratio * peak)
    higher = alert | (trusted & held & (s > peak))
    ago = np.where(alert, 0, ago)
    states["alert_ago"] = ago
    states["peak_score"] = np.where(higher, s, peak)
    return Alerts(
        alert=alert,
        live=alert | held,
        escalation=escalation,
        peak_score=states["peak_score"].astype(np.float64),
        first_pane=pane_index - ago,
        passed=passed,
    )
