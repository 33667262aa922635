"""Panes made by hand: contributions without events, and what is counted from them."""

from collections.abc import Iterable, Sequence

import numpy as np

from state.contributions import CONTRIBUTION, USER_SPACE, Contributions
from state.pane_rows import PaneRows, pane_rows
from state.summary import Summary

Row = tuple[int, int, int]  # user, content, weight in hundredths; users and contents are small numbers
_SPREAD_USERS = 0x9E3779B97F4A7C15
_SPREAD_CONTENTS = 0xBF58476D1CE4E5B9


def user_hash(user: int) -> int:
    """Return a hash that spreads small numbers over the whole space."""
    return (user * _SPREAD_USERS) % 2**64 >> 16


def piece(pane: int, topics: dict[str, Iterable[Row]]) -> Contributions:
    """Return the contributions of some topics; who asked said neither language nor region."""
    flat = [(t, *row) for t, rows in enumerate(topics.values()) for row in rows]
    out = np.zeros(len(flat), CONTRIBUTION)
    for i, (topic, user, content, centi) in enumerate(flat):
        out[i]["topic"], out[i]["user"], out[i]["centi"] = topic, user_hash(user), centi
        out[i]["fingerprint"] = (content * _SPREAD_CONTENTS) % 2**64 >> 32
        out[i]["events"], out[i]["milli"] = 1, 10 * centi
    return Contributions(pane, list(topics), out)


def rows_of(listed: Sequence[Row], cap: float = 1.0) -> PaneRows:
    """Return the single row of one topic in one pane."""
    return pane_rows(piece(7, {"tea": listed}), cap)


def summary_of(whole: Contributions, cap: float = 1.0) -> Summary:
    """Return who stood behind the topics of a pane."""
    return pane_rows(whole, cap).who


assert user_hash(1) < USER_SPACE
