"""A person's interests as they stood: one point for each stretch of event time with labels."""

from typing import Final, NamedTuple

import numpy as np

from state.interest_config import InterestConfig
from state.interest_user import UserState, scales

_COUNTS: Final = 5
MOST_TOPICS: Final = 8


class Past(NamedTuple):
    """Interests at a moment.

    Attributes:
        at_ms: Event time of the newest label they know.
        liked: Positive labels, slow memory.
        labels: Labels, slow memory.
        topics: Strongest first.
        slow: Share of the liking in the slow memory of each, 0 to 1.
        fast: The same in the fast memory.
    """

    at_ms: int
    liked: float
    labels: float
    topics: tuple[str, ...]
    slow: tuple[float, ...]
    fast: tuple[float, ...]


def past_of(cfg: InterestConfig, user: UserState) -> Past:
    """Return a person's interests as of the newest label. About 40 us; once an hour of activity."""
    slow, fast = scales(cfg, user, user.seen_ms)
    rows = np.frombuffer(user.total + user.rows, np.float32).reshape(-1, _COUNTS)[:, :3]
    counts = np.maximum(rows.astype(np.float64) * (slow, slow, fast), 0.0)
    shares = counts[1:, (0, 2)] / np.maximum(counts[0, (0, 2)], 1e-9)
    names = tuple(user.names)
    order = sorted(range(len(names)), key=lambda at: (-(shares[at, 0] + shares[at, 1]), names[at]))
    top = order[:MOST_TOPICS]
    return Past(
        user.seen_ms,
        float(counts[0, 0]),
        float(counts[0, 1]),
        tuple(names[at] for at in top),
        tuple(round(float(shares[at, 0]), 4) for at in top),
        tuple(round(float(shares[at, 1]), 4) for at in top),
    )
