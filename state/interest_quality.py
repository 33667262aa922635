"""How good the head of a shard is, label by label: progressive log-loss, calibration, alarms.

Each label is judged by the prediction that was made before it was known. Silence counts as a negative when
its window ends; a late positive then corrects the block that is open, so that waiting makes no bias. Sums are
taken one label after the other, in the order of the turn: batches and restarts change no bit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import log
from typing import Final, Literal, NamedTuple

import msgspec

from state import interest_drift
from state.codec import Codec, StateCorruptError, register
from state.interest_drift import Alarm, DriftConfig, DriftState

MOST_POINTS: Final = 48
_EDGE: Final = 1e-6
Kind = Literal["log_loss", "calibration"]
_KINDS: Final[dict[Alarm, Kind]] = {Alarm.LOG_LOSS: "log_loss", Alarm.CALIBRATION: "calibration"}


class Judged(NamedTuple):
    """A label that changed: was and now are 1, 0, or None for no label."""

    p: float
    was: int | None
    now: int | None
    at_ms: int


class Point(msgspec.Struct, frozen=True, array_like=True):
    """A closed block.

    Attributes:
        at_ms: Event time of its last label; points of a shard have different ones.
        log_loss: Mean, natural logarithm.
        calibration: Sum of predictions divided by positive labels.
    """

    at_ms: int
    log_loss: float
    calibration: float


class AlarmAt(NamedTuple):
    """An alarm and the block that raised it.

    Attributes:
        kind: Of what.
        point: The block.
        labels: Labels so far at its end.
    """

    kind: Kind
    point: Point
    labels: int


@dataclass(slots=True)
class QualityState:
    """What is stored of a shard: about 2.5 kB when full.

    Attributes:
        drift: Tests for a change.
        labels: Labels so far.
        loss: Sum of log-losses of the open block.
        predicted: Sum of its predictions.
        positive: Its positive labels.
        points: The newest closed blocks, oldest first.
    """

    drift: DriftState = field(default_factory=DriftState)
    labels: int = 0
    loss: float = 0.0
    predicted: float = 0.0
    positive: int = 0
    points: list[Point] = field(default_factory=list)


def judge(cfg: DriftConfig, state: QualityState, some: Iterable[Judged]) -> tuple[bool, Sequence[AlarmAt]]:
    """Take in labels in order; return whether a block was closed, and what alarms.

    About 5 us a label on a busy machine (load 12), half of it the tests at the end of a block.
    A label that is taken back (an undo) changes nothing: that the person thought better of it is no fault of
    the prediction.

    Args:
        cfg: Settings; ``block_labels`` is the length of a block.
        state: Changed in place.
        some: Labels of impressions.
    """
    closed, alarms = False, []
    for p, was, now, at_ms in some:
        if now is None:
            continue
        q = min(max(p, _EDGE), 1.0 - _EDGE)
        loss = -log(q if now else 1.0 - q)
        if was is not None:
            _correct(state, q, loss + log(q if was else 1.0 - q), now - was)
            continue
        state.labels += 1
        state.loss += loss
        state.predicted += p
        state.positive += now
        block = cfg.block_labels
        found = interest_drift.told(cfg, state.drift, p, now)
        if state.drift.n == 0:
            point = _close(state, block, at_ms)
            alarms += [AlarmAt(_KINDS[one], point, state.labels) for one in found]
            closed = True
    return closed, alarms


def labels_of_blocks(state: QualityState) -> int:
    """Return the labels of all closed blocks.

    What is told goes by these: how many came since depends on when a turn ended, so a restart changes it.
    """
    return state.labels - state.drift.n


def _correct(state: QualityState, q: float, loss: float, label: int) -> None:
    """Turn a label that was counted already; ``loss`` and ``label`` are what changes."""
    state.loss += loss
    state.positive += label
    state.drift.error += label
    state.drift.loss -= label * log(q / (1.0 - q))


def _close(state: QualityState, labels: int, at_ms: int) -> Point:
    newest_ms = state.points[-1].at_ms if state.points else 0
    point = Point(
        max(at_ms, newest_ms + 1),  # also the fence in Redis: no two are equal
        max(state.loss, 0.0) / labels,
        state.predicted / max(state.positive, 1),
    )
    state.points.append(point)
    del state.points[:-MOST_POINTS]
    state.loss, state.predicted, state.positive = 0.0, 0.0, 0
    return point


_Stored = tuple[bytes, int, float, float, int, list[Point]]
_encode = msgspec.msgpack.Encoder().encode
_decoder = msgspec.msgpack.Decoder(_Stored)


def _dump(one: QualityState) -> bytes:
    drift = interest_drift.CODEC.dumps(one.drift)
    return _encode((drift, one.labels, one.loss, one.predicted, one.positive, one.points))


def _load(raw: bytes) -> QualityState:
    try:
        drift, labels, loss, predicted, positive, points = _decoder.decode(raw)
    except msgspec.MsgspecError as error:
        raise StateCorruptError(f"quality of a head: {error}; restore an older snapshot") from error
    return QualityState(interest_drift.CODEC.loads(drift), labels, loss, predicted, positive, points)


CODEC: Final[Codec[QualityState]] = register(Codec(kind=b"iq", version=1, encode=_dump, decoders={1: _load}))
