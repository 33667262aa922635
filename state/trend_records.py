"""Write down what readers learn of the topics that may stand in a list now."""

import numpy as np

from schemas.served import TrendRecord
from state.burst import Scores
from state.exact import Floats, Ints
from state.pane_rows import PaneRows
from state.runs import run_of, starts
from state.trend_config import TrendConfig
from state.trend_key import KeyStates
from state.trend_rank import Ranked


def records(
    cfg: TrendConfig, rows: PaneRows, states: KeyStates, scores: Scores, ranked: Ranked, users: Ints
) -> list[TrendRecord]:
    """Return the records of the strongest listed topics of each scope. O(n log n), some us a record.

    A shard does not know the other shards, but of its own topics only the ``list_size`` strongest of a scope
    can be among the ``list_size`` strongest of all. What is left out is weaker than those, and all
    strengths fade alike, so it enters a list only by new events, which bring it here again.
    """
    core, extra = states
    listed = np.flatnonzero(ranked.listed)
    chosen = listed[
        _strongest([rows.scopes[i] for i in listed.tolist()], core["rank"][listed], cfg.list_size)
    ]
    pane_ms, pane_start_ms = cfg.burst.pane_ms, rows.pane * cfg.burst.pane_ms
    columns = zip(
        chosen.tolist(),
        (rows.who.micro[chosen] / 1e6).tolist(),
        np.round(scores.expected[chosen], 3).tolist(),
        np.round(scores.s[chosen], 3).tolist(),
        np.round(scores.z[chosen], 3).tolist(),
        rows.who.users[chosen].tolist(),
        rows.events[chosen].tolist(),
        users[chosen].tolist(),
        (core["first_pane"][chosen].astype(np.int64) * pane_ms).tolist(),
        (core["peak_pane"][chosen].astype(np.int64) * pane_ms).tolist(),
        np.round(core["peak_strength"][chosen].astype(np.float64), 3).tolist(),
        core["rank"][chosen].tolist(),
        (ranked.alert_pane[chosen] * pane_ms).tolist(),
        ranked.alerting[chosen].tolist(),
        ranked.surprise[chosen].tolist(),
        ranked.warm[chosen].tolist(),
        np.round(extra["history"][chosen].astype(np.float64), 2).tolist(),
        strict=True,
    )
    return [
        TrendRecord(
            topic=rows.topics[i],
            scope=rows.scopes[i],
            pane_start_ms=pane_start_ms,
            pane_ms=pane_ms,
            observed=observed,
            expected=expected,
            score=score,
            z=z,
            users=people,
            events=events,
            recent_users=recent_users,
            first_seen_ms=first_seen_ms,
            peak_ms=peak_ms,
            peak_strength=peak_strength,
            rank=rank,
            alert_ms=alert_ms,
            alert=alert,
            reasons=_reasons(alert, surprise, warm),
            history=tuple(history),
        )
        for (
            i, observed, expected, score, z, people, events, recent_users, first_seen_ms, peak_ms,
            peak_strength, rank, alert_ms, alert, surprise, warm, history,
        ) in columns
    ]  # fmt: skip


def _strongest(scopes: list[str], rank: Floats, most: int) -> Ints:
    """Return which elements are among the ``most`` highest of their scope, in their order."""
    if len(rank) <= most:
        return np.arange(len(rank))
    scope = np.unique(np.array(scopes), return_inverse=True)[1]
    order = np.lexsort((-rank, scope))
    first = starts(scope[order])
    place = np.arange(len(rank)) - first[run_of(first, len(rank))]
    return np.sort(order[place < most])


def _reasons(alerting: bool, surprise: float, warm: bool) -> tuple[str, ...]:
    """Return why a topic is listed, in short words."""
    why = ("burst" if alerting else "rising", f"surprise {surprise:.1f}")
    return why if warm else (*why, "short history")
