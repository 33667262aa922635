"""The small model that all users share: a weight for each feature, learned online.

Replicas need not talk: each sees enough labels for so few weights. In the job a replica belongs to a shard of
people, not to a subtask: rescaling moves it with its people and changes nothing. Where several become one,
`merged` averages weights, each counting as much as the labels it learned from.
"""

import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from math import exp, sqrt
from operator import mul
from typing import Final

from state.codec import Codec, StateCorruptError, register
from state.interest_config import InterestConfig
from state.interest_features import FEATURES, Features

_HEAD: Final = struct.Struct("<H3d")
_LIMIT: Final = 30.0
_CAUTION: Final = 1.0  # squared gradients that the first weights count for
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
        squares: Sum of squared gradients of each weight, which makes its steps smaller.
    """

    weights: list[float] = field(default_factory=lambda: [_WARM.get(name, 0.0) for name in FEATURES])
    pos: float = 1.0
    n: float = 2.0
    learned: float = 0.0
    squares: list[float] = field(default_factory=lambda: [_CAUTION] * len(FEATURES))


def base_prob(head: HeadState) -> float:
    """Return the overall rate of positive labels, inside (0, 1)."""
    return min(max(head.pos / head.n, 1e-4), 1.0 - 1e-4)


def prob(head: HeadState, values: Features) -> float:
    """Return the probability of a positive label. About 1 us."""
    margin = sum(map(mul, head.weights, values))
    if not -_LIMIT < margin < _LIMIT:
        margin = _LIMIT if margin > 0.0 else -_LIMIT
    return 1.0 / (1.0 + exp(-margin))


def step_towards(cfg: InterestConfig, head: HeadState, values: Features, label: int) -> None:
    """Take one step of gradient descent towards a label. About 3 us.

    Source: J. Duchi et al., Adaptive Subgradient Methods, JMLR 2011, diagonal form.
    """
    push(cfg, head, values, prob(head, values) - label)


Step = Callable[[InterestConfig, HeadState, Features, int], None]


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
    """Make a negative that was learned a positive: the difference of both gradients is -1. About 2 us."""
    push(cfg, head, values, -1.0)
    head.pos = min(head.pos + 1.0, head.n)


def push(cfg: InterestConfig, head: HeadState, values: Features, gradient: float) -> None:
    """Move the weights against a gradient of the loss by the margin."""
    weights, squares = head.weights, head.squares
    step, steepness = cfg.learning_rate * gradient, gradient * gradient
    for at, value in enumerate(values):
        if value:
            square = squares[at] = squares[at] + steepness * value * value
            weights[at] -= step * value / sqrt(square)


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
        squares=[
            sum(share * head.squares[at] for share, head in zip(shares, heads, strict=True)) / whole
            for at in range(len(FEATURES))
        ],
    )


def _encode(head: HeadState) -> bytes:
    n = len(head.weights)
    return _HEAD.pack(n, head.pos, head.n, head.learned) + struct.pack(
        f"<{2 * n}d", *head.weights, *head.squares
    )


def _decode_v1(payload: bytes) -> HeadState:
    size = _HEAD.size + 16 * len(FEATURES)
    if len(payload) != size:
        raise StateCorruptError(
            f"interest head v1 has {len(payload)} bytes, expected {size}; restore an older snapshot"
        )
    n, pos, total, learned = _HEAD.unpack_from(payload)
    if n != len(FEATURES):
        raise StateCorruptError(
            f"interest head v1 has {n} weights, expected {len(FEATURES)}; restore an older snapshot"
        )
    numbers = list(struct.unpack_from(f"<{2 * n}d", payload, _HEAD.size))
    return HeadState(numbers[:n], pos, total, learned, numbers[n:])


CODEC: Final[Codec[HeadState]] = register(
    Codec(kind=b"ih", version=1, encode=_encode, decoders={1: _decode_v1})
)
