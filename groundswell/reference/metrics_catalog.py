"""Every metric that Prometheus may see and that we document: ours from the code, Flink's by name.

Alert rules and dashboards may use these and no others (tests/architecture/test_alerts.py).
"""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric

from flink_jobs._shell.meters import METERS, exported
from groundswell.canary.metrics import CanaryMetrics
from schemas.served_health import DeadLetters, GroupLag, HealthRecord, JobHealth, Quality
from serving.app import create_app
from serving.memory_store import MemoryTrendStore
from serving.web.pipeline_metrics import PipelineMetrics


class Entry(NamedTuple):
    """One metric.

    Attributes:
        source: Who shows it: jobs, flink, serving, pipeline, canary, kafka or prometheus.
        name: Without what a kind adds, such as ``_bucket``.
        kind: counter, gauge or histogram, as Prometheus sees it.
        labels: Names, without those that Flink puts on all.
        help: What it says.
    """

    source: str
    name: str
    kind: str
    labels: tuple[str, ...]
    help: str

    @property
    def series(self) -> tuple[str, ...]:
        """Names of its series."""
        if self.kind == "histogram":
            return tuple(f"{self.name}_{end}" for end in ("bucket", "count", "sum"))
        return (self.name,)


def _entries(source: str, rows: Iterable[tuple[str, str, tuple[str, ...], str]]) -> tuple[Entry, ...]:
    return tuple(Entry(source, *row) for row in rows)


_TASK: Final = "flink_taskmanager_job_task_"
_SOURCE: Final = f"{_TASK}operator_KafkaSourceReader_KafkaConsumer_"
FLINK: Final = _entries(
    "flink",
    (
        (f"{_TASK}operator_numBytesIn", "counter", ("operator_name",), "Bytes that a source has read."),
        (f"{_TASK}operator_numRecordsIn", "counter", ("operator_name",), "Records into a step."),
        (f"{_TASK}operator_pendingRecords", "gauge", ("operator_name",), "Records in Kafka not yet read."),
        (
            f"{_TASK}operator_watermarkLag",
            "gauge",
            ("operator_name",),
            "Milliseconds from the watermark of a source to the clock; 2^63 - 1 before the first.",
        ),
        (
            f"{_TASK}operator_currentEmitEventTimeLag",
            "gauge",
            ("operator_name",),
            "Milliseconds from the newest record's event time to the clock when a source passed it on.",
        ),
        (f"{_SOURCE}records_lag_max", "gauge", (), "Kafka's own lag of the slowest partition, records."),
        (f"{_SOURCE}bytes_consumed_total", "counter", (), "Bytes that Kafka's client has fetched."),
        (f"{_TASK}busyTimeMsPerSecond", "gauge", ("task_name",), "Of each second, the milliseconds of work."),
        (
            f"{_TASK}backPressuredTimeMsPerSecond",
            "gauge",
            ("task_name",),
            "Of each second, the milliseconds of waiting for a later step.",
        ),
        ("flink_jobmanager_job_numRestarts", "counter", (), "Restarts of a job since it was submitted."),
        ("flink_jobmanager_job_numberOfFailedCheckpoints", "counter", (), "Checkpoints that failed."),
        ("flink_jobmanager_job_numberOfCompletedCheckpoints", "counter", (), "Checkpoints that ended well."),
        (
            "flink_jobmanager_job_lastCheckpointDuration",
            "gauge",
            (),
            "Length of the newest checkpoint, ms.",
        ),
        ("flink_jobmanager_job_lastCheckpointSize", "gauge", (), "Bytes of the newest checkpoint."),
        ("flink_jobmanager_numRunningJobs", "gauge", (), "Jobs that run."),
        ("flink_jobmanager_taskSlotsAvailable", "gauge", (), "Free slots."),
        ("flink_jobmanager_taskSlotsTotal", "gauge", (), "Slots."),
        ("flink_taskmanager_Status_JVM_Memory_Heap_Used", "gauge", (), "Bytes of Java heap in use."),
        ("flink_taskmanager_Status_JVM_CPU_Load", "gauge", (), "Share of the machine's processors, 0 to 1."),
    ),
)
_TOPIC: Final = "kafka_server_brokertopicmetrics_"
KAFKA: Final = _entries(
    "kafka",
    (
        (f"{_TOPIC}messagesin_total", "counter", ("topic",), "Records that producers brought."),
        (f"{_TOPIC}bytesin_total", "counter", ("topic",), "Bytes that producers brought."),
        (f"{_TOPIC}bytesout_total", "counter", ("topic",), "Bytes that consumers took."),
        (f"{_TOPIC}failedproducerequests_total", "counter", (), "Requests to write that failed."),
        (f"{_TOPIC}failedfetchrequests_total", "counter", (), "Requests to read that failed."),
        ("kafka_log_log_size", "gauge", ("topic", "partition"), "Bytes that a partition keeps on disk."),
        (
            "kafka_network_requestmetrics_totaltimems_p99",
            "gauge",
            ("request",),
            "Milliseconds in which 99 of 100 requests of a kind were answered.",
        ),
        (
            "kafka_controller_kafkacontroller_activecontrollercount",
            "gauge",
            (),
            "1 on the broker that is the controller.",
        ),
        (
            "kafka_controller_kafkacontroller_offlinepartitionscount",
            "gauge",
            (),
            "Partitions without a leader.",
        ),
        (
            "kafka_server_replicamanager_underreplicatedpartitions",
            "gauge",
            (),
            "Partitions led by this broker that have fewer copies than they should.",
        ),
        (
            "kafka_server_replicamanager_offlinereplicacount",
            "gauge",
            (),
            "Copies on disks of this broker that cannot be read.",
        ),
    ),
)
SCRAPES: Final = (Entry("prometheus", "up", "gauge", (), "1 when a target answered the last scrape."),)
_FULL: Final = HealthRecord(
    at_ms=2_000,
    trends_ms=1_000,
    interests_ms=1_000,
    lags=(GroupLag(job="trending", topic="engagement", records=0),),
    dead_letters=(DeadLetters(topic="engagement", reason="late", job="trending", records=0),),
    jobs=(JobHealth(name="trending", state="RUNNING", checkpoint_ms=1_000),),
    quality=Quality(as_of_ms=1_000, log_loss=0.5, calibration=1.0),
)


