"""Write down what readers learn of the topics that may stand in a list now."""

import numpy as np

from schemas.served import TrendRecord
from state.burst import Scores
from state.exact import Floats, Ints
from state.pane_rows import PaneRows
from state.runs import run_of, starts
from state.topic_kinds import kind_of, name_of
from state.trend_config import TrendConfig
from state.trend_key import KeyStates
from state.trend_rank import Ranked


def records(
    cfg: TrendConfig, rows: PaneRows, states: KeyStates, scores: Scores, ranked: Ranked, users: Ints
) -> list[TrendRecord]:
    """Return the records of the strongest listed topics of each kind and scope. O(n log n), some us a record.

    A shard does not know the other shards, but of its own topics only the ``list_size`` strongest of a list
    can be among the ``list_size`` strongest of all. What is left out is weaker than those, and all
    strengths fade alike, so it enters a list only by new events, which bring it here again.
    """
    listed = np.flatnonzero(ranked.listed)
    chosen = listed[
        _strongest(
            [f"{kind_of(rows.topics[i])} {rows.scopes[i]}" for i in listed.tolist()],
            states[0]["rank"][listed],
            cfg.list_size,
        )
    ]
    pane_ms = cfg.burst.pane_ms
    columns = {
        "topic": [name_of(rows.topics[i]) for i in chosen.tolist()],
        "kind": [kind_of(rows.topics[i]) for i in chosen.tolist()],
        "scope": [rows.scopes[i] for i in chosen.tolist()],
        **_numbers(chosen, rows, scores, users),
        **_place(chosen, states, ranked, pane_ms),
    }
    return [
        TrendRecord(
            pane_start_ms=rows.pane * pane_ms,
            pane_ms=pane_ms,
            **dict(zip(columns, row, strict=True)),
        )
        for row in zip(*columns.values(), strict=True)
    ]


def _numbers(chosen: Ints, rows: PaneRows, scores: Scores, users: Ints) -> dict[str, list[object]]:
    """Return what was counted and expected, as lists."""
    return {
        "observed": (rows.who.micro[chosen] / 1e6).tolist(),
        "expected": np.round(scores.expected[chosen], 3).tolist(),
        "score": np.round(scores.s[chosen], 3).tolist(),
        "z": np.round(scores.z[chosen], 3).tolist(),
        "users": rows.who.users[chosen].tolist(),
        "events": rows.events[chosen].tolist(),
        "recent_users": users[chosen].tolist(),
    }


def _place(chosen: Ints, states: KeyStates, ranked: Ranked, pane_ms: int) -> dict[str, list[object]]:
    """Return the place in the list, since when and why, as lists."""
    core, extra = states[0][chosen], states[1][chosen]
    alerting = ranked.alerting[chosen].tolist()
    why = zip(alerting, ranked.surprise[chosen].tolist(), ranked.warm[chosen].tolist(), strict=True)
    return {
        "first_seen_ms": (core["first_pane"].astype(np.int64) * pane_ms).tolist(),
        "peak_ms": (core["peak_pane"].astype(np.int64) * pane_ms).tolist(),
        "peak_strength": np.round(core["peak_strength"].astype(np.float64), 3).tolist(),
        "rank": core["rank"].tolist(),
        "alert_ms": (ranked.alert_pane[chosen] * pane_ms).tolist(),
        "alert": alerting,
        "reasons": [_reasons(*row) for row in why],
        "history": list(map(tuple, np.round(extra["history"].astype(np.float64), 2).tolist())),
    }


def _strongest(lists: list[str], rank: Floats, most: int) -> Ints:
    """Return which elements are among the ``most`` highest of their list, in their order."""
    if len(rank) <= most:
        return np.arange(len(rank))
    scope = np.unique(np.array(lists), return_inverse=True)[1]
    order = np.lexsort((-rank, scope))
    first = starts(scope[order])
    place = np.arange(len(rank)) - first[run_of(first, len(rank))]
    return np.sort(order[place < most])


def _reasons(alerting: bool, surprise: float, warm: bool) -> tuple[str, ...]:
    """Return why a topic is listed, in short words."""
    why = ("burst" if alerting else "rising", f"surprise {surprise:.1f}")
    return why if warm else (*why, "short history")
