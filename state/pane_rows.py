"""Open the contributions of a complete pane by scope: one row for each topic in each scope it was in."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from state.contributions import MARKER, USER_SPACE, Contributions, Rows
from state.exact import Ints
from state.opening import seen
from state.runs import run_of, starts, sums
from state.scopes import USUAL_VIEWS, ViewName
from state.summary import Deeds, Summary, summarise

KEY_SEPARATOR = "\x1f"


@dataclass(frozen=True, slots=True)
class PaneRows:
    """All rows of one shard and pane, one per (topic, scope), sorted by both.

    Attributes:
        pane: Index of the pane (start_ms // pane_ms).
        keys: Topic, separator, scope of each row.
        topics: Topic of each row.
        scopes: Scope of each row.
        milli: Sum of signed weights x 1000.
        events: Events, undos included.
        who: People, contents, and the count that the detector sees.
        source: Number of each row among those that the deeds name.
        deeds: What users did, for whoever wants to know more of some rows.
        deed_rows: How many rows the deeds name.
    """

    pane: int
    keys: list[str]
    topics: list[str]
    scopes: list[str]
    milli: Ints
    events: Ints
    who: Summary
    source: Ints
    deeds: Deeds
    deed_rows: int

    def take(self, index: Ints) -> "PaneRows":
        """Return the rows with these numbers."""
        where = index.tolist()
        who = replace(self.who, **{f.name: getattr(self.who, f.name)[index] for f in fields(Summary)})
        return PaneRows(
            pane=self.pane,
            keys=[self.keys[i] for i in where],
            topics=[self.topics[i] for i in where],
            scopes=[self.scopes[i] for i in where],
            milli=self.milli[index],
            events=self.events[index],
            who=who,
            source=self.source[index],
            deeds=self.deeds,
            deed_rows=self.deed_rows,
        )


def pane_rows(whole: Contributions, user_cap: float, views: Sequence[ViewName] = USUAL_VIEWS) -> PaneRows:
    """Count a pane per topic and scope. O(n log n) for n contributions and each view.

    Args:
        whole: Folded contributions of one shard and pane; topics are sorted.
        user_cap: What one user can add to a row, 1 = one post.
        views: By what to open it.
    """
    rows = whole.rows[np.lexsort((whole.rows["fingerprint"], whole.rows["user"], whole.rows["topic"]))]
    topic = rows["topic"].astype(np.int64) << 32
    found: list[Ints] = []  # contributions of one view after the other, each sorted by topic, scope, user
    row: list[Ints] = []
    named: list[tuple[int, str]] = []
    for view in seen(rows, whole.places, views):
        scope = topic[view.row] | view.code
        order = np.argsort(scope, kind="stable")
        first = starts(scope[order])
        found.append(view.row[order])
        row.append(run_of(first, len(scope)) + len(named))
        named += [(s >> 32, view.name(s & 0xFFFFFFFF)) for s in scope[order][first].tolist()]
    milli, events, who, deeds = _totals(
        rows[np.concatenate(found)], np.concatenate(row), len(named), user_cap
    )
    order = np.array(sorted(range(len(named)), key=named.__getitem__), np.int64)
    return PaneRows(
        pane=whole.pane,
        keys=[f"{whole.topics[t]}{KEY_SEPARATOR}{scope}" for t, scope in named],
        topics=[whole.topics[t] for t, _ in named],
        scopes=[scope for _, scope in named],
        milli=milli,
        events=events,
        who=who,
        source=np.arange(len(named)),
        deeds=deeds,
        deed_rows=len(named),
    ).take(order)


def _totals(rows: Rows, row: Ints, n: int, user_cap: float) -> tuple[Ints, Ints, Summary, Deeds]:
    """Return (weights, events, summary, deeds) of n rows; all sorted by row, user, fingerprint."""
    first = starts(row)
    user = rows["user"].astype(np.int64)
    marker = rows["centi"] == MARKER
    threshold = np.full(n, USER_SPACE, np.int64)
    np.minimum.at(threshold, row[marker], user[marker])
    kept = ~marker & (user < threshold[row])
    deeds = Deeds(
        row=row[kept],
        user=user[kept],
        fingerprint=rows["fingerprint"][kept].astype(np.int64),
        centi=rows["centi"][kept].astype(np.int64),
        milli=rows["milli"][kept],
        item=rows["item"][kept].astype(np.int64),
        spill=rows["spill"][kept].astype(np.int64),
    )
    events = sums(rows["events"].astype(np.int64), first)
    return sums(rows["milli"], first), events, summarise(deeds, threshold, user_cap), deeds
