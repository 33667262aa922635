"""The graph of the content job.

1. source      Kafka topics as raw bytes                                                    (Flink)
2. read        a batch of records -> posts with language and near-duplicate id, by group of languages;
               dead letters                                                                 (Python, columns)
3. tag         a group's posts, in order: suggest, then learn from those that have tags     (Python, keyed)
4. labels      records of the labels topic, with the event's time                           (Flink)

Dead letters leave after 2. There are no windows and no timers: nothing waits but for a batch to fill.
"""

from dataclasses import dataclass

from pyflink.common import Types
from pyflink.datastream import DataStream
from pyflink.table import DataTypes, StreamTableEnvironment, TableDescriptor
from pyflink.table.statement_set import StatementSet
from pyflink.table.udf import udf

from flink_jobs._shell.raw_batch import dead_letters_sql
from flink_jobs.content.operators import ReadPosts, TagPosts
from flink_jobs.content.options import ContentOptions
from flink_jobs.content.reading import unpack

STATE_VERSION = 1
_BYTES = Types.PRIMITIVE_ARRAY(Types.BYTE())
_LABEL = Types.ROW_NAMED(["key", "value", "at_ms"], [_BYTES, _BYTES, Types.LONG()])

# The lists leave their row here, once for every batch; see the trending job.
_READ = """
SELECT s.found.bundles AS bundles, s.found.letters AS letters
FROM (SELECT read_posts(topic, `partition`, `offset`, `at`, `value`) AS found FROM events) AS s
"""


@dataclass(frozen=True, slots=True)
class Ends:
    """Where the graph begins and ends; tests give others.

    Attributes:
        events: Table of (topic, partition, offset, at, value).
        labels: Sink of (key, value, at).
        dead_letters: Sink of (key, value, topic, headers).
    """

    events: TableDescriptor
    labels: TableDescriptor
    dead_letters: TableDescriptor


def tag_uid(options: ContentOptions) -> str:
    """Return the uid of the only stateful Python step: other mode, other state."""
    return f"content/tag-v{STATE_VERSION}-{options.execution_mode}"


def build(tables: StreamTableEnvironment, ends: Ends, options: ContentOptions) -> StatementSet:
    """Add the graph to an environment; the caller executes it."""
    tables.create_temporary_table("events", ends.events)
    tables.create_temporary_table("label_sink", ends.labels)
    tables.create_temporary_table("dead_letter_sink", ends.dead_letters)
    found = DataTypes.ROW(
        [
            DataTypes.FIELD("bundles", DataTypes.ARRAY(DataTypes.BYTES())),
            DataTypes.FIELD("letters", DataTypes.ARRAY(DataTypes.STRING())),
        ]
    )
    read = udf(ReadPosts(options), result_type=found, func_type="pandas")
    tables.create_temporary_function("read_posts", read)
    # Over a stream, or the planner would read every batch once for each of the two sinks.
    batches = tables.from_data_stream(tables.to_data_stream(tables.sql_query(_READ)))
    tables.create_temporary_view("batches", batches)
    tables.create_temporary_view("labelled", tables.from_data_stream(_tag(tables, options)))
    tables.create_temporary_view(
        "letter_texts",
        tables.sql_query("SELECT letter FROM batches CROSS JOIN UNNEST(letters) AS t (letter)"),
    )
    statements = tables.create_statement_set()
    statements.add_insert_sql(
        "INSERT INTO label_sink SELECT `key`, `value`, TO_TIMESTAMP_LTZ(at_ms, 3) FROM labelled"
    )
    statements.add_insert_sql(dead_letters_sql("dead_letter_sink", "letter_texts", "letter", "content"))
    return statements


def _tag(tables: StreamTableEnvironment, options: ContentOptions) -> DataStream:
    """Bundles, keyed by group of languages, through the taggers."""
    bundles = tables.to_data_stream(
        tables.sql_query("SELECT bundle FROM batches CROSS JOIN UNNEST(bundles) AS t (bundle)")
    )
    return (
        bundles.map(lambda row: row[0], output_type=_BYTES)
        .key_by(lambda raw: unpack(bytes(raw))[0], key_type=Types.STRING())
        .process(TagPosts(options), output_type=_LABEL)
        .uid(tag_uid(options))
        .name(tag_uid(options))
    )
