"""The graph of the trending job.

1. source   Kafka topics as raw bytes, event time and watermarks per partition        (Flink)
            and moderators' decisions, whose silence holds nothing back
2. count    a batch of records -> pieces: who did what, by shard and pane; dead letters   (Python, columns)
3. detect   a shard's pieces, kept until the watermark closes their pane, then all at once:
            rows per topic and scope, detector, list                                      (Flink state and
            timers; Python, one call a pane)
4. lists    news of all shards about a scope, when time has passed: merge, link, review  (Flink state and
            timers; Python, one call a list and pane)
5. serve    lists -> Redis, fenced, one round trip a batch                            (Python, columns)

Dead letters leave after 2, closed panes after 3, requests for review after 4.
"""

from dataclasses import dataclass

from pyflink.common import Types
from pyflink.datastream import DataStream
from pyflink.table import DataTypes, StreamTableEnvironment, TableDescriptor
from pyflink.table.statement_set import StatementSet

from flink_jobs._shell import batches, way_in
from flink_jobs.trending import news
from flink_jobs.trending.operators import (
    CountBatch,
    DetectShard,
    KeepLists,
    RecordPanes,
    WriteTrends,
    is_panes,
    is_review,
)
from flink_jobs.trending.options import TrendingOptions
from flink_jobs.trending.rows import shard_of

STATE_VERSION = 2
LIST_STATE_VERSION = 1
_BYTES = Types.PRIMITIVE_ARRAY(Types.BYTE())


@dataclass(frozen=True, slots=True)
class Ends:
    """Where the graph begins and ends; tests give others.

    Attributes:
        events: Table of (topic, partition, offset, at, value).
        decisions: The same of moderators' decisions; None = there are none.
        panes: Sink of (key, value).
        reviews: Sink of (key, value).
        dead_letters: Sink of (key, value, topic, headers).
    """

    events: TableDescriptor
    panes: TableDescriptor
    reviews: TableDescriptor
    dead_letters: TableDescriptor
    decisions: TableDescriptor | None = None


def detect_uid(options: TrendingOptions) -> str:
    """Return the uid of the only stateful Python step: other detector, pane, shards or mode, other state."""
    seconds = options.trend.burst.pane_ms // 1000
    name = "" if options.trend.burst.detector == "groundswell" else f"-{options.trend.burst.detector}"
    return f"trending/detect{name}-v{STATE_VERSION}-p{seconds}-s{options.shards}-{options.execution_mode}"


def lists_uid(options: TrendingOptions) -> str:
    """Return the uid of the lists' step; news come from panes, so another pane is another state."""
    seconds = options.trend.burst.pane_ms // 1000
    return f"trending/lists-v{LIST_STATE_VERSION}-p{seconds}-{options.execution_mode}"


def build(tables: StreamTableEnvironment, ends: Ends, options: TrendingOptions) -> StatementSet:
    """Add the graph to an environment; the caller executes it."""
    tables.create_temporary_table("pane_sink", ends.panes)
    tables.create_temporary_table("review_sink", ends.reviews)
    _functions(tables, options)
    sources = {"events": ends.events, "decisions": ends.decisions}
    detected = _detect(way_in.pieces_of(tables, sources, CountBatch(options)), options)
    kept = _lists(detected, options)
    for name, stream in (
        ("closed_panes", detected.filter(is_panes)),
        ("for_readers", kept.filter(lambda message: not is_review(message))),
        (
            "for_moderators",
            kept.filter(is_review).map(lambda message: bytes(message[1:]).decode(), Types.STRING()),
        ),
    ):
        tables.create_temporary_view(name, tables.from_data_stream(stream))

    statements = tables.create_statement_set()
    statements.add_insert_sql(
        "INSERT INTO pane_sink "
        "SELECT CAST(SPLIT_INDEX(pane, CHR(30), 0) AS BYTES), UNHEX(SPLIT_INDEX(pane, CHR(30), 1)) "
        "FROM (SELECT record_panes(f0) AS panes FROM closed_panes) CROSS JOIN UNNEST(panes) AS t (pane)"
    )
    statements.add_insert_sql(
        "INSERT INTO review_sink "
        "SELECT CAST(SPLIT_INDEX(f0, CHR(30), 0) AS BYTES), UNHEX(SPLIT_INDEX(f0, CHR(30), 1)) "
        "FROM for_moderators"
    )
    statements.add_insert_sql(way_in.dead_letters(tables, ends.dead_letters, "trending"))
    batches.swallow(tables, "served")
    statements.add_insert_sql("INSERT INTO served SELECT write_trends(f0) FROM for_readers")
    return statements


def _functions(tables: StreamTableEnvironment, options: TrendingOptions) -> None:
    """Register the vectorised functions under the names that the SQL above uses."""
    strings = DataTypes.ARRAY(DataTypes.STRING())
    functions = (
        ("record_panes", RecordPanes(options), strings),
        ("write_trends", WriteTrends(options), DataTypes.BIGINT()),
    )
    batches.register(tables, functions)


def _detect(pieces: DataStream, options: TrendingOptions) -> DataStream:
    """Pieces and decisions, keyed by shard, through the detectors."""
    return (
        pieces.key_by(shard_of, key_type=Types.LONG())
        .process(DetectShard(options), output_type=_BYTES)
        .uid(detect_uid(options))
        .name(detect_uid(options))
    )


def _lists(detected: DataStream, options: TrendingOptions) -> DataStream:
    """News, keyed by list, through the lists. One subtask: lists are few, and all wait for each pane."""
    return (
        detected.filter(lambda message: not is_panes(message))
        .map(lambda message: bytes(message[1:]), output_type=_BYTES)
        .key_by(news.list_of, key_type=Types.STRING())
        .process(KeepLists(options), output_type=_BYTES)
        .set_parallelism(1)
        .uid(lists_uid(options))
        .name(lists_uid(options))
    )
