"""Alarms of the head: is it worse, or more wrong on one side, than it was?

Labels are gathered in blocks. A block says two things in standard deviations of what its own predictions lead
to expect, so that both are near N(0, 1) in any stream while the head is right: the log-loss above the entropy
of the predictions, and the labels above their sum. Two tests look at the last blocks of each; only the blocks
are stored, and the tests are run over them again, so that a restart or another River changes nothing.

Decay follows a change better than a reset would, so an alarm is for people: nothing is forgotten.

Source: A. Bifet, R. Gavalda, Learning from Time-Changing Data with Adaptive Windowing, SDM 2007 (ADWIN);
E. S. Page, Continuous Inspection Schemes, Biometrika 41, 1954 (Page-Hinkley).
"""

import struct
from dataclasses import dataclass, field
from enum import Enum
from math import isfinite, log, sqrt
from typing import Final

from state.codec import Codec, StateCorruptError, register
from state.online_model import adwin_changed, page_hinkley_changed

_HEAD: Final = struct.Struct("<I4dBQ")
_EDGE: Final = 1e-6
_MAX_BLOCKS: Final = 255


class Alarm(Enum):
    """What has changed."""

    LOG_LOSS = "log-loss"
    CALIBRATION = "calibration"


@dataclass(frozen=True, slots=True)
class DriftConfig:
    """Settings of the alarms.

    Attributes:
        block_labels: Labels of a block; an alarm comes some blocks after a change.
        blocks: Blocks that are looked at, 10 to 255.
        delta: False alarm rate of ADWIN for each look.
        slack: Change in standard deviations of a block that Page-Hinkley lets pass.
        threshold: Sum of what is above the slack at which it alarms.
    """

    block_labels: int = 500
    blocks: int = 64
    delta: float = 0.0005
    slack: float = 0.5
    threshold: float = 12.0

    def __post_init__(self) -> None:
        """Refuse what cannot work.

        Raises:
            ValueError: With what was found and what is allowed.
        """
        if self.block_labels < 1 or not 10 <= self.blocks <= _MAX_BLOCKS:  # noqa: PLR2004 - see Attributes
            raise ValueError(
                f"block_labels = {self.block_labels}, blocks = {self.blocks}: expected from 1, and 10 to 255"
            )
        if not (0 < self.delta < 1 and self.slack >= 0 and self.threshold > 0):
            raise ValueError("delta, slack, threshold: expected inside (0, 1), from 0, above 0")


@dataclass(slots=True)
class DriftState:
    """What is stored: at most 64 pairs of numbers, and the block that is being filled.

    Attributes:
        n: Labels in the open block.
        loss: Sum of log-loss above entropy in it.
        loss_var: Variance that the predictions lead to expect of it.
        error: Sum of label minus prediction in it.
        error_var: Its variance.
        losses: Of the closed blocks, oldest first, in standard deviations.
        errors: The same of label minus prediction.
        alarms: Alarms so far.
    """

    n: int = 0
    loss: float = 0.0
    loss_var: float = 0.0
    error: float = 0.0
    error_var: float = 0.0
    losses: list[float] = field(default_factory=list)
    errors: list[float] = field(default_factory=list)
    alarms: int = 0


def told(cfg: DriftConfig, state: DriftState, p: float, label: int) -> tuple[Alarm, ...]:
    """Take in a prediction and its label; return what alarms now. About 1 us, and 1 ms for a full block.

    After an alarm the blocks start anew: what is normal now is learned from then on.

    Args:
        cfg: Settings.
        state: Changed in place.
        p: Predicted probability.
        label: 1 or 0.
    """
    p = min(max(p, _EDGE), 1.0 - _EDGE)
    q = 1.0 - p
    logit = log(p / q)
    # Loss minus entropy is (p - label) x logit; its variance under p is p q logit^2.
    state.n += 1
    state.error += label - p
    state.error_var += p * q
    state.loss += (p - label) * logit
    state.loss_var += p * q * logit * logit
    if state.n < cfg.block_labels:
        return ()
    state.losses.append(state.loss / sqrt(state.loss_var) if state.loss_var > 0.0 else 0.0)
    state.errors.append(state.error / sqrt(state.error_var))
    del state.losses[: -cfg.blocks], state.errors[: -cfg.blocks]
    state.n, state.loss, state.loss_var, state.error, state.error_var = 0, 0.0, 0.0, 0.0, 0.0
    found = tuple(
        alarm
        for alarm, values in ((Alarm.LOG_LOSS, state.losses), (Alarm.CALIBRATION, state.errors))
        if adwin_changed(values, cfg.delta) or page_hinkley_changed(values, cfg.slack, cfg.threshold)
    )
    if found:
        state.alarms += len(found)
        state.losses.clear()
        state.errors.clear()
    return found


def _encode(state: DriftState) -> bytes:
    n = len(state.losses)
    head = _HEAD.pack(state.n, state.loss, state.loss_var, state.error, state.error_var, n, state.alarms)
    return head + struct.pack(f"<{2 * n}d", *state.losses, *state.errors)


def _decode_v1(payload: bytes) -> DriftState:
    try:
        n, loss, loss_var, error, error_var, blocks, alarms = _HEAD.unpack_from(payload)
        values = struct.unpack(f"<{2 * blocks}d", payload[_HEAD.size :])
    except struct.error as fault:
        raise StateCorruptError(
            f"drift of a head v1 of {len(payload)} bytes: {fault}; restore an older snapshot"
        ) from fault
    if not all(map(isfinite, (loss, loss_var, error, error_var, *values))):
        raise StateCorruptError("drift of a head v1 holds a number that is not finite; restore an older one")
    return DriftState(
        n, loss, loss_var, error, error_var, list(values[:blocks]), list(values[blocks:]), alarms
    )


CODEC: Final[Codec[DriftState]] = register(
    Codec(kind=b"dr", version=1, encode=_encode, decoders={1: _decode_v1})
)
