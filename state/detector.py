"""Choose the detector by its name in the settings: ours, or one of the baselines to compare it with.

All take the same arguments, keep their state in the same record and are followed by the same gate, so
whatever differs in the results comes from the detector. What they are: docs/explanation/baselines.md.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from state import (
    burst,
    burst_layout,
    detector_gnip,
    detector_kleinberg,
    detector_mastodon,
    detector_signitrend,
)
from state.burst import Scores
from state.burst_config import BurstConfig
from state.burst_layout import States
from state.exact import Floats, Ints


@dataclass(frozen=True, slots=True)
class Functions:
    """The two functions of a detector.

    Attributes:
        fresh: Records of new keys.
        step: One closed pane of each key: learn it in place, return its scores.
    """

    fresh: Callable[[BurstConfig, int, Floats, Floats, Ints], States]
    step: Callable[[BurstConfig, States, Floats, Ints], Scores]


DETECTORS: Final[Mapping[str, Functions]] = MappingProxyType(
    {
        "groundswell": Functions(burst_layout.fresh, burst.step),
        "signitrend": Functions(detector_signitrend.fresh, detector_signitrend.step),
        "mastodon": Functions(detector_mastodon.fresh, detector_mastodon.step),
        "gnip": Functions(detector_gnip.fresh, detector_gnip.step),
        "kleinberg": Functions(detector_kleinberg.fresh, detector_kleinberg.step),
    }
)


def fresh(cfg: BurstConfig, n: int, prior_mu: Floats, prior_var: Floats, pane_index: Ints) -> States:
    """Return records of n new keys of the chosen detector; arguments as for ``burst_layout.fresh``."""
    return DETECTORS[cfg.detector].fresh(cfg, n, prior_mu, prior_var, pane_index)


def step(cfg: BurstConfig, states: States, y: Floats, pane_index: Ints, late: Floats | float = 0.0) -> Scores:
    """Take one closed pane of each key into its state; arguments and result as for ``burst.step``.

    A baseline's score is its own statistic over its own threshold, times the default ``alert_score``; none
    asks what of y came late in its pane.
    """
    if cfg.detector == "groundswell":
        return burst.step(cfg, states, y, pane_index, late)
    return DETECTORS[cfg.detector].step(cfg, states, y, pane_index)
