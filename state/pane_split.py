"""Split the events of a batch into pieces: what each shard has to know about each pane."""

from functools import lru_cache
from zlib import crc32

import numpy as np

from state.contributions import CONTRIBUTION, Contributions, Rows
from state.exact import Ints
from state.long_pane import is_long, spill
from state.pane_events import CountedEvents
from state.places import WORDLESS, put, trimmed
from state.reach import NO_REACH, Reach
from state.runs import starts

_MAX_KEYS = 1 << 62


@lru_cache(maxsize=1 << 16)
def shard_of(topic: str, shards: int) -> int:
    """Return the shard of a topic; the same everywhere, for ever."""
    return crc32(topic.encode()) % shards


def pieces(
    events: CountedEvents, pane_ms: int, shards: int, reach: Reach = NO_REACH
) -> list[tuple[int, Contributions]]:
    """Return (shard, piece) for each shard and pane of a batch, one row for each (event, topic) and place.

    O(n log n) and no step per event; a few per piece.

    Args:
        events: What to count.
        pane_ms: Length of a pane.
        shards: Number of shards.
        reach: Where else they count.

    Raises:
        ValueError: The batch spans so many panes, shards and topics that they cannot be numbered.
    """
    if not len(events.topic_row):
        return []
    pair = np.arange(len(events.topic_row))
    if reach.places:
        pair = np.concatenate([pair, reach.pair])
    row, topic = events.topic_row[pair], events.topic[pair]
    pane = events.source_ms[row] // pane_ms
    first_pane, names = int(pane.min()), len(events.topics)
    span = int(pane.max()) - first_pane + 1
    if span * shards * names >= _MAX_KEYS:
        raise ValueError(f"{span} panes x {shards} shards x {names} topics in one batch: make it smaller")
    shard = np.array([shard_of(name, shards) for name in events.topics], np.int64)
    group = shard[topic] * span + (pane - first_pane)
    key = group * names + topic
    order = np.argsort(key, kind="stable")
    key, group, topic = key[order], group[order], topic[order]
    run = starts(key)
    cuts = starts(group)
    rows = _rows(events, pair[order], pane_ms)
    _mark(rows, reach, events.topic_row[pair[order]], pair_at=order)
    # Topics are numbered from 0 in each piece: runs so far, less the runs before the piece.
    number = np.cumsum(np.bincount(run, minlength=len(key))) - 1
    first_run = np.searchsorted(run, cuts)
    rows["topic"] = number - np.repeat(first_run, np.diff(np.append(cuts, len(key))))
    named = topic[run].tolist()
    ends, run_ends = np.append(cuts[1:], len(key)), np.append(first_run[1:], len(run))
    return [
        (
            g // span,
            Contributions(
                first_pane + g % span,
                [events.topics[t] for t in named[a:b]],
                *trimmed(rows[i:j], reach.places),
            ),
        )
        for g, i, j, a, b in zip(
            group[cuts].tolist(),
            cuts.tolist(),
            ends.tolist(),
            first_run.tolist(),
            run_ends.tolist(),
            strict=True,
        )
    ]


def _mark(rows: Rows, reach: Reach, row: Ints, pair_at: Ints) -> None:
    """Put those that belong there into their places, and mark content without words. In place.

    Args:
        rows: To be marked.
        reach: Where else events count.
        row: Event of each.
        pair_at: Number of each among the pairs and, behind them, those of ``reach``.
    """
    if reach.wordless is not None:
        rows["region"] |= np.where(reach.wordless[row], WORDLESS, 0).astype(np.uint16)
    if reach.places:
        number = pair_at - (len(pair_at) - len(reach.place))
        put(rows, number >= 0, reach.place[number[number >= 0]])


def _rows(events: CountedEvents, pair: Ints, pane_ms: int) -> Rows:
    row, topic = events.topic_row[pair], events.topic[pair]
    out = np.zeros(len(row), CONTRIBUTION)
    out["lang"] = events.lang[row]
    out["region"] = events.region[row]
    out["user"] = events.user[row] >> np.uint64(16)
    content = np.where(events.by_people[topic], events.user[row], events.fingerprint[row])
    out["fingerprint"] = content >> np.uint64(32)
    out["item"] = events.item[row] >> np.uint64(32)
    out["events"] = 1
    out["milli"] = events.weight_milli[row]
    out["centi"] = events.centi[pair]
    if is_long(pane_ms):
        out["spill"] = spill(events.source_ms[row], pane_ms)
    return out
