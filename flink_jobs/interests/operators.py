"""The Python steps of the graph: thin. Bytes in, one call into a shard, bytes out."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from pyflink.datastream import TimerService

from flink_jobs._shell.cells import BytesCell, BytesMap
from flink_jobs._shell.meters import DRIFT_ALARMS, LABELS, Meter
from flink_jobs._shell.redis_sink import RedisSink
from flink_jobs._shell.steps import Messages, Reader, ReadStep, RecordStep, ShardStep, WriteStep
from flink_jobs.interests import pieces, served
from flink_jobs.interests.decode import DeedDecoder
from flink_jobs.interests.examples import ExampleRecords
from flink_jobs.interests.items import ITEM_MAPS, ItemShards
from flink_jobs.interests.notes import NoteRecords
from flink_jobs.interests.options import InterestsOptions
from flink_jobs.interests.people import PEOPLE_CELLS, PEOPLE_MAPS, PeopleShards
from schemas.erasure_subject import audit_key


class ReadDeeds(ReadStep):
    """Raw records of a batch to pieces of deeds and refused records."""

    def __init__(self, options: InterestsOptions) -> None:
        self._options = options

    def reader(self) -> Reader:
        """Open the registry and the decoder of this worker."""
        o = self._options
        return DeedDecoder(o.registry(), o.pane_ms, o.shards, o.late_ms).read


class KeepItems(ShardStep):
    """One key = one shard of items. Deeds go on with what is known of their item; items grow by panes."""

    def __init__(self, options: InterestsOptions) -> None:
        super().__init__(options.execution_mode, ITEM_MAPS)
        self._options = options

    def begin(self, maps: Mapping[str, BytesMap], _cells: Mapping[str, BytesCell]) -> None:
        """Take the maps."""
        self._shards = ItemShards(self._options, maps)

    def arrived(self, raw: bytes, timers: TimerService) -> Messages:
        """Take a piece; a canary goes on at once."""
        if pieces.canary_of(raw) is not None:
            return (), (pieces.DEEDS + raw,)
        return self._shards.take(raw, timers.current_watermark())

    def due(self, key: str | int, moment_ms: int, _timers: TimerService) -> Messages:
        """Close the pane that ended now."""
        return (), list(self._shards.at(int(key), moment_ms))


class KeepPeople(ShardStep):
    """One key = one shard of people. Deeds wait for event time, then are handled in order."""

    def __init__(self, options: InterestsOptions) -> None:
        super().__init__(options.execution_mode, PEOPLE_MAPS, PEOPLE_CELLS)
        self._options = options

    def begin(self, maps: Mapping[str, BytesMap], cells: Mapping[str, BytesCell]) -> None:
        """Take the state."""
        self._shards = PeopleShards(self._options, maps=maps, cells=cells)

    def arrived(self, raw: bytes, _timers: TimerService) -> Messages:
        """Keep deeds until their time has come; a canary goes on at once."""
        canary_ms = pieces.canary_of(raw)
        if canary_ms is not None:
            return (), (pieces.SERVED + pieces.encode([served.of_canary(canary_ms)]),)
        return (self._shards.take(raw),), ()

    def due(self, key: str | int, _moment_ms: int, timers: TimerService) -> Messages:
        """Handle all that is due; further timers of the same leap of time find nothing left."""
        return self._shards.at(int(key), timers.current_watermark())

    def counted(self) -> Mapping[Meter, int]:
        """Return the labels and alarms of a turn."""
        labels, alarms = self._shards.told()
        return {LABELS: labels, DRIFT_ALARMS: alarms}


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


class RecordExamples(RecordStep):
    """Messages of labels to records of the examples topic."""

    def __init__(self, options: InterestsOptions) -> None:
        self._options = options

    def encoder(self) -> Callable[[bytes], Sequence[str]]:
        """Prepare the encoder of this worker."""
        o = self._options
        return ExampleRecords(o.registry(), o.model_tag).of


class RecordNotes(RecordStep):
    """Messages of erasures and alarms to records of their topics."""

    def __init__(self, options: InterestsOptions) -> None:
        self._options = options

    def encoder(self) -> Callable[[bytes], Sequence[str]]:
        """Prepare the encoder of this worker."""
        o = self._options
        return NoteRecords(o.registry(), audit_key(o.audit_key_file)).of


class WriteInterests(WriteStep):
    """Messages for readers to Redis, under the keys of the model that runs."""

    def __init__(self, options: InterestsOptions) -> None:
        super().__init__(options.redis_url, options.redis_password_file)
        self._model = options.model_tag

    def write(self, sink: RedisSink, bodies: Iterable[bytes]) -> int:
        """Write one batch."""
        return sink.write_values([write for body in bodies for write in served.writes_of(body, self._model)])
