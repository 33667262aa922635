"""Split the events of a batch into pieces: what each shard has to know about each pane."""

from functools import lru_cache
from zlib import crc32

import numpy as np

from state.contributions import CONTRIBUTION, Contributions
from state.exact import Ints
from state.pane_events import CountedEvents
from state.runs import starts

_MAX_KEYS = 1 << 62


@lru_cache(maxsize=1 << 16)
def shard_of(topic: str, shards: int) -> int:
    """Return the shard of a topic; the same everywhere, for ever."""
    return crc32(topic.encode()) % shards


def pieces(events: CountedEvents, pane_ms: int, shards: int) -> list[tuple[int, Contributions]]:
    """Return (shard, piece) for each shard and pane of a batch, one row for each (event, topic).

    O(n log n) and no step per event; a few per piece.

    Args:
        events: What to count.
        pane_ms: Length of a pane.
        shards: Number of shards.

    Raises:
        ValueError: The batch spans so many panes, shards and topics that they cannot be numbered.
    """
    row, topic = events.topic_row, events.topic
    if not len(row):
        return []
    pane = events.source_ms[row] // pane_ms
    first_pane, names = int(pane.min()), len(events.topics)
    span = int(pane.max()) - first_pane + 1
    if span * shards * names >= _MAX_KEYS:
        raise ValueError(f"{span} panes x {shards} shards x {names} topics in one batch: make it smaller")
    shard = np.array([shard_of(name, shards) for name in events.topics], np.int64)
    group = shard[topic] * span + (pane - first_pane)
    key = group * names + topic
    order = np.argsort(key, kind="stable")
    key, group, topic, row = key[order], group[order], topic[order], row[order]
    run = starts(key)
    cuts = starts(group)
    rows = _rows(events, row, topic)
    rows["centi"] = events.centi[order]
    # Topics are numbered from 0 in each piece: runs so far, less the runs before the piece.
    number = np.cumsum(np.bincount(run, minlength=len(key))) - 1
    first_run = np.searchsorted(run, cuts)
    rows["topic"] = number - np.repeat(first_run, np.diff(np.append(cuts, len(key))))
    named = topic[run].tolist()
    ends, run_ends = np.append(cuts[1:], len(key)), np.append(first_run[1:], len(run))
    return [
        (g // span, Contributions(first_pane + g % span, [events.topics[t] for t in named[a:b]], rows[i:j]))
        for g, i, j, a, b in zip(
            group[cuts].tolist(),
            cuts.tolist(),
            ends.tolist(),
            first_run.tolist(),
            run_ends.tolist(),
            strict=True,
        )
    ]


def _rows(events: CountedEvents, row: Ints, topic: Ints) -> np.ndarray[tuple[int], np.dtype[np.void]]:
    out = np.zeros(len(row), CONTRIBUTION)
    out["lang"] = events.lang[row]
    out["region"] = events.region[row]
    out["user"] = events.user[row] >> np.uint64(16)
    content = np.where(events.by_people[topic], events.user[row], events.fingerprint[row])
    out["fingerprint"] = content >> np.uint64(32)
    out["item"] = events.item[row] >> np.uint64(32)
    out["events"] = 1
    out["milli"] = events.weight_milli[row]
    return out
