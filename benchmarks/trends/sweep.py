"""Series of many keys through a detector once, and through its gate at many thresholds."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from state import detector
from state.burst_config import BurstConfig
from state.burst_gate import gate
from state.burst_layout import X_OF_ZERO, longer_ago
from state.exact import Floats, Ints

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Panes:
    """What the gate may know of each pane and key; arrays are panes x keys.

    Attributes:
        y: Weighted count.
        users: Distinct users.
        contents: Distinct contents.
        top_share: Share of the strongest content.
    """

    y: Floats
    users: Ints
    contents: Ints
    top_share: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Swept:
    """Scores and surprises, panes x keys; alerts, thresholds x panes x keys."""

    s: Floats
    z: Floats
    alerts: Bools


def counts_only(y: Floats) -> Panes:
    """Return panes for a configuration whose gates on people and contents are off."""
    nothing = np.zeros(y.shape, np.int64)
    return Panes(y, nothing, nothing, np.zeros(y.shape))


def everyone_differs(y: Floats) -> Panes:
    """Return panes in which each event is another user with another text."""
    people = y.astype(np.int64)
    return Panes(y, people, people, 1.0 / np.maximum(y, 1.0))


def sweep(
    cfg: BurstConfig,
    panes: Panes,
    thresholds: Sequence[float],
    *,
    first: Ints | int = 0,
    prior: Floats | None = None,
) -> Swept:
    """Run a detector over all panes. The scores are computed once; each threshold has a gate of its own.

    Args:
        cfg: Settings with the detector's name; its alert_score is used for scores of young keys only.
        panes: The series.
        thresholds: Values of alert_score.
        first: Index of each key's first pane.
        prior: Expected x of each key on the square-root scale; unknown by default.
    """
    n_panes, n = panes.y.shape
    first = np.broadcast_to(np.asarray(first, np.int64), n)
    mu = np.full(n, X_OF_ZERO) if prior is None else prior
    states = detector.fresh(cfg, n, mu, np.ones(n), first)
    gates = [(replace(cfg, alert_score=value), states.copy()) for value in thresholds]
    s, z = np.zeros((n_panes, n)), np.zeros((n_panes, n))
    alerts = np.zeros((len(thresholds), n_panes, n), np.bool_)
    one_pane = np.ones(n, np.int64)
    for i in range(n_panes):
        at = first + i
        scores = detector.step(cfg, states, panes.y[i], at)
        s[i], z[i] = scores.s, scores.z
        for k, (gate_cfg, held) in enumerate(gates):
            held["alert_ago"] = longer_ago(held["alert_ago"], one_pane)
            alerts[k, i] = gate(
                gate_cfg,
                held,
                scores,
                users=panes.users[i],
                fingerprints=panes.contents[i],
                top_fp_share=panes.top_share[i],
                pane_index=at,
            ).alert
    return Swept(s, z, alerts)
