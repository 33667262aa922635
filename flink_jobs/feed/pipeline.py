"""The graph of the feed job.

1. source   Kafka topics as raw bytes, event time and watermarks per partition; decisions of moderators and
            requests to forget a person, whose silence holds nothing back                  (Flink)
2. read     a batch of records -> acts by shard and pane of their items, and by shard of their people;
            dead letters                                                                   (Python, columns)
3. cards    acts of a closed pane make items grow; each item tells its pools               (Flink state and
            timers; Python, one call a pane)
4. pools    rows of a pane, when all items have told theirs -> the best of each pool       (as 3)
5. viewers  acts in order -> whom a person follows, what it hid, blocked, muted, has seen; what is barred
                                                                                           (as 3, by ticks)
6. serve    pools, wishes, seen items, bars -> Redis, fenced, few round trips a batch      (Python)

Dead letters leave after 2 when they are asked for.
"""

from dataclasses import dataclass

from pyflink.common import Types
from pyflink.datastream import DataStream
from pyflink.table import DataTypes, StreamTableEnvironment, TableDescriptor
from pyflink.table.statement_set import StatementSet

from flink_jobs._shell import batches, way_in
from flink_jobs.feed import pieces
from flink_jobs.feed.operators import (
    KeepCards,
    KeepPools,
    KeepViewers,
    ReadActs,
    WriteFeed,
    is_cards,
    is_viewers,
)
from flink_jobs.feed.options import FeedOptions
from schemas.served_feed import PARTS

STATE_VERSION = 1
_BYTES = Types.PRIMITIVE_ARRAY(Types.BYTE())


@dataclass(frozen=True, slots=True)
class Ends:
    """Where the graph begins and ends; tests give others.

    Attributes:
        events: Table of (topic, partition, offset, at, value).
        controls: The same of what is rare: decisions of moderators, requests to forget a person.
        dead_letters: Sink of (key, value, topic, headers); None = they are dropped.
    """

    events: TableDescriptor
    controls: tuple[TableDescriptor, ...] = ()
    dead_letters: TableDescriptor | None = None


def cards_uid(options: FeedOptions) -> str:
    """Return the uid of the items' step: other pane or mode, other state."""
    seconds = options.pane_ms // 1000
    return f"feed/cards-v{STATE_VERSION}-p{seconds}-s{PARTS}-{options.execution_mode}"


def pools_uid(options: FeedOptions) -> str:
    """Return the uid of the pools' step: other pane or mode, other state."""
    seconds = options.pane_ms // 1000
    return f"feed/pools-v{STATE_VERSION}-p{seconds}-s{PARTS}-{options.execution_mode}"


def viewers_uid(options: FeedOptions) -> str:
    """Return the uid of the people's step: other mode, other state."""
    return f"feed/viewers-v{STATE_VERSION}-s{PARTS}-{options.execution_mode}"


def build(tables: StreamTableEnvironment, ends: Ends, options: FeedOptions) -> StatementSet:
    """Add the graph to an environment; the caller executes it."""
    sources = {"events": ends.events, **{f"controls_{n}": one for n, one in enumerate(ends.controls)}}
    batches.register(tables, [("write_feed", WriteFeed(options), DataTypes.BIGINT())])
    found = way_in.pieces_of(tables, sources, ReadActs(options))
    served = _pools(_cards(found, options), options).union(_viewers(found, options))
    tables.create_temporary_view("for_readers", tables.from_data_stream(served))

    statements = tables.create_statement_set()
    if ends.dead_letters is not None:
        statements.add_insert_sql(way_in.dead_letters(tables, ends.dead_letters, "feed"))
    batches.swallow(tables, "served")
    statements.add_insert_sql("INSERT INTO served SELECT write_feed(f0) FROM for_readers")
    return statements


def _cards(found: DataStream, options: FeedOptions) -> DataStream:
    """Acts, keyed by shard of their items."""
    return (
        found.filter(is_cards)
        .key_by(pieces.shard_of, key_type=Types.LONG())
        .process(KeepCards(options), output_type=_BYTES)
        .uid(cards_uid(options))
        .name(cards_uid(options))
    )


def _pools(rows: DataStream, options: FeedOptions) -> DataStream:
    """Rows of items, keyed by shard of their pools."""
    return (
        rows.key_by(pieces.shard_of, key_type=Types.LONG())
        .process(KeepPools(options), output_type=_BYTES)
        .uid(pools_uid(options))
        .name(pools_uid(options))
    )


def _viewers(found: DataStream, options: FeedOptions) -> DataStream:
    """Acts, keyed by shard of their people."""
    return (
        found.filter(is_viewers)
        .key_by(pieces.shard_of, key_type=Types.LONG())
        .process(KeepViewers(options), output_type=_BYTES)
        .uid(viewers_uid(options))
        .name(viewers_uid(options))
    )
