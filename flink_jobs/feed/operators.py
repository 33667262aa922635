"""The Python steps of the graph: thin. Bytes in, one call into a shard, bytes out."""

from collections.abc import Iterable, Mapping

from pyflink.datastream import TimerService

from flink_jobs._shell.cells import BytesCell, BytesMap
from flink_jobs._shell.redis_sink import RedisSink
from flink_jobs._shell.steps import Messages, Reader, ReadStep, ShardStep, WriteStep
from flink_jobs.feed import pieces, served
from flink_jobs.feed.cards import CARD_MAPS, CardShards
from flink_jobs.feed.decode import ActDecoder
from flink_jobs.feed.options import FeedOptions
from flink_jobs.feed.pools import POOL_MAPS, PoolShards
from flink_jobs.feed.viewers import VIEWER_CELLS, VIEWER_MAPS, ViewerShards


class ReadActs(ReadStep):
    """Raw records of a batch to pieces of acts and refused records."""

    def __init__(self, options: FeedOptions) -> None:
        self._options = options

    def reader(self) -> Reader:
        """Open the registry and the decoder of this worker."""
        o = self._options
        return ActDecoder(o.registry(), o.pane_ms).read


class KeepCards(ShardStep):
    """One key = one shard of items, which grow by panes."""

    def __init__(self, options: FeedOptions) -> None:
        super().__init__(options.execution_mode, CARD_MAPS)
        self._options = options

    def begin(self, maps: Mapping[str, BytesMap], _cells: Mapping[str, BytesCell]) -> None:
        """Take the maps."""
        self._shards = CardShards(self._options, maps)

    def arrived(self, raw: bytes, _timers: TimerService) -> Messages:
        """Keep a piece until its pane ends."""
        return (self._shards.take(raw),), ()

    def due(self, key: str | int, moment_ms: int, _timers: TimerService) -> Messages:
        """Close the pane that ended now."""
        return (), list(self._shards.at(int(key), moment_ms))


class KeepPools(ShardStep):
    """One key = one shard of pools, which take what items told in a pane."""

    def __init__(self, options: FeedOptions) -> None:
        super().__init__(options.execution_mode, POOL_MAPS)
        self._options = options

    def begin(self, maps: Mapping[str, BytesMap], _cells: Mapping[str, BytesCell]) -> None:
        """Take the maps."""
        self._shards = PoolShards(self._options, maps)

    def arrived(self, raw: bytes, _timers: TimerService) -> Messages:
        """Keep rows until all items have told theirs of the pane."""
        return (self._shards.take(raw),), ()

    def due(self, key: str | int, moment_ms: int, _timers: TimerService) -> Messages:
        """Take in the pane that ended now."""
        return (), list(self._shards.at(int(key), moment_ms))


class KeepViewers(ShardStep):
    """One key = one shard of people and one part of what is barred."""

    def __init__(self, options: FeedOptions) -> None:
        super().__init__(options.execution_mode, VIEWER_MAPS, VIEWER_CELLS)
        self._options = options

    def begin(self, maps: Mapping[str, BytesMap], cells: Mapping[str, BytesCell]) -> None:
        """Take the state."""
        self._shards = ViewerShards(self._options, maps, cells)

    def arrived(self, raw: bytes, _timers: TimerService) -> Messages:
        """Keep acts until their time has come."""
        return self._shards.take(raw), ()

    def due(self, key: str | int, moment_ms: int, _timers: TimerService) -> Messages:
        """Handle the acts whose time has come."""
        return (), list(self._shards.at(int(key), moment_ms))


def is_cards(piece: bytes) -> bool:
    """Return whether a piece goes to a shard of items."""
    return bytes(piece[:1]) == pieces.CARDS


def is_viewers(piece: bytes) -> bool:
    """Return whether a piece goes to a shard of people."""
    return bytes(piece[:1]) == pieces.VIEWERS


class WriteFeed(WriteStep):
    """Messages for readers to Redis."""

    def __init__(self, options: FeedOptions) -> None:
        super().__init__(options.redis_url, options.redis_password_file)

    def write(self, sink: RedisSink, bodies: Iterable[bytes]) -> int:
        """Write one batch."""
        return sink.write_values([write for body in bodies for write in served.writes_of(body)])