class _Full:
    """A store in which everything is known."""

    def pipeline(self) -> HealthRecord:
        """Return it."""
        return _FULL

    def canaries(self) -> dict[str, int]:
        """Return nothing."""
        return {}


def catalog() -> tuple[Entry, ...]:
    """Return all metrics."""
    return (*_jobs(), *FLINK, *_serving(), *_pipeline(), *_canary(), *KAFKA, *SCRAPES)


def _jobs() -> Iterator[Entry]:
    for meter in METERS:
        for name, label in exported(meter):
            labels = (label,) if label else ()
            yield Entry("jobs", name, "counter", labels, meter.help)


def _serving() -> Iterator[Entry]:
    app = create_app(MemoryTrendStore())
    yield from _of_registry("serving", app.state.service.metrics.registry)


def _pipeline() -> Iterator[Entry]:
    for metric in PipelineMetrics(_Full()).collect():
        labels = tuple(metric.samples[0].labels) if metric.samples else ()
        yield _entry("pipeline", metric, labels)


def _canary() -> Iterator[Entry]:
    yield from _of_registry("canary", CanaryMetrics((("trending", "redis"),)).registry)


def _of_registry(source: str, registry: CollectorRegistry) -> Iterator[Entry]:
    # The label names of a metric without samples stand nowhere else (prometheus-client 0.21 to 0.23).
    for collector in vars(registry)["_collector_to_names"]:
        if not isinstance(collector, PipelineMetrics):
            for metric in collector.collect():
                yield _entry(source, metric, tuple(vars(collector).get("_labelnames", ())))


def _entry(source: str, metric: Metric, labels: tuple[str, ...]) -> Entry:
    name = f"{metric.name}_total" if metric.type == "counter" else metric.name
    return Entry(source, name, metric.type, labels, metric.documentation)
