"""Closed panes as they come out of Flink's windows: to the shards that detect, and to the panes topic."""

from collections.abc import Sequence

import numpy as np

from flink_jobs.trending.rows import entries_of
from schemas.codec import encode_record
from schemas.records import TrendPaneClosed
from schemas.registry import Registry
from state.entries import summarise
from state.exact import Ints
from state.shard_bundle import bundles
from state.trend_config import TrendConfig
from state.trend_engine import KEY_SEPARATOR


class ClosedPanes:
    """Summarises closed panes. Keeps the registry's newest schema of the panes topic."""

    def __init__(self, registry: Registry, cfg: TrendConfig, shards: int) -> None:
        self._registry = registry
        self._cfg = cfg
        self._shards = shards

    def close(
        self, keys: Sequence[str], start_ms: Ints, weight_milli: Ints, events: Ints, who: Sequence[str]
    ) -> tuple[list[bytes], list[bytes], list[bytes]]:
        """Return (shard bundles, keys of the panes topic, values of the panes topic). O(entries log entries).

        A bundle is the shard in 2 bytes, the pane's index in 8, then the rows.
        """
        pane_ms = self._cfg.burst.pane_ms
        summary = summarise(*entries_of(who), self._cfg.user_cap)
        parts = [
            shard.to_bytes(2, "big") + pane.to_bytes(8, "big") + raw
            for shard, pane, raw in bundles(keys, start_ms // pane_ms, events, summary, self._shards)
        ]
        out_keys, out_values = [], []
        for i in np.flatnonzero(summary.users >= self._cfg.min_users_out).tolist():
            topic, _, scope = keys[i].rpartition(KEY_SEPARATOR)
            record = TrendPaneClosed(
                topic=topic,
                scope=scope,
                pane_start_ms=int(start_ms[i]),
                pane_ms=pane_ms,
                weight_milli=int(weight_milli[i]),
                events=int(events[i]),
                users=int(summary.users[i]),
                users_exact=bool(summary.exact[i]),
            )
            out_keys.append(f"{topic}|{scope}|{record.pane_start_ms}".encode())
            out_values.append(encode_record(record, self._registry))
        return parts, out_keys, out_values
