"""Panes made by hand: contributions without events, and what is counted from them."""

from collections.abc import Iterable, Sequence

import numpy as np

from state.contributions import CONTRIBUTION, USER_SPACE, Contributions
from state.pane_rows import PaneRows, pane_rows
from state.places import WORDLESS, put
from state.scopes import ViewName
from state.summary import Summary

ALL_VIEWS: tuple[ViewName, ...] = ("global", "language", "region", "language_region", "community", "tag")
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


def spread_out(whole: Contributions, seed: int) -> Contributions:
    """Give the rows languages and regions, or places; some are without words, in some panes some are late."""
    rng, out = np.random.default_rng(seed), whole.rows.copy()
    out["lang"], out["region"] = rng.integers(0, 3, len(out)), rng.integers(0, 2, len(out))
    out["region"] |= np.where(rng.random(len(out)) < 0.3, WORDLESS, 0).astype(np.uint16)
    names = rng.permutation(["community:a", "community:b", "tag:tea"]).tolist()
    apart = rng.random(len(out)) < 0.3
    put(out, apart, rng.integers(0, len(names), int(apart.sum())))
    out["spill"] = rng.integers(0, 3, len(out)) * 500 * (seed % 2)
    return Contributions(whole.pane, whole.topics, out, names)


def rows_of(listed: Sequence[Row], cap: float = 1.0) -> PaneRows:
    """Return the single row of one topic in one pane."""
    return pane_rows(piece(7, {"tea": listed}), cap)


def summary_of(whole: Contributions, cap: float = 1.0) -> Summary:
    """Return who stood behind the topics of a pane."""
    return pane_rows(whole, cap).who


assert user_hash(1) < USER_SPACE
