"""The Python steps of the graph: thin. Bytes in, one call into ``state``, bytes out."""

from collections.abc import Sequence

import pandas as pd
from pyflink.datastream import KeyedProcessFunction, RuntimeContext
from pyflink.table.udf import FunctionContext, ScalarFunction

from flink_jobs._shell.batches import bodies_to_lists, in_first_row
from flink_jobs._shell.cells import BytesCell, BytesMap, flush
from flink_jobs._shell.memory import rare_collections
from flink_jobs._shell.raw_batch import RawBatch, first_row, millis
from flink_jobs._shell.redis_sink import RedisSink
from flink_jobs.trending import panes, served
from flink_jobs.trending.decode import BatchDecoder
from flink_jobs.trending.lists import LIST_CELLS, LIST_MAPS, REVIEWS, Lists
from flink_jobs.trending.options import TrendingOptions
from flink_jobs.trending.reviews import ReviewRecords
from flink_jobs.trending.shard import PANES, SHARD_CELLS, SHARD_MAPS, Shard
from schemas.registry import open_registry


class CountBatch(ScalarFunction):  # type: ignore[misc]  # PyFlink publishes no types
    """Raw records of a batch to pieces of panes and refused records; all leave in the first row's lists."""

    def __init__(self, options: TrendingOptions) -> None:
        self._options = options

    def open(self, _context: FunctionContext) -> None:
        """Open the registry and the decoder of this worker."""
        rare_collections()
        o = self._options
        self._decoder = BatchDecoder(
            open_registry(o.registry_url or None),
            o.weights,
            o.trend.burst.pane_ms,
            o.shards,
            o.trend.kinds,
            o.trend.views,
        )

    def eval(
        self,
        topic: pd.Series,
        partition: pd.Series,
        offset: pd.Series,
        at: pd.Series,
        mark: pd.Series,
        value: pd.Series,
    ) -> pd.DataFrame:
        """Count one batch."""
        batch = RawBatch.of(topic, partition, offset, at, value)
        counted, n = self._decoder.count(batch, millis(mark)), len(value)
        return pd.DataFrame(
            {"pieces": first_row(counted.pieces, n), "refused": first_row(counted.refused, n)}
        )


class DetectShard(KeyedProcessFunction):  # type: ignore[misc]
    """One key = one shard. Collects pieces until a pane is complete, then lets the engine close it."""

    def __init__(self, options: TrendingOptions) -> None:
        self._options = options

    def open(self, runtime_context: RuntimeContext) -> None:
        """Get the cells of a shard."""
        rare_collections()
        mode = self._options.execution_mode
        self._maps = {name: BytesMap(runtime_context, name, mode) for name in SHARD_MAPS}
        self._shard = Shard(
            self._options.trend,
            maps=self._maps,
            cells={name: BytesCell(runtime_context, name, mode) for name in SHARD_CELLS},
        )

    def process_element(self, value: bytes, ctx: KeyedProcessFunction.Context) -> Sequence[bytes]:
        """Keep a routed piece or decision until its time has come."""
        raw, timers = bytes(value), ctx.timer_service()
        timers.register_event_time_timer(self._shard.take(raw, timers.current_watermark()))
        flush(self._maps.values())
        return ()

    def on_timer(self, timestamp: int, ctx: KeyedProcessFunction.OnTimerContext) -> Sequence[bytes]:
        """Close the pane that ended now, or let decisions take effect."""
        out = list(self._shard.at(int(ctx.get_current_key()), timestamp))
        flush(self._maps.values())
        return out


def is_panes(message: bytes) -> bool:
    """Return whether a message of DetectShard is for the panes topic; otherwise it is for a list."""
    return bytes(message[:1]) == PANES


class KeepLists(KeyedProcessFunction):  # type: ignore[misc]
    """One key = one list. Waits until all shards have told their news of a moment, then settles the list."""

    def __init__(self, options: TrendingOptions) -> None:
        self._options = options

    def open(self, runtime_context: RuntimeContext) -> None:
        """Get the cells of a list."""
        rare_collections()
        o = self._options
        self._maps = {name: BytesMap(runtime_context, name, o.execution_mode) for name in LIST_MAPS}
        self._lists = Lists(
            o.trend,
            maps=self._maps,
            cells={name: BytesCell(runtime_context, name, o.execution_mode) for name in LIST_CELLS},
            requests=ReviewRecords(open_registry(o.registry_url or None)),
        )

    def process_element(self, value: bytes, ctx: KeyedProcessFunction.Context) -> Sequence[bytes]:
        """Keep news until all of their moment are there."""
        ctx.timer_service().register_event_time_timer(self._lists.take(bytes(value)))
        flush(self._maps.values())
        return ()

    def on_timer(self, timestamp: int, ctx: KeyedProcessFunction.OnTimerContext) -> Sequence[bytes]:
        """Settle the list."""
        out = list(self._lists.at(str(ctx.get_current_key()), timestamp))
        flush(self._maps.values())
        return out


def is_review(message: bytes) -> bool:
    """Return whether a message of KeepLists is a request for review; otherwise it is for readers."""
    return bytes(message[:1]) == REVIEWS


class RecordPanes(ScalarFunction):  # type: ignore[misc]
    """Messages of closed panes to records of the panes topic."""

    def __init__(self, options: TrendingOptions) -> None:
        self._options = options

    def open(self, _context: FunctionContext) -> None:
        """Prepare the encoder of this worker."""
        rare_collections()
        o = self._options
        self._records = panes.PaneRecords(open_registry(o.registry_url or None), o.trend.burst.pane_ms)

    def eval(self, message: pd.Series) -> pd.Series:
        """Encode a batch of messages; each row gets its list."""
        return bodies_to_lists(message, self._records.of)


class WriteTrends(ScalarFunction):  # type: ignore[misc]
    """Messages for readers to Redis; answers how many of the batch the fence refused, in its first row."""

    def __init__(self, options: TrendingOptions) -> None:
        self._options = options

    def open(self, _context: FunctionContext) -> None:
        """Connect."""
        rare_collections()
        self._sink = RedisSink(self._options.redis_url, self._options.redis_password_file)

    def eval(self, message: pd.Series) -> pd.Series:
        """Write one batch before its checkpoint may end."""
        refused = self._sink.write([served.write_of(bytes(raw[1:])) for raw in message])
        return in_first_row(refused, len(message))

    def is_deterministic(self) -> bool:
        """Tell the planner that each call has an effect."""
        return False
