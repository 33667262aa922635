"""Move event time on where the events have ended.

A pane closes when later events arrive. At the end of a file none do, so events without topics follow, some
to every partition: they count for nothing and carry a later time.
"""

from collections.abc import Callable, Sequence

from groundswell.demo.plan import OUT_OF_ORDER_MS
from producers.batch import EncodedBatch
from producers.encode import EventEncoder
from producers.mapping.event import Mapped
from producers.sink import open_kafka
from schemas.registry import FileRegistry

_ACTIONS = {"engagement": "impression", "content": "edit"}
_TICKS = 64  # keys per topic: that one of 4 partitions gets none has probability 4 x (3/4)^64, under 1e-7


def close_panes(
    bootstrap: str, newest_ms: int, pane_ms: int, topics: Sequence[str], warn: Callable[[str], None]
) -> int:
    """Send the ticks that close the pane of ``newest_ms``; return that pane's end, event time."""
    end_ms = newest_ms - newest_ms % pane_ms + pane_ms
    encoder = EventEncoder(FileRegistry())
    sink = open_kafka(bootstrap, warn, topics=tuple(topics))
    at_ms = end_ms + OUT_OF_ORDER_MS
    for event in topics:
        ticks = [
            Mapped(
                event,
                {
                    "event_id": f"tick-{event}-{at_ms}-{i}",
                    "source_ms": at_ms,
                    "actor_id": f"tick-{i}",
                    "action": _ACTIONS[event],
                    "item_id": "tick",
                },
            )
            for i in range(_TICKS)
        ]
        pairs = [encoder.encode(tick) for tick in ticks]
        sink.send(
            EncodedBatch(
                topic=encoder.topics[event],
                keys=[key for key, _ in pairs],
                values=[value for _, value in pairs],
                timestamps_ms=[at_ms] * _TICKS,
            )
        )
    sink.close()
    return end_ms
