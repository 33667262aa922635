"""What the Python steps of jobs are made of; a job says only what its own steps do.

Each opens on its worker: what it holds is made there, not shipped. Each counts for operators (`meters`).
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence

import pandas as pd
from pyflink.datastream import KeyedProcessFunction, RuntimeContext, TimerService
from pyflink.table.udf import FunctionContext, ScalarFunction

from flink_jobs._shell.batches import bodies_to_lists, in_first_row
from flink_jobs._shell.cells import BytesCell, BytesMap, Mode
from flink_jobs._shell.memory import rare_collections
from flink_jobs._shell.meters import (
    FENCE_REJECTS,
    PANE_DELAY,
    PIECES,
    RECORDS,
    REDIS_TIME,
    REDIS_WRITES,
    Meter,
    Meters,
)
from flink_jobs._shell.raw_batch import Ints, RawBatch, first_row, millis
from flink_jobs._shell.redis_sink import RedisSink

Reader = Callable[[RawBatch, Ints], tuple[Sequence[bytes], Sequence[str]]]
_END_MS = 1 << 60  # a moment beyond this is the end of all input
Messages = tuple[Iterable[int], Sequence[bytes]]  # moments of event time to come back at, and what goes on


class ReadStep(ScalarFunction):  # type: ignore[misc]  # PyFlink publishes no types
    """Raw records of a batch to pieces and refused records; all leave in the first row's lists."""

    def reader(self) -> Reader:
        """Return what reads (batch, event time that was complete when each record came)."""
        raise NotImplementedError

    def open(self, context: FunctionContext) -> None:
        """Make the reader of this worker."""
        rare_collections()
        self._read = self.reader()
        self._meters = Meters(context.get_metric_group())

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
        batch = RawBatch.of(topic, partition, offset, at, value)
        found, refused = self._read(batch, millis(mark))
        n = len(value)
        self._meters.add(RECORDS, n)
        self._meters.add(PIECES, len(found))
        self._meters.refused(refused)
        return pd.DataFrame({"pieces": first_row(found, n), "refused": first_row(refused, n)})


class ShardStep(KeyedProcessFunction):  # type: ignore[misc]
    """One key = one shard, with maps and cells of bytes. What its maps hold back is written after each call.

    Args:
        mode: Where keyed steps run.
        maps: Names of its maps.
        cells: Names of its cells.
    """

    def __init__(self, mode: Mode, maps: Sequence[str], cells: Sequence[str] = ()) -> None:
        self._mode, self._map_names, self._cell_names = mode, maps, cells

    def begin(self, maps: dict[str, BytesMap], cells: dict[str, BytesCell]) -> None:
        """Take the state, once for all shards of this worker."""
        raise NotImplementedError

    def arrived(self, raw: bytes, timers: TimerService) -> Messages:
        """Take a message."""
        raise NotImplementedError

    def due(self, key: str | int, moment_ms: int, timers: TimerService) -> Messages:
        """Do what is due at a moment of event time."""
        raise NotImplementedError

    def counted(self) -> Mapping[Meter, int]:
        """Return what is to be counted of the last call."""
        return {}

    def open(self, runtime_context: RuntimeContext) -> None:
        """Get the state of a shard."""
        rare_collections()
        self._meters = Meters(runtime_context.get_metrics_group())
        self._maps = {name: BytesMap(runtime_context, name, self._mode) for name in self._map_names}
        self.begin(
            self._maps, {name: BytesCell(runtime_context, name, self._mode) for name in self._cell_names}
        )

    def process_element(self, value: bytes, ctx: KeyedProcessFunction.Context) -> Sequence[bytes]:
        """Take a message."""
        timers = ctx.timer_service()
        return self._done(self.arrived(bytes(value), timers), timers)

    def on_timer(self, timestamp: int, ctx: KeyedProcessFunction.OnTimerContext) -> Sequence[bytes]:
        """Do what is due."""
        timers = ctx.timer_service()
        if timestamp < _END_MS:  # the end of all input is no moment
            self._meters.took(PANE_DELAY, timers.current_processing_time() - timestamp)
        return self._done(self.due(ctx.get_current_key(), timestamp, timers), timers)

    def _done(self, messages: Messages, timers: TimerService) -> Sequence[bytes]:
        moments, out = messages
        for moment in moments:
            timers.register_event_time_timer(moment)
        for one in self._maps.values():
            one.flush()
        for meter, count in self.counted().items():
            self._meters.add(meter, count)
        return out


class RecordStep(ScalarFunction):  # type: ignore[misc]
    """Messages to records of a topic; each row gets its list."""

    def encoder(self) -> Callable[[bytes], Sequence[str]]:
        """Return what makes records of a message without its first byte."""
        raise NotImplementedError

    def open(self, _context: FunctionContext) -> None:
        """Make the encoder of this worker."""
        rare_collections()
        self._records_of = self.encoder()

    def eval(self, message: pd.Series) -> pd.Series:
        """Encode a batch of messages."""
        return bodies_to_lists(message, self._records_of)


class WriteStep(ScalarFunction):  # type: ignore[misc]
    """Messages for readers to Redis; answers how many of the batch the fence refused, in its first row.

    Args:
        url: Of Redis.
        password_file: File with its password; empty = none.
    """

    def __init__(self, url: str, password_file: str) -> None:
        self._url, self._password_file = url, password_file

    def write(self, sink: RedisSink, bodies: Iterable[bytes]) -> int:
        """Write messages without their first byte; return how many writes the fence refused."""
        raise NotImplementedError

    def open(self, context: FunctionContext) -> None:
        """Connect."""
        rare_collections()
        self._meters = Meters(context.get_metric_group())
        self._sink = RedisSink(self._url, self._password_file)

    def eval(self, message: pd.Series) -> pd.Series:
        """Write one batch before its checkpoint may end."""
        start_s, n = time.perf_counter(), len(message)
        refused = self.write(self._sink, (bytes(raw[1:]) for raw in message))
        self._meters.took(REDIS_TIME, (time.perf_counter() - start_s) * 1000)
        self._meters.add(REDIS_WRITES, n)
        self._meters.add(FENCE_REJECTS, refused)
        return in_first_row(refused, n)

    def is_deterministic(self) -> bool:
        """Tell the planner that each call has an effect."""
        return False
