"""The graph of the trending job.

1. source      Kafka topics as raw bytes, event time and watermarks per partition    (Flink)
2. count       a batch of records -> one text row per (topic, scope, pane), dead letters  (Python, columns)
3. panes       rows of a key and pane add up until the watermark closes the pane          (Flink, two phases)
4. summarise   closed panes -> bundles for the shards, records for the panes topic        (Python, columns)
5. detect      a shard's complete pane -> detector, list, records                     (Python, once a pane)
6. serve       records -> Redis, fenced, one round trip a batch                       (Python, columns)

Dead letters leave after 2, closed panes after 4.
"""

from dataclasses import dataclass

from pyflink.common import Types
from pyflink.datastream import DataStream
from pyflink.table import DataTypes, Schema, StreamTableEnvironment, TableDescriptor
from pyflink.table.statement_set import StatementSet
from pyflink.table.udf import udf

from flink_jobs._shell.kafka_tables import interval
from flink_jobs.trending import rows
from flink_jobs.trending.operators import CountBatch, DetectShard, SummarisePanes, WriteTrends
from flink_jobs.trending.options import TrendingOptions

STATE_VERSION = 1
_BYTES = Types.PRIMITIVE_ARRAY(Types.BYTE())

_COUNT = """
SELECT row_text FROM (
  SELECT count_batch(topic, `partition`, `offset`, `at`, CURRENT_WATERMARK(`at`), `value`) AS texts
  FROM events
) CROSS JOIN UNNEST(texts) AS t (row_text)
"""

# Only numbers and marks of our own are put into these texts, never a setting or data.
_COUNTED = f"""
SELECT row_time,
  CAST(SUBSTRING(row_text, {rows.WEIGHT_AT}, 13) AS BIGINT) - {rows.WEIGHT_SHIFT} AS weight,
  CAST(SUBSTRING(row_text, {rows.EVENTS_AT}, 8) AS BIGINT) AS events,
  SUBSTRING(row_text, {rows.KEY_AT}, CAST(SUBSTRING(row_text, {rows.LENGTH_AT}, 3) AS INT)) AS topic_key,
  SUBSTRING(row_text, {rows.KEY_AT} + CAST(SUBSTRING(row_text, {rows.LENGTH_AT}, 3) AS INT)) AS who
FROM row_texts WHERE row_text NOT LIKE '{rows.BAD_MARK}%'
"""  # noqa: S608

# The lists leave their row here: reading a field of a row, or an item of a list, copies the whole of it
# (2.2.1), and further down that would happen once for every pane instead of once for every batch.
_SUMMARISED = """
SELECT s.closed.bundles AS bundles, s.closed.panes AS panes
FROM (
  SELECT summarise(topic_key, window_start, weight, events, who) AS closed FROM (
    SELECT topic_key, window_start, SUM(weight) AS weight, SUM(events) AS events, LISTAGG(who, '') AS who
    FROM TABLE(TUMBLE(TABLE counted, DESCRIPTOR(row_time), {pane}))
    GROUP BY window_start, window_end, topic_key)
) AS s
"""

_DEAD = "SELECT {columns} FROM row_texts WHERE row_text LIKE '!%'"


@dataclass(frozen=True, slots=True)
class Ends:
    """Where the graph begins and ends; tests give others.

    Attributes:
        events: Table of (topic, partition, offset, at, value).
        panes: Sink of (key, value).
        dead_letters: Sink of (key, value, topic, headers).
    """

    events: TableDescriptor
    panes: TableDescriptor
    dead_letters: TableDescriptor


def detect_uid(options: TrendingOptions) -> str:
    """Return the uid of the only stateful Python step: other detector, pane, shards or mode, other state."""
    seconds = options.trend.burst.pane_ms // 1000
    name = "" if options.trend.burst.detector == "groundswell" else f"-{options.trend.burst.detector}"
    return f"trending/detect{name}-v{STATE_VERSION}-p{seconds}-s{options.shards}-{options.execution_mode}"


