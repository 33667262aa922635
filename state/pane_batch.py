"""Count a batch of events per (topic, scope, pane) before anything leaves the batch."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from state.entries import Entries, cut, pack
from state.pane_events import CountedEvents

Ints = npt.NDArray[np.int64]

GLOBAL = "global"
_MAX_KEYS = 1 << 62


@dataclass(frozen=True, slots=True)
class PaneRows:
    """One row per (topic, scope, pane) of a batch.

    Attributes:
        pane_start_ms: Start of the pane.
        topic: Index into ``topics``.
        scope: Index into ``scopes``.
        weight_milli: Sum of signed weights x 1000.
        events: Events, undos included.
        offsets: Row i owns entries[offsets[i]:offsets[i + 1]].
        entries: Who contributed.
    """

    pane_start_ms: Ints
    topic: Ints
    topics: list[str]
    scope: Ints
    scopes: list[str]
    weight_milli: Ints
    events: Ints
    offsets: Ints
    entries: Entries


def aggregate(events: CountedEvents, pane_ms: int, user_limit: int) -> PaneRows:
    """Count events per topic, scope and pane. Each event counts in up to three scopes.

    Rows of several batches add up: weights and events as sums, entries by joining. O(n log n).

    Args:
        events: What to count.
        pane_ms: Length of a pane.
        user_limit: Users that one row may list; beyond it the row keeps a sample.
    """
    scopes = [GLOBAL, *events.langs, *events.regions]
    row = events.topic_row
    lang, region = events.lang[row], events.region[row]
    in_lang, in_region = np.flatnonzero(lang >= 0), np.flatnonzero(region >= 0)
    place = np.concatenate([np.arange(len(row)), in_lang, in_region])
    scope = np.concatenate(
        [
            np.zeros(len(row), np.int64),
            1 + lang[in_lang],
            1 + len(events.langs) + region[in_region],
        ]
    )
    source = row[place]
    panes, pane = np.unique(events.source_ms[source] // pane_ms, return_inverse=True)
    topics = max(len(events.topics), 1)
    if len(panes) * len(scopes) * topics >= _MAX_KEYS:
        raise ValueError(
            f"{len(panes)} panes x {len(scopes)} scopes x {topics} topics in one batch: make it smaller"
        )
    key = (pane * len(scopes) + scope) * topics + events.topic[place]
    order = np.argsort(key, kind="stable")
    key, source = key[order], source[order]
    start = (
        np.flatnonzero(np.concatenate([[True], key[1:] != key[:-1]])) if len(key) else np.zeros(0, np.int64)
    )
    offsets = np.append(start, len(key))
    entries, offsets = _bound(
        pack(events.user[source], events.fingerprint[source], events.centi[source]), offsets, user_limit
    )
    unique = key[start]
    return PaneRows(
        pane_start_ms=panes[unique // (len(scopes) * topics)] * pane_ms,
        topic=unique % topics,
        topics=list(events.topics),
        scope=unique // topics % len(scopes),
        scopes=scopes,
        weight_milli=np.add.reduceat(events.weight_milli[source], start) if len(start) else start,
        events=np.diff(np.append(start, len(key))),
        offsets=offsets,
        entries=entries,
    )


def _bound(entries: Entries, offsets: Ints, user_limit: int) -> tuple[Entries, Ints]:
    """Cut the rows that list too many users; most batches have none."""
    sizes = np.diff(offsets)
    if not (sizes > user_limit).any():
        return entries, offsets
    parts = [
        cut(part, user_limit) if len(part) > user_limit else part for part in np.split(entries, offsets[1:-1])
    ]
    return np.concatenate(parts), np.append(0, np.cumsum([len(part) for part in parts]))
