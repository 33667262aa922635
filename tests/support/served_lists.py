"""What the trending job writes for readers, without the job."""

from collections.abc import Sequence

from flink_jobs._shell.redis_sink import ListWrite
from flink_jobs.trending.served import message_of, write_of
from schemas.served import TrendRecord
from state.list_state import ListChange
from state.trend_config import TrendConfig

Denied = Sequence[tuple[str, str, int]]  # (scope, topic, until ms)


def list_writes(
    cfg: TrendConfig, at_ms: int, records: Sequence[TrendRecord], denied: Denied
) -> list[ListWrite]:
    """Return what the job writes when these are the lists of a moment; the global one is always written."""
    lists: dict[tuple[str, str], list[TrendRecord]] = {("tag", "global"): []}
    for record in records:
        lists.setdefault((record.kind, record.scope), []).append(record)
    for scope, _, _ in denied:
        lists.setdefault(("tag", scope), [])
    out = []
    for (kind, scope), mine in lists.items():
        places = [(r.topic, r.rank) for r in mine]
        allowed = [(r.topic, r.rank) for r in mine if r.review in ("allowed", "trusted")]
        barred = [(topic, until_ms) for where, topic, until_ms in denied if where == scope]
        change = ListChange(places, allowed, list(mine), [], barred)
        out.append(write_of(message_of(cfg, kind, scope, at_ms, change)))
    return out
