"""The Python steps of the graph: thin. Bytes in, one call into ``state``, bytes out."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from pyflink.datastream import TimerService

from flink_jobs._shell.cells import BytesCell, BytesMap
from flink_jobs._shell.meters import ALERTS, Meter
from flink_jobs._shell.redis_sink import RedisSink
from flink_jobs._shell.steps import Messages, Reader, ReadStep, RecordStep, ShardStep, WriteStep
from flink_jobs.trending import news, panes, served
from flink_jobs.trending.decode import BatchDecoder
from flink_jobs.trending.lists import LIST_CELLS, LIST_MAPS, REVIEWS, SERVED, Lists
from flink_jobs.trending.options import TrendingOptions
from flink_jobs.trending.reviews import ReviewRecords
from flink_jobs.trending.rows import canary_of
from flink_jobs.trending.shard import NEWS, PANES, SHARD_CELLS, SHARD_MAPS, Shard


class CountBatch(ReadStep):
    """Raw records of a batch to pieces of panes and refused records."""

    def __init__(self, options: TrendingOptions) -> None:
        self._options = options

    def reader(self) -> Reader:
        """Open the registry and the decoder of this worker."""
        o = self._options
        return BatchDecoder(
            o.registry(),
            o.weights,
            o.trend.burst.pane_ms,
            o.shards,
            o.trend.kinds,
            o.trend.views,
        ).read


class DetectShard(ShardStep):
    """One key = one shard. Collects pieces until a pane is complete, then lets the engine close it."""

    def __init__(self, options: TrendingOptions) -> None:
        super().__init__(options.execution_mode, SHARD_MAPS, SHARD_CELLS)
        self._options = options

    def begin(self, maps: Mapping[str, BytesMap], cells: Mapping[str, BytesCell]) -> None:
        """Take the cells of a shard."""
        self._shard = Shard(self._options.trend, maps=maps, cells=cells)

    def arrived(self, raw: bytes, timers: TimerService) -> Messages:
        """Keep a routed piece or decision until its time has come; a canary goes on at once."""
        canary_ms = canary_of(raw)
        if canary_ms is not None:
            return (), (NEWS + news.routed_canary(canary_ms),)
        return (self._shard.take(raw, timers.current_watermark()),), ()

    def due(self, key: str | int, moment_ms: int, _timers: TimerService) -> Messages:
        """Close the pane that ended now, or let decisions take effect."""
        return (), list(self._shard.at(int(key), moment_ms))

    def counted(self) -> Mapping[Meter, int]:
        """Return the bursts that began."""
        return {ALERTS: self._shard.alerts()}


def is_panes(message: bytes) -> bool:
    """Return whether a message of DetectShard is for the panes topic; otherwise it is for a list."""
    return bytes(message[:1]) == PANES


class KeepLists(ShardStep):
    """One key = one list. Waits until all shards have told their news of a moment, then settles the list."""

    def __init__(self, options: TrendingOptions) -> None:
        super().__init__(options.execution_mode, LIST_MAPS, LIST_CELLS)
        self._options = options

    def begin(self, maps: Mapping[str, BytesMap], cells: Mapping[str, BytesCell]) -> None:
        """Take the cells of a list."""
        o = self._options
        requests = ReviewRecords(o.registry())
        self._lists = Lists(o.trend, maps=maps, cells=cells, requests=requests)

    def arrived(self, raw: bytes, _timers: TimerService) -> Messages:
        """Keep news until all of their moment are there; a canary goes on at once."""
        if news.list_of(raw) == news.CANARIES:
            return (), (SERVED + served.canary_message(news.moment_of(raw)),)
        return (self._lists.take(raw),), ()

    def due(self, key: str | int, moment_ms: int, _timers: TimerService) -> Messages:
        """Settle the list."""
        return (), list(self._lists.at(str(key), moment_ms))


def is_review(message: bytes) -> bool:
    """Return whether a message of KeepLists is a request for review; otherwise it is for readers."""
    return bytes(message[:1]) == REVIEWS


class RecordPanes(RecordStep):
    """Messages of closed panes to records of the panes topic."""

    def __init__(self, options: TrendingOptions) -> None:
        self._options = options

    def encoder(self) -> Callable[[bytes], Sequence[str]]:
        """Prepare the encoder of this worker."""
        o = self._options
        return panes.PaneRecords(o.registry(), o.trend.burst.pane_ms).of


class WriteTrends(WriteStep):
    """Messages for readers to Redis."""

    def __init__(self, options: TrendingOptions) -> None:
        super().__init__(options.redis_url, options.redis_password_file)

    def write(self, sink: RedisSink, bodies: Iterable[bytes]) -> int:
        """Write one batch."""
        return sink.write([served.write_of(body) for body in bodies])
