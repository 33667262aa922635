"""Kafka topics as Flink tables. Built with descriptors, so that no setting is ever pasted into SQL."""

from collections.abc import Mapping
from dataclasses import dataclass

from pyflink.table import DataTypes, Schema, TableDescriptor

from flink_jobs._shell.job_options import JobOptions
from flink_jobs._shell.kafka_security import java_properties

_SOON_IDLE, _NEVER_IDLE = "100 ms", "1 d"


@dataclass(frozen=True, slots=True)
class KafkaSettings:
    """How the tables of a job reach Kafka.

    Attributes:
        bootstrap: host:port list.
        security: The Java client's properties for a broker that asks who is there.
        group_id: Consumer group.
        bounded: Read to the newest records of the start, then end.
        out_of_order_ms: Bound of disorder within a partition.
        delivery: exactly-once or at-least-once, of sinks.
        transaction_prefix: Of exactly-once sinks.
    """

    bootstrap: str
    security: Mapping[str, str]
    group_id: str
    bounded: bool
    out_of_order_ms: int
    delivery: str
    transaction_prefix: str


def settings_of(options: JobOptions, out_of_order_ms: int) -> KafkaSettings:
    """Return how a job with these options reaches Kafka.

    Raises:
        OptionsError: The file of Kafka properties cannot be used.
    """
    return KafkaSettings(
        bootstrap=options.kafka_bootstrap,
        security=java_properties(options.kafka_properties_file),
        group_id=options.group_id,
        bounded=options.bounded,
        out_of_order_ms=out_of_order_ms,
        delivery=options.delivery,
        transaction_prefix=options.transaction_prefix,
    )


def interval(duration_ms: int) -> str:
    """Return a duration as an SQL literal; Flink has no shorter one with milliseconds.

    >>> interval(90_500)
    "INTERVAL '0 00:01:30.500' DAY TO SECOND(3)"
    """
    seconds, millis = divmod(duration_ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    return f"INTERVAL '{days} {hours:02}:{minutes:02}:{seconds:02}.{millis:03}' DAY TO SECOND(3)"


def raw_source(settings: KafkaSettings, topics: tuple[str, ...]) -> TableDescriptor:
    """Return topics as (topic, partition, offset, at, value) with event time from the record's timestamp.

    Watermarks are made per partition inside the source, so partitions that are read at different speeds do
    not make each other late.
    """
    return _raw(settings, topics).build()


def raw_control_source(settings: KafkaSettings, topic: str) -> TableDescriptor:
    """Return a topic of rare records, read like the others, whose silence holds time back for nobody.

    A moment after a record it counts as idle again. Only a bounded job waits for it, so that a replay sees
    its records always at the same moment of event time.
    """
    idle = _NEVER_IDLE if settings.bounded else _SOON_IDLE
    return _raw(settings, (topic,)).option("scan.watermark.idle-timeout", idle).build()


def _raw(settings: KafkaSettings, topics: tuple[str, ...]) -> TableDescriptor.Builder:
    schema = (
        Schema.new_builder()
        .column_by_metadata("topic", DataTypes.STRING(), is_virtual=True)
        .column_by_metadata("partition", DataTypes.INT(), is_virtual=True)
        .column_by_metadata("offset", DataTypes.BIGINT(), is_virtual=True)
        .column_by_metadata("at", DataTypes.TIMESTAMP_LTZ(3), "timestamp", is_virtual=True)
        .column("value", DataTypes.BYTES())
        .watermark("at", f"`at` - {interval(settings.out_of_order_ms)}")
        .build()
    )
    builder = (
        _connector(settings)
        .schema(schema)
        .option("topic", ";".join(topics))
        .option("properties.group.id", settings.group_id)
        .option("scan.startup.mode", "earliest-offset")
        # What another job of ours wrote counts when its transaction has ended; plain producers do not notice.
        .option("properties.isolation.level", "read_committed")
        .format("raw")
    )
    return builder.option("scan.bounded.mode", "latest-offset") if settings.bounded else builder


def keyed_sink(settings: KafkaSettings, topic: str, name: str, *, timed: bool = False) -> TableDescriptor:
    """Return a topic as a sink of (key, value) bytes, or of (key, value, at) with the record's timestamp."""
    schema = Schema.new_builder().column("key", DataTypes.BYTES()).column("value", DataTypes.BYTES())
    if timed:
        schema = schema.column_by_metadata("at", DataTypes.TIMESTAMP_LTZ(3), "timestamp")
    table = _sink(settings, name).schema(schema.build())
    return table.option("topic", topic).option("key.fields", "key").build()


def routed_sink(settings: KafkaSettings, topics: tuple[str, ...], name: str) -> TableDescriptor:
    """Return several topics, at least two, as one sink of (key, value, topic, at)."""
    schema = (
        Schema.new_builder()
        .column("key", DataTypes.BYTES())
        .column("value", DataTypes.BYTES())
        .column_by_metadata("topic", DataTypes.STRING())
        .column_by_metadata("at", DataTypes.TIMESTAMP_LTZ(3), "timestamp")
        .build()
    )
    return (
        _sink(settings, name)
        .schema(schema)
        .option("topic", ";".join(topics))
        .option("key.fields", "key")
        .build()
    )


def dead_letter_sink(settings: KafkaSettings, topics: tuple[str, ...], name: str) -> TableDescriptor:
    """Return the dead-letter topics of ``topics`` as one sink of (key, value, topic, headers)."""
    schema = (
        Schema.new_builder()
        .column("key", DataTypes.BYTES())
        .column("value", DataTypes.BYTES())
        .column_by_metadata("topic", DataTypes.STRING())
        .column_by_metadata("headers", DataTypes.MAP(DataTypes.STRING(), DataTypes.BYTES()))
        .build()
    )
    names = ";".join(f"{topic}.dlq" for topic in topics)
    return _sink(settings, name).schema(schema).option("topic", names).option("key.fields", "key").build()


def _sink(settings: KafkaSettings, name: str) -> TableDescriptor.Builder:
    builder = (
        _connector(settings)
        .option("properties.compression.type", "lz4")
        .option("properties.linger.ms", "20")
        .option("key.format", "raw")
        .option("value.format", "raw")
        .option("value.fields-include", "EXCEPT_KEY")
        .option("sink.delivery-guarantee", settings.delivery)
    )
    if settings.delivery == "exactly-once":
        # Longer than a checkpoint and a restart together, shorter than the broker's 15 minutes.
        builder = builder.option("properties.transaction.timeout.ms", "600000").option(
            "sink.transactional-id-prefix", f"{settings.transaction_prefix}-{name}"
        )
    return builder


def _connector(settings: KafkaSettings) -> TableDescriptor.Builder:
    builder = TableDescriptor.for_connector("kafka").option(
        "properties.bootstrap.servers", settings.bootstrap
    )
    for key, value in settings.security.items():
        builder = builder.option(f"properties.{key}", value)
    return builder
