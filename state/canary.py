"""Synthetic events that measure the way through the pipeline: of an actor of their own, and never counted.

A canary takes the way of every record: Kafka, decoding, the keyed steps, Redis. Nothing is learnt of it: it
makes no pane, has no place in a list, is in no interests and no dead letters.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from schemas.hashing import hash64

CANARY_ACTOR: Final = "groundswell-canary"
_ACTOR: Final = np.uint64(hash64(CANARY_ACTOR.encode()))
Bools = npt.NDArray[np.bool_]


def canaries(good: Bools, actor: npt.NDArray[np.uint64]) -> Bools:
    """Return which of the good records are canaries. O(n).

    Args:
        good: Records that passed validation.
        actor: Hash of each record's actor.
    """
    found: Bools = good & (actor == _ACTOR)
    return found


def shard_of(at_ms: int, shards: int) -> int:
    """Return the shard that a canary is sent through: by its second, so that all get their turn.

    >>> [shard_of(at_ms, 4) for at_ms in (0, 999, 1_000, 4_000)]
    [0, 0, 1, 0]
    """
    return at_ms // 1000 % shards
