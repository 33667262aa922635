"""One small table per shard that remembers, roughly, every topic without state of its own.

Two questions are asked of it: how many distinct users has this topic had in about the last hour (an upper
bound: count-min with decay), and what level is normal for it (a lower bound of the surprise: SigniTrend's
hashed mean and variance, where a cell takes the largest topic that falls into it and a topic reads the
smallest of its cells, so collisions cost recall, never false alarms).

Source: Cormode and Muthukrishnan, count-min sketch, 2005; Schubert, Weiler, Kriegel, SigniTrend, KDD 2014.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from state.burst_config import HOUR_MS
from state.burst_layout import X_OF_ZERO
from state.codec import Codec, StateCorruptError, register
from state.exact import Floats, Ints, decay_rate, power

HASHES = 2
USER_CELLS = 4096
LEVEL_CELLS = 1024
_LEVEL_HALF_LIFE_MS = 12 * HOUR_MS
_USER_HALF_LIFE_MS = HOUR_MS // 2
_HEAD = np.dtype([("first_pane", "<i8"), ("last_pane", "<i8")])

Cells = npt.NDArray[np.int64]


@dataclass(slots=True)
class TailSketch:
    """State of one shard.

    Attributes:
        first_pane: The shard's first pane; -1 = none yet.
        last_pane: Its newest pane.
        users: Decayed distinct users, [HASHES, USER_CELLS].
        mean: Level on the square-root scale, [HASHES, LEVEL_CELLS].
        var: Its squared deviation.
    """

    first_pane: int
    last_pane: int
    users: npt.NDArray[np.float32]
    mean: npt.NDArray[np.float32]
    var: npt.NDArray[np.float32]


def empty() -> TailSketch:
    """Return the sketch of a shard that has seen nothing."""
    return TailSketch(
        first_pane=-1,
        last_pane=-1,
        users=np.zeros((HASHES, USER_CELLS), np.float32),
        mean=np.full((HASHES, LEVEL_CELLS), X_OF_ZERO, np.float32),
        var=np.ones((HASHES, LEVEL_CELLS), np.float32),
    )


def cells(key_hashes: npt.NDArray[np.uint64]) -> Cells:
    """Return [HASHES, n] numbers below 2^32, one independent row per hash function."""
    halves: Cells = np.stack([key_hashes & np.uint64(0xFFFFFFFF), key_hashes >> np.uint64(32)]).astype(
        np.int64
    )
    return halves


def advance(sketch: TailSketch, pane: int, pane_ms: int) -> None:
    """Let the sketch age to a pane, in closed form. O(cells)."""
    if sketch.first_pane < 0:
        sketch.first_pane = sketch.last_pane = pane
        return
    gap = pane - sketch.last_pane
    if gap < 0:
        raise ValueError(
            f"pane {pane} is older than the shard's newest pane {sketch.last_pane}: close panes in order"
        )
    sketch.last_pane = pane
    steps = np.array([gap])
    sketch.users = (sketch.users * power(decay_rate(_USER_HALF_LIFE_MS / pane_ms), steps)).astype(np.float32)
    silent = max(gap - 1, 0)  # learn() applies this pane itself
    if silent:
        left = float(power(decay_rate(_LEVEL_HALF_LIFE_MS / pane_ms), np.array([silent]))[0])
        distance = sketch.mean.astype(np.float64) - X_OF_ZERO
        sketch.var = (left * (sketch.var + (1.0 - left) * distance * distance)).astype(np.float32)
        sketch.mean = (X_OF_ZERO + left * distance).astype(np.float32)


def recent_users(sketch: TailSketch, where: Cells) -> Floats:
    """Return an upper bound of each topic's decayed users, before this pane's are added."""
    rows = np.arange(HASHES)[:, None]
    users: Floats = sketch.users[rows, where % USER_CELLS].min(axis=0).astype(np.float64)
    return users


def level(sketch: TailSketch, where: Cells) -> tuple[Floats, Floats]:
    """Return (mean, variance) of what is normal for each topic on the square-root scale."""
    rows = np.arange(HASHES)[:, None]
    place = where % LEVEL_CELLS
    mean = sketch.mean[rows, place]
    best = mean.argmin(axis=0)
    column = np.arange(where.shape[1])
    return mean[best, column].astype(np.float64), np.maximum(
        sketch.var[best, place[best, column]], 1.0
    ).astype(np.float64)


def learn(sketch: TailSketch, where: Cells, x: Floats, users: Ints, pane_ms: int) -> None:
    """Add one pane of many topics: each cell sees the largest of its topics, or silence. O(n + cells)."""
    rate = 1.0 - decay_rate(_LEVEL_HALF_LIFE_MS / pane_ms)
    for row in range(HASHES):
        np.add.at(sketch.users[row], where[row] % USER_CELLS, users.astype(np.float32))
        seen = np.full(LEVEL_CELLS, X_OF_ZERO)
        np.maximum.at(seen, where[row] % LEVEL_CELLS, x)
        distance = seen - sketch.mean[row]
        sketch.var[row] = (1.0 - rate) * (sketch.var[row] + rate * distance * distance)
        sketch.mean[row] = sketch.mean[row] + rate * distance


def _encode(sketch: TailSketch) -> bytes:
    head = np.array([(sketch.first_pane, sketch.last_pane)], _HEAD)
    return b"".join([head.tobytes(), sketch.users.tobytes(), sketch.mean.tobytes(), sketch.var.tobytes()])


def _decode_v1(payload: bytes) -> TailSketch:
    expected = _HEAD.itemsize + 4 * HASHES * (USER_CELLS + 2 * LEVEL_CELLS)
    if len(payload) != expected:
        raise StateCorruptError(
            f"tail sketch v1 has {len(payload)} bytes, expected {expected}; restore an older snapshot"
        )
    head = np.frombuffer(payload, _HEAD, 1)[0]
    body = np.frombuffer(payload, "<f4", offset=_HEAD.itemsize).copy()
    users, mean, var = np.split(body, np.cumsum([HASHES * USER_CELLS, HASHES * LEVEL_CELLS]))
    return TailSketch(
        first_pane=int(head["first_pane"]),
        last_pane=int(head["last_pane"]),
        users=users.reshape(HASHES, USER_CELLS),
        mean=mean.reshape(HASHES, LEVEL_CELLS),
        var=var.reshape(HASHES, LEVEL_CELLS),
    )


CODEC: Codec[TailSketch] = register(Codec(kind=b"ts", version=1, encode=_encode, decoders={1: _decode_v1}))
