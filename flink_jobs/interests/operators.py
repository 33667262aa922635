"""The Python steps of the graph: thin. Bytes in, one call into a shard, bytes out."""

from collections.abc import Sequence

import pandas as pd
from pyflink.datastream import KeyedProcessFunction, RuntimeContext
from pyflink.table.udf import FunctionContext, ScalarFunction

from flink_jobs._shell.batches import bodies_to_lists, in_first_row
from flink_jobs._shell.cells import BytesCell, BytesMap, flush
from flink_jobs._shell.memory import rare_collections
from flink_jobs._shell.raw_batch import RawBatch, first_row, millis
from flink_jobs._shell.redis_sink import RedisSink
from flink_jobs.interests import pieces, served
from flink_jobs.interests.decode import DeedDecoder
from flink_jobs.interests.examples import ExampleRecords
from flink_jobs.interests.items import ITEM_MAPS, ItemShards
from flink_jobs.interests.notes import NoteRecords
from flink_jobs.interests.options import InterestsOptions
from flink_jobs.interests.people import PEOPLE_CELLS, PEOPLE_MAPS, PeopleShards
from schemas.erasure_subject import audit_key
from schemas.registry import open_registry


class ReadDeeds(ScalarFunction):  # type: ignore[misc]  # PyFlink publishes no types
    """Raw records of a batch to pieces of deeds and refused records; all leave in the first row's lists."""

    def __init__(self, options: InterestsOptions) -> None:
        self._options = options

    def open(self, _context: FunctionContext) -> None:
        """Open the registry and the decoder of this worker."""
        rare_collections()
        o = self._options
        self._decoder = DeedDecoder(open_registry(o.registry_url or None), o.pane_ms, o.shards, o.late_ms)

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


class KeepItems(KeyedProcessFunction):  # type: ignore[misc]
    """One key = one shard of items. Deeds go on with what is known of their item; items grow by panes."""

    def __init__(self, options: InterestsOptions) -> None:
        self._options = options

    def open(self, runtime_context: RuntimeContext) -> None:
        """Get the maps of a shard."""
        rare_collections()
        mode = self._options.execution_mode
        self._maps = {name: BytesMap(runtime_context, name, mode) for name in ITEM_MAPS}
        self._shards = ItemShards(self._options, self._maps)

    def process_element(self, value: bytes, ctx: KeyedProcessFunction.Context) -> Sequence[bytes]:
        """Take a piece."""
        timers = ctx.timer_service()
        moments, out = self._shards.take(bytes(value), timers.current_watermark())
        for moment in moments:
            timers.register_event_time_timer(moment)
        flush(self._maps.values())
        return out

    def on_timer(self, timestamp: int, ctx: KeyedProcessFunction.OnTimerContext) -> Sequence[bytes]:
        """Close the pane that ended now."""
        out = list(self._shards.at(int(ctx.get_current_key()), timestamp))
        flush(self._maps.values())
        return out


class KeepPeople(KeyedProcessFunction):  # type: ignore[misc]
    """One key = one shard of people. Deeds wait for event time, then are handled in order."""

    def __init__(self, options: InterestsOptions) -> None:
        self._options = options

    def open(self, runtime_context: RuntimeContext) -> None:
        """Get the state of a shard."""
        rare_collections()
        mode = self._options.execution_mode
        self._maps = {name: BytesMap(runtime_context, name, mode) for name in PEOPLE_MAPS}
        self._shards = PeopleShards(
            self._options,
            maps=self._maps,
            cells={name: BytesCell(runtime_context, name, mode) for name in PEOPLE_CELLS},
        )

    def process_element(self, value: bytes, ctx: KeyedProcessFunction.Context) -> Sequence[bytes]:
        """Keep deeds until their time has come."""
        ctx.timer_service().register_event_time_timer(self._shards.take(bytes(value)))
        flush(self._maps.values())
        return ()

    def on_timer(self, _timestamp: int, ctx: KeyedProcessFunction.OnTimerContext) -> Sequence[bytes]:
        """Handle all that is due; further timers of the same leap of time find nothing left."""
        timers = ctx.timer_service()
        moments, out = self._shards.at(int(ctx.get_current_key()), timers.current_watermark())
        for moment in moments:
            timers.register_event_time_timer(moment)
        flush(self._maps.values())
        return out


def is_deeds(message: bytes) -> bool:
    """Return whether a message goes on to people."""
    return bytes(message[:1]) == pieces.DEEDS


def is_served(message: bytes) -> bool:
    """Return whether a message is for Redis."""
    return bytes(message[:1]) == pieces.SERVED


def is_examples(message: bytes) -> bool:
    """Return whether a message is for the examples topic."""
    return bytes(message[:1]) == pieces.EXAMPLES


def is_notes(message: bytes) -> bool:
    """Return whether a message is of erasures and alarms."""
    return bytes(message[:1]) == pieces.NOTES


class RecordExamples(ScalarFunction):  # type: ignore[misc]
    """Messages of labels to records of the examples topic."""

    def __init__(self, options: InterestsOptions) -> None:
        self._options = options

    def open(self, _context: FunctionContext) -> None:
        """Prepare the encoder of this worker."""
        rare_collections()
        self._records = ExampleRecords(
            open_registry(self._options.registry_url or None), self._options.model_tag
        )

    def eval(self, message: pd.Series) -> pd.Series:
        """Encode a batch of messages; each row gets its list."""
        return bodies_to_lists(message, self._records.of)


class RecordNotes(ScalarFunction):  # type: ignore[misc]
    """Messages of erasures and alarms to records of their topics."""

    def __init__(self, options: InterestsOptions) -> None:
        self._options = options

    def open(self, _context: FunctionContext) -> None:
        """Prepare the encoder of this worker."""
        registry = open_registry(self._options.registry_url or None)
        self._records = NoteRecords(registry, audit_key(self._options.audit_key_file))

    def eval(self, message: pd.Series) -> pd.Series:
        """Encode a batch of messages; each row gets its list."""
        return bodies_to_lists(message, self._records.of)


class WriteInterests(ScalarFunction):  # type: ignore[misc]
    """Messages for readers to Redis; answers how many of the batch the fence refused, in its first row."""

    def __init__(self, options: InterestsOptions) -> None:
        self._options = options

    def open(self, _context: FunctionContext) -> None:
        """Connect."""
        rare_collections()
        self._sink = RedisSink(self._options.redis_url, self._options.redis_password_file)
        self._model = self._options.model_tag

    def eval(self, message: pd.Series) -> pd.Series:
        """Write one batch before its checkpoint may end."""
        refused = self._sink.write_values(
            [write for raw in message for write in served.writes_of(bytes(raw[1:]), self._model)]
        )
        return in_first_row(refused, len(message))

    def is_deterministic(self) -> bool:
        """Tell the planner that each call has an effect."""
        return False
