"""The graph of the interests job.

1. source    Kafka topics as raw bytes, event time and watermarks per partition          (Flink)
             and requests to forget a person, whose silence holds nothing back
2. read      a batch of records -> deeds by shard and pane of their items; dead letters  (Python, columns)
3. items     what was known of an item before the pane goes on with each deed; the deeds
             of a closed pane make items known better                                    (Flink state and
             timers; Python, one call a piece and one a pane)
4. people    deeds, kept until the watermark passes them, then in order: join with the
             outcome, predict, learn                                                     (Flink state and
             timers; Python, one call a shard and tick)
5. examples  every label that was learned, changed or taken back -> Kafka                (Python, columns)
6. notes     what erasures removed, alarms of the model -> Kafka                        (Python)
7. serve     interests, items, heads -> Redis, fenced, few round trips a batch           (Python)

Dead letters leave after 2.
"""

from dataclasses import dataclass

from pyflink.common import Types
from pyflink.datastream import DataStream
from pyflink.table import DataTypes, StreamTableEnvironment, TableDescriptor
from pyflink.table.statement_set import StatementSet

from flink_jobs._shell import batches, way_in
from flink_jobs.interests import pieces
from flink_jobs.interests.operators import (
    KeepItems,
    KeepPeople,
    ReadDeeds,
    RecordExamples,
    RecordNotes,
    WriteInterests,
    is_deeds,
    is_examples,
    is_notes,
    is_served,
)
from flink_jobs.interests.options import InterestsOptions

ITEMS_STATE_VERSION = 1
PEOPLE_STATE_VERSION = 3
_BYTES = Types.PRIMITIVE_ARRAY(Types.BYTE())

_EXAMPLES = """
INSERT INTO example_sink
SELECT CAST(SPLIT_INDEX(example, CHR(30), 0) AS BYTES), UNHEX(SPLIT_INDEX(example, CHR(30), 1)),
  TO_TIMESTAMP_LTZ(CAST(SPLIT_INDEX(example, CHR(30), 2) AS BIGINT), 3)
FROM (SELECT record_examples(f0) AS examples FROM joined_examples) CROSS JOIN UNNEST(examples) AS t (example)
"""
_NOTES = """
INSERT INTO note_sink
SELECT CAST(SPLIT_INDEX(note, CHR(30), 1) AS BYTES), UNHEX(SPLIT_INDEX(note, CHR(30), 2)),
  SPLIT_INDEX(note, CHR(30), 0), TO_TIMESTAMP_LTZ(CAST(SPLIT_INDEX(note, CHR(30), 3) AS BIGINT), 3)
FROM (SELECT record_notes(f0) AS notes FROM noted) CROSS JOIN UNNEST(notes) AS t (note)
"""


@dataclass(frozen=True, slots=True)
class Ends:
    """Where the graph begins and ends; tests give others.

    Attributes:
        events: Table of (topic, partition, offset, at, value).
        erasures: The same of requests to forget a person; None = there are none.
        examples: Sink of (key, value, at).
        notes: Sink of (key, value, topic, at): what erasures removed, alarms.
        dead_letters: Sink of (key, value, topic, headers).
    """

    events: TableDescriptor
    examples: TableDescriptor
    notes: TableDescriptor
    dead_letters: TableDescriptor
    erasures: TableDescriptor | None = None


def items_uid(options: InterestsOptions) -> str:
    """Return the uid of the items' step: other pane, shards or mode, other state."""
    seconds = options.pane_ms // 1000
    state = f"items{_of_model(options)}-v{ITEMS_STATE_VERSION}-p{seconds}-s{options.shards}"
    return f"interests/{state}-{options.execution_mode}"


def people_uid(options: InterestsOptions) -> str:
    """Return the uid of the people's step: other shards or mode, other state."""
    state = f"people{_of_model(options)}-v{PEOPLE_STATE_VERSION}-s{options.shards}"
    return f"interests/{state}-{options.execution_mode}"


def _of_model(options: InterestsOptions) -> str:
    """Return what keeps the state of a registered model from being restored into another's."""
    return f"-{options.model_tag}" if options.model_tag else ""


def build(tables: StreamTableEnvironment, ends: Ends, options: InterestsOptions) -> StatementSet:
    """Add the graph to an environment; the caller executes it."""
    tables.create_temporary_table("example_sink", ends.examples)
    tables.create_temporary_table("note_sink", ends.notes)
    _functions(tables, options)
    sources = {"events": ends.events, "erasures": ends.erasures}
    items = _items(way_in.pieces_of(tables, sources, ReadDeeds(options)), options)
    people = _people(items, options)
    served = items.filter(is_served).union(people.filter(is_served))
    tables.create_temporary_view("for_readers", tables.from_data_stream(served))
    tables.create_temporary_view("joined_examples", tables.from_data_stream(people.filter(is_examples)))
    tables.create_temporary_view("noted", tables.from_data_stream(people.filter(is_notes)))

    statements = tables.create_statement_set()
    statements.add_insert_sql(_EXAMPLES)
    statements.add_insert_sql(_NOTES)
    statements.add_insert_sql(way_in.dead_letters(tables, ends.dead_letters, "interests"))
    batches.swallow(tables, "served")
    statements.add_insert_sql("INSERT INTO served SELECT write_interests(f0) FROM for_readers")
    return statements


def _functions(tables: StreamTableEnvironment, options: InterestsOptions) -> None:
    """Register the vectorised functions under the names that the SQL above uses."""
    strings = DataTypes.ARRAY(DataTypes.STRING())
    functions = (
        ("record_examples", RecordExamples(options), strings),
        ("record_notes", RecordNotes(options), strings),
        ("write_interests", WriteInterests(options), DataTypes.BIGINT()),
    )
    batches.register(tables, functions)


def _items(found: DataStream, options: InterestsOptions) -> DataStream:
    """Pieces, keyed by shard of their items."""
    return (
        found.key_by(pieces.shard_of, key_type=Types.LONG())
        .process(KeepItems(options), output_type=_BYTES)
        .uid(items_uid(options))
        .name(items_uid(options))
    )


def _people(items: DataStream, options: InterestsOptions) -> DataStream:
    """Deeds with what was known of their items, keyed by shard of their people."""
    return (
        items.filter(is_deeds)
        .map(lambda message: bytes(message[1:]), output_type=_BYTES)
        .key_by(pieces.shard_of, key_type=Types.LONG())
        .process(KeepPeople(options), output_type=_BYTES)
        .uid(people_uid(options))
        .name(people_uid(options))
    )
