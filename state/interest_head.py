"""The small model that all users share: a weight for each feature. `interest_step` learns it online.

Replicas need not talk: each sees enough labels for so few weights. In the job a replica belongs to a shard of
people, not to a subtask: rescaling moves it with its people and changes nothing. Where several become one,
`merged` averages weights, each counting as much as the labels it learned from.
"""

import struct
from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import exp
from operator import mul
from typing import Final

import numpy as np

from state.codec import Codec, StateCorruptError, register
from state.interest_features import FEATURES, Features

_HEAD: Final = struct.Struct("<H3d")
_LIMIT: Final = 30.0
_N: Final = len(FEATURES)
_UPPER: Final = np.triu_indices(_N)
# Where weights start: rates as they are, the rest as it came out on films, rounded. They are learned anyway.
_WARM: Final = {
    "item_rate": 1.0,
    "topic_rate": 0.2,
    "user_rate": 0.6,
    "user_rate_short": 0.4,
    "user_residual": 0.8,
    "taste_rate": 0.5,
    "taste_residual": 1.5,
    "base_rate": 1.0,
}


@dataclass(slots=True)
class HeadState:
    """Weights in the order of FEATURES, and the overall rate.

    Attributes:
        weights: One for each feature.
        pos: Positive labels, decayed by labels.
        n: Labels, decayed by labels; starts with a prior of two at one half.
        learned: Labels learned from, all time.
        spread: How unsure each weight still is, and together with which others: their covariance, row by
            row, as a share of what it is before any label. Symmetric.
    """

    weights: list[float] = field(default_factory=lambda: [_WARM.get(name, 0.0) for name in FEATURES])
    pos: float = 1.0
    n: float = 2.0
    learned: float = 0.0
    spread: "array[float]" = field(default_factory=lambda: array("d", np.eye(_N).tobytes()))


def base_prob(head: HeadState) -> float:
    """Return the overall rate of positive labels, inside (0, 1)."""
    return min(max(head.pos / head.n, 1e-4), 1.0 - 1e-4)


def prob(head: HeadState, values: Features) -> float:
    """Return the probability of a positive label. About 1 us."""
    margin = sum(map(mul, head.weights, values))
    if not -_LIMIT < margin < _LIMIT:
        margin = _LIMIT if margin > 0.0 else -_LIMIT
    return 1.0 / (1.0 + exp(-margin))


def merged(heads: Iterable[HeadState]) -> HeadState:
    """Return the average of replicas, each with the weight of what it learned; of none, a fresh head."""
    heads = list(heads)
    if not heads:
        return HeadState()
    shares = [head.learned + 1.0 for head in heads]
    whole = sum(shares)
    return HeadState(
        weights=[
            sum(share * head.weights[at] for share, head in zip(shares, heads, strict=True)) / whole
            for at in range(len(FEATURES))
        ],
        pos=sum(head.pos for head in heads) / len(heads),
        n=sum(head.n for head in heads) / len(heads),
        learned=sum(head.learned for head in heads),
        spread=array("d", (np.array(shares) / whole @ np.array([head.spread for head in heads])).tobytes()),
    )


def _encode(head: HeadState) -> bytes:
    upper = np.frombuffer(head.spread).reshape(_N, _N)[_UPPER]
    return (
        _HEAD.pack(_N, head.pos, head.n, head.learned)
        + struct.pack(f"<{_N}d", *head.weights)
        + upper.astype("<f8").tobytes()
    )


def _decode_v1(payload: bytes) -> HeadState:
    size = _HEAD.size + 8 * (_N + len(_UPPER[0]))
    if len(payload) != size:
        raise StateCorruptError(
            f"interest head v1 has {len(payload)} bytes, expected {size}; restore an older snapshot"
        )
    n, pos, total, learned = _HEAD.unpack_from(payload)
    if n != _N:
        raise StateCorruptError(f"interest head v1 has {n} weights, expected {_N}; restore an older snapshot")
    weights = list(struct.unpack_from(f"<{n}d", payload, _HEAD.size))
    spread = np.zeros((_N, _N))
    spread[_UPPER] = spread.T[_UPPER] = np.frombuffer(payload, "<f8", offset=_HEAD.size + 8 * n)
    return HeadState(weights, pos, total, learned, array("d", spread.tobytes()))


CODEC: Final[Codec[HeadState]] = register(
    Codec(kind=b"ih", version=1, encode=_encode, decoders={1: _decode_v1})
)
