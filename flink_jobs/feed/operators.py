"""The Python steps of the graph: thin. Bytes in, one call into a shard, bytes out."""

from collections.abc import Sequence

import pandas as pd
from pyflink.datastream import KeyedProcessFunction, RuntimeContext
from pyflink.table.udf import FunctionContext, ScalarFunction

from flink_jobs._shell.batches import in_first_row
from flink_jobs._shell.cells import BytesCell, BytesMap, flush
from flink_jobs._shell.raw_batch import RawBatch, first_row, millis
from flink_jobs._shell.redis_sink import RedisSink
from flink_jobs.feed import pieces, served
from flink_jobs.feed.cards import CARD_MAPS, CardShards
from flink_jobs.feed.decode import ActDecoder
from flink_jobs.feed.options import FeedOptions
from flink_jobs.feed.pools import POOL_MAPS, PoolShards
from flink_jobs.feed.viewers import VIEWER_CELLS, VIEWER_MAPS, ViewerShards
from schemas.registry import open_registry


class ReadActs(ScalarFunction):  # type: ignore[misc]  # PyFlink publishes no types
    """Raw records of a batch to pieces of acts and refused records; all leave in the first row's lists."""

    def __init__(self, options: FeedOptions) -> None:
        self._options = options

    def open(self, _context: FunctionContext) -> None:
        """Open the registry and the decoder of this worker."""
        self._decoder = ActDecoder(open_registry(self._options.registry_url or None), self._options.pane_ms)

    def eval(
        self,
        topic: pd.Series,
        partition: pd.Series,
        offset: pd.Series,
        at: pd.Series,
        mark: pd.Series,
        value: pd.Series,
    ) -> pd.DataFrame:
        """Read one batch."""
        batch, n = RawBatch.of(topic, partition, offset, at, value), len(value)
        found, refused = self._decoder.read(batch, millis(mark))
        return pd.DataFrame({"pieces": first_row(found, n), "refused": first_row(refused, n)})


class KeepCards(KeyedProcessFunction):  # type: ignore[misc]
    """One key = one shard of items, which grow by panes."""

    def __init__(self, options: FeedOptions) -> None:
        self._options = options

    def open(self, runtime_context: RuntimeContext) -> None:
        """Get the maps of a shard."""
        mode = self._options.execution_mode
        self._maps = {name: BytesMap(runtime_context, name, mode) for name in CARD_MAPS}
        self._shards = CardShards(self._options, self._maps)

    def process_element(self, value: bytes, ctx: KeyedProcessFunction.Context) -> Sequence[bytes]:
        """Keep a piece until its pane ends."""
        ctx.timer_service().register_event_time_timer(self._shards.take(bytes(value)))
        flush(self._maps.values())
        return ()

    def on_timer(self, timestamp: int, ctx: KeyedProcessFunction.OnTimerContext) -> Sequence[bytes]:
        """Close the pane that ended now."""
        out = list(self._shards.at(int(ctx.get_current_key()), timestamp))
        flush(self._maps.values())
        return out


class KeepPools(KeyedProcessFunction):  # type: ignore[misc]
    """One key = one shard of pools, which take what items told in a pane."""

    def __init__(self, options: FeedOptions) -> None:
        self._options = options

    def open(self, runtime_context: RuntimeContext) -> None:
        """Get the maps of a shard."""
        mode = self._options.execution_mode
        self._maps = {name: BytesMap(runtime_context, name, mode) for name in POOL_MAPS}
        self._shards = PoolShards(self._options, self._maps)

    def process_element(self, value: bytes, ctx: KeyedProcessFunction.Context) -> Sequence[bytes]:
        """Keep rows until all items have told theirs of the pane."""
        ctx.timer_service().register_event_time_timer(self._shards.take(bytes(value)))
        flush(self._maps.values())
        return ()

    def on_timer(self, timestamp: int, ctx: KeyedProcessFunction.OnTimerContext) -> Sequence[bytes]:
        """Take in the pane that ended now."""
        out = list(self._shards.at(int(ctx.get_current_key()), timestamp))
        flush(self._maps.values())
        return out


class KeepViewers(KeyedProcessFunction):  # type: ignore[misc]
    """One key = one shard of people and one part of what is barred."""

    def __init__(self, options: FeedOptions) -> None:
        self._options = options

    def open(self, runtime_context: RuntimeContext) -> None:
        """Get the state of a shard."""
        mode = self._options.execution_mode
        self._maps = {name: BytesMap(runtime_context, name, mode) for name in VIEWER_MAPS}
        self._shards = ViewerShards(
            self._options,
            maps=self._maps,
            cells={name: BytesCell(runtime_context, name, mode) for name in VIEWER_CELLS},
        )

    def process_element(self, value: bytes, ctx: KeyedProcessFunction.Context) -> Sequence[bytes]:
        """Keep acts until their time has come."""
        for moment in self._shards.take(bytes(value)):
            ctx.timer_service().register_event_time_timer(moment)
        flush(self._maps.values())
        return ()

    def on_timer(self, timestamp: int, ctx: KeyedProcessFunction.OnTimerContext) -> Sequence[bytes]:
        """Handle the acts whose time has come."""
        out = list(self._shards.at(int(ctx.get_current_key()), timestamp))
        flush(self._maps.values())
        return out


def is_cards(piece: bytes) -> bool:
    """Return whether a piece goes to a shard of items."""
    return bytes(piece[:1]) == pieces.CARDS


def is_viewers(piece: bytes) -> bool:
    """Return whether a piece goes to a shard of people."""
    return bytes(piece[:1]) == pieces.VIEWERS


class WriteFeed(ScalarFunction):  # type: ignore[misc]
    """Messages for readers to Redis; answers how many of the batch the fence refused, in its first row."""

    def __init__(self, options: FeedOptions) -> None:
        self._options = options

    def open(self, _context: FunctionContext) -> None:
        """Connect."""
        self._sink = RedisSink(self._options.redis_url, self._options.redis_password_file)

    def eval(self, message: pd.Series) -> pd.Series:
        """Write one batch before its checkpoint may end."""
        refused = self._sink.write_values(
            [write for raw in message for write in served.writes_of(bytes(raw[1:]))]
        )
        return in_first_row(refused, len(message))

    def is_deterministic(self) -> bool:
        """Tell the planner that each call has an effect."""
        return False
