"""How the head learns: steps that know how sure each weight is already, and of which others it depends.

Each label says something about the direction of its features only. A weight that was seen often moves little,
one that was never needed moves at once, and two that tell the same share what is learned. So few labels
suffice, which matters where each shard of people has a head of its own.

Source: D. J. Spiegelhalter, S. L. Lauritzen, Sequential Updating of Conditional Probabilities on Directed
Graphical Structures, Networks 20, 1990, section 6 (logistic regression, one label at a time); the drift is
the random walk of R. Fahrmeir, Posterior Mode Estimation by Extended Kalman Filtering, JASA 87, 1992.
"""

from collections.abc import Callable
from math import sqrt
from operator import mul
from typing import Final

import numpy as np
import numpy.typing as npt

from state.interest_config import InterestConfig
from state.interest_features import FEATURES, Features
from state.interest_head import HeadState, prob

_N: Final = len(FEATURES)
_DRIFT_LABELS: Final = 16  # the drift of this many labels is added at once
_FLAT: Final = 1e-4  # the least that a label says of its margin: p x (1 - p) vanishes for sure predictions
Floats = npt.NDArray[np.float64]
Step = Callable[[InterestConfig, HeadState, Features, int], None]


def step_towards(cfg: InterestConfig, head: HeadState, values: Features, label: int) -> None:
    """Take one step towards a label. About 9 us.

    Args:
        cfg: Settings.
        head: Changed in place.
        values: Features as of the prediction.
        label: 1 or 0.
    """
    spread = np.frombuffer(head.spread).reshape(_N, _N)
    lean, leans = _lean(spread, values)
    p = prob(head, values)
    steep = cfg.head_variance * max(p * (1.0 - p), _FLAT)
    share = 1.0 / (1.0 + steep * sum(map(mul, leans, values)))
    _move(head, leans, cfg.head_variance * share * (label - p))
    lean *= sqrt(steep * share)
    spread -= lean[:, None] * lean
    if int(head.learned) % _DRIFT_LABELS == 0:
        unsure = spread.reshape(-1)[:: _N + 1]
        np.minimum(unsure + _DRIFT_LABELS * cfg.head_drift, 1.0, out=unsure)


def learn(
    cfg: InterestConfig, head: HeadState, values: Features, label: int, step: Step = step_towards
) -> None:
    """Take one step towards a label and count it.

    Args:
        cfg: Settings.
        head: Changed in place.
        values: Features as of the prediction.
        label: 1 or 0.
        step: Who takes the step: ours, or `online_model.RiverStep`.
    """
    step(cfg, head, values, label)
    fade = 1.0 - 1.0 / cfg.base_events
    head.pos = head.pos * fade + label
    head.n = head.n * fade + 1.0
    head.learned += 1.0


def flip(cfg: InterestConfig, head: HeadState, values: Features) -> None:
    """Make a negative that was learned a positive: the difference of both gradients is -1. About 5 us.

    Nothing becomes surer: the example counts already.
    """
    _, leans = _lean(np.frombuffer(head.spread).reshape(_N, _N), values)
    _move(head, leans, cfg.head_variance)
    head.pos = min(head.pos + 1.0, head.n)


def _lean(spread: Floats, values: Features) -> tuple[Floats, list[float]]:
    """Return the direction that a label moves the weights in, as an array and as a list.

    Sums of products, not BLAS: the same order of additions, so the same bits, on every machine.
    """
    lean = np.add.reduce(spread * np.array(values), 1)
    return lean, lean.tolist()


def _move(head: HeadState, leans: list[float], by: float) -> None:
    head.weights[:] = [weight + by * lean for weight, lean in zip(head.weights, leans, strict=True)]
