"""Closed panes as they come out of Flink's windows: to the shards that detect, and to the panes topic."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from flink_jobs.trending.rows import FIELD_SEPARATOR, entries_of
from schemas.avro_encode import encode
from schemas.avro_plan import compile_plan
from schemas.registry import Registry
from schemas.released import schema_of
from schemas.topics import topic_of
from state.entries import summarise
from state.exact import Ints
from state.shard_bundle import bundles
from state.trend_config import TrendConfig
from state.trend_engine import KEY_SEPARATOR


class ClosedPanes:
    """Summarises closed panes. Keeps the registry's newest schema of the panes topic."""

    def __init__(self, registry: Registry, cfg: TrendConfig, shards: int) -> None:
        self._schema_id = registry.id_of(topic_of("trend_pane").subject)
        self._plan = compile_plan(schema_of("trend_pane"))
        self._cfg = cfg
        self._shards = shards

    def close(
        self, keys: Sequence[str], start_ms: Ints, weight_milli: Ints, events: Ints, who: Sequence[str]
    ) -> tuple[list[bytes], list[str]]:
        """Return (shard bundles, records of the panes topic). O(entries log entries).

        A bundle is the shard in 2 bytes, the pane's index in 8, then the rows. A record is its key, a record
        separator, and its value in hex: one text, because SQL copies a whole list to take an item by index.
        """
        pane_ms = self._cfg.burst.pane_ms
        summary = summarise(*entries_of(who), self._cfg.user_cap)
        parts = [
            shard.to_bytes(2, "big") + pane.to_bytes(8, "big") + raw
            for shard, pane, raw in bundles(keys, start_ms // pane_ms, events, summary, self._shards)
        ]
        out = np.flatnonzero(summary.users >= self._cfg.min_users_out)
        split = [keys[i].rpartition(KEY_SEPARATOR) for i in out.tolist()]
        columns = {
            "topic": pa.array([topic for topic, _, _ in split], pa.string()),
            "scope": pa.array([scope for _, _, scope in split], pa.string()),
            "pane_start_ms": start_ms[out],
            "pane_ms": pane_ms,
            "weight_milli": weight_milli[out],
            "events": events[out],
            "users": summary.users[out],
            "users_exact": summary.exact[out],
        }
        values = encode(self._plan, columns, len(out), self._schema_id).values()
        return parts, [
            f"{topic}|{scope}|{start}{FIELD_SEPARATOR}{value.hex()}"
            for (topic, _, scope), start, value in zip(split, start_ms[out].tolist(), values, strict=True)
        ]
