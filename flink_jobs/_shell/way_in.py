"""The way in of jobs that split records into pieces for shards: topics, a function on batches, pieces."""

from collections.abc import Mapping

from pyflink.common import Types
from pyflink.datastream import DataStream
from pyflink.table import DataTypes, Schema, StreamTableEnvironment, TableDescriptor
from pyflink.table.types import DataType
from pyflink.table.udf import ScalarFunction

from flink_jobs._shell import batches
from flink_jobs._shell.raw_batch import dead_letters_sql

# Event time as plain columns: each record knows the watermark of its own source.
_RECORDS = """
SELECT topic, `partition`, `offset`, CAST(`at` AS TIMESTAMP_LTZ(3)) AS moment,
  CURRENT_WATERMARK(`at`) AS mark, `value`
FROM {source}
"""
# The lists leave their row here: reading a field of a row copies the whole of it (2.2.1), and further down
# that would happen once for every piece instead of once for every batch. The other rows of a batch are empty
# and stay behind.
_READ = """
SELECT found.pieces AS pieces, found.refused AS refused
FROM (
  SELECT read_records(topic, `partition`, `offset`, moment, mark, `value`) AS found FROM ({records})
)
WHERE found.pieces IS NOT NULL
"""


def pieces_of(
    tables: StreamTableEnvironment, sources: Mapping[str, TableDescriptor | None], read: ScalarFunction
) -> DataStream:
    """Read topics and return pieces, in bytes.

    Args:
        tables: Gets the sources under their names, and a view ``found`` for `dead_letters`.
        sources: Tables of (topic, partition, offset, at, value) by name, see `kafka_tables`; None is none.
        read: Takes those columns with the watermark before the value; returns (pieces, refused) in the first
            row of a batch and nothing in the others.
    """
    present = {name: table for name, table in sources.items() if table is not None}
    for name, table in present.items():
        tables.create_temporary_table(name, table)
    batches.register(tables, [("read_records", read, _result())])
    records = " UNION ALL ".join(_RECORDS.format(source=name) for name in present)
    found = tables.to_data_stream(tables.sql_query(_READ.format(records=records)))
    tables.create_temporary_view("found", tables.from_data_stream(found, _schema()))
    rows = tables.to_data_stream(
        tables.sql_query("SELECT piece FROM found CROSS JOIN UNNEST(pieces) AS t (piece)")
    )
    return rows.map(lambda row: row[0], output_type=Types.PRIMITIVE_ARRAY(Types.BYTE()))


def dead_letters(tables: StreamTableEnvironment, sink: TableDescriptor, job: str) -> str:
    """Add the sink of what was refused and return the statement that fills it."""
    tables.create_temporary_table("dead_letter_sink", sink)
    refused = "found CROSS JOIN UNNEST(refused) AS t (refusal)"
    return dead_letters_sql("dead_letter_sink", refused, "refusal", job)


def _result() -> DataType:
    return DataTypes.ROW(
        [
            DataTypes.FIELD("pieces", DataTypes.ARRAY(DataTypes.BYTES())),
            DataTypes.FIELD("refused", DataTypes.ARRAY(DataTypes.STRING())),
        ]
    )


def _schema() -> Schema:
    """Return the schema of a stream of such batches.

    Without SOURCE_WATERMARK a stream loses its watermarks where it becomes a table (seen on 2.2.1), and the
    shards would wait for the end of the stream. The time column itself is not used.
    """
    return (
        Schema.new_builder()
        .column("pieces", DataTypes.ARRAY(DataTypes.BYTES()))
        .column("refused", DataTypes.ARRAY(DataTypes.STRING()))
        .column_by_expression("row_time", "TO_TIMESTAMP_LTZ(0, 3)")
        .watermark("row_time", "SOURCE_WATERMARK()")
        .build()
    )