def build(tables: StreamTableEnvironment, ends: Ends, options: TrendingOptions) -> StatementSet:
    """Add the graph to an environment; the caller executes it."""
    tables.create_temporary_table("events", ends.events)
    tables.create_temporary_table("pane_sink", ends.panes)
    tables.create_temporary_table("dead_letter_sink", ends.dead_letters)
    _functions(tables, options)
    texts = tables.to_data_stream(tables.sql_query(_COUNT))
    _view(tables, "row_texts", texts, _text_schema())
    tables.create_temporary_view("counted", tables.sql_query(_COUNTED))
    pane = interval(options.trend.burst.pane_ms)
    closed = tables.to_data_stream(tables.sql_query(_SUMMARISED.format(pane=pane)))
    _view(tables, "closed_panes", closed, _closed_schema())
    detected = _detect(tables, options)
    tables.create_temporary_view("detected", tables.from_data_stream(detected))

    statements = tables.create_statement_set()
    statements.add_insert_sql(
        "INSERT INTO pane_sink "
        "SELECT CAST(SPLIT_INDEX(pane, CHR(30), 0) AS BYTES), UNHEX(SPLIT_INDEX(pane, CHR(30), 1)) "
        "FROM closed_panes CROSS JOIN UNNEST(panes) AS t (pane)"
    )
    statements.add_insert_sql(_dead_letters())
    tables.create_temporary_table(
        "served",
        TableDescriptor.for_connector("blackhole")
        .schema(Schema.new_builder().column("refused", DataTypes.BIGINT()).build())
        .build(),
    )
    statements.add_insert_sql("INSERT INTO served SELECT write_trends(f0) FROM detected")
    return statements


def _functions(tables: StreamTableEnvironment, options: TrendingOptions) -> None:
    """Register the vectorised functions under the names that the SQL above uses."""
    strings, blobs = DataTypes.ARRAY(DataTypes.STRING()), DataTypes.ARRAY(DataTypes.BYTES())
    closed = DataTypes.ROW([DataTypes.FIELD("bundles", blobs), DataTypes.FIELD("panes", strings)])
    for name, function, result in (
        ("count_batch", CountBatch(options), strings),
        ("summarise", SummarisePanes(options), closed),
        ("write_trends", WriteTrends(options), DataTypes.BIGINT()),
    ):
        tables.create_temporary_function(
            name,
            udf(function, result_type=result, func_type="pandas", deterministic=function.is_deterministic()),
        )


def _text_schema() -> Schema:
    """Return the schema of counted rows: event time is the pane's start, watermarks are the source's."""
    return (
        Schema.new_builder()
        .column("row_text", DataTypes.STRING())
        .column_by_expression(
            "row_time",
            f"TO_TIMESTAMP_LTZ(CASE WHEN row_text LIKE '{rows.BAD_MARK}%' THEN 0 "
            f"ELSE CAST(SUBSTRING(row_text, {rows.PANE_AT}, 13) AS BIGINT) END, 3)",
        )
        .watermark("row_time", "SOURCE_WATERMARK()")
        .build()
    )


def _closed_schema() -> Schema:
    """Return the schema of summarised panes.

    Without SOURCE_WATERMARK a stream loses its watermarks where it becomes a table (seen on 2.2.1), and the
    shards would wait for the end of the stream. The time column itself is not used.
    """
    return (
        Schema.new_builder()
        .column("bundles", DataTypes.ARRAY(DataTypes.BYTES()))
        .column("panes", DataTypes.ARRAY(DataTypes.STRING()))
        .column_by_expression("row_time", "TO_TIMESTAMP_LTZ(0, 3)")
        .watermark("row_time", "SOURCE_WATERMARK()")
        .build()
    )


def _view(tables: StreamTableEnvironment, name: str, stream: DataStream, schema: Schema) -> None:
    tables.create_temporary_view(name, tables.from_data_stream(stream, schema))


def _detect(tables: StreamTableEnvironment, options: TrendingOptions) -> DataStream:
    """Bundles, keyed by shard, through the detectors."""
    bundles = tables.to_data_stream(
        tables.sql_query("SELECT bundle FROM closed_panes CROSS JOIN UNNEST(bundles) AS t (bundle)")
    )
    return (
        bundles.map(lambda row: row[0], output_type=_BYTES)
        .key_by(lambda raw: int.from_bytes(raw[:2], "big"), key_type=Types.LONG())
        .process(DetectShard(options), output_type=_BYTES)
        .uid(detect_uid(options))
        .name(detect_uid(options))
    )


def _dead_letters() -> str:
    """Return the statement that sends refused records to their topics, with where they came from."""
    fields = ("topic", "partition", "offset", "error", "message", "schema_id", "hex")
    cut = ", ".join(
        f"SPLIT_INDEX(SUBSTRING(row_text, 2), CHR(30), {i}) AS f_{name}" for i, name in enumerate(fields)
    )
    header = ", ".join(
        f"'{name}', CAST(f_{field} AS BYTES)"
        for name, field in (
            ("error.class", "error"),
            ("error.message", "message"),
            ("source.topic", "topic"),
            ("source.partition", "partition"),
            ("source.offset", "offset"),
            ("schema.id", "schema_id"),
        )
    )
    columns = f"CAST(f_partition || ':' || f_offset AS BYTES), UNHEX(f_hex), f_topic || '.dlq', MAP[{header}]"
    return (
        f"INSERT INTO dead_letter_sink SELECT {columns} "  # noqa: S608 - parts of our own only
        f"FROM (SELECT {cut} FROM row_texts WHERE row_text LIKE '{rows.BAD_MARK}%')"
    )
