"""The pipeline's health for Prometheus: what `groundswell health` found last, read when it is asked for."""

from collections.abc import Iterator
from typing import Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from schemas.served_health import HealthRecord, JobHealth, Quality
from serving.errors import ServingError
from serving.health_store import HealthStore

RUNNING: Final = "RUNNING"


class PipelineMetrics(Collector):
    """One read of Redis a scrape."""

    def __init__(self, store: HealthStore) -> None:
        self._store = store

    def describe(self) -> list[Metric]:
        """Return nothing: what there is follows from the record."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield what is known; without a record only that nobody collects."""
        try:
            found = self._store.pipeline()
        except ServingError:
            found = None
        yield GaugeMetricFamily(
            "groundswell_pipeline_collected", "1 when `groundswell health` ran.", float(found is not None)
        )
        if found is not None:
            yield from of_record(found)


def of_record(found: HealthRecord) -> Iterator[Metric]:
    """Yield the metrics of a record; what is not known yet has no sample."""
    yield GaugeMetricFamily(
        "groundswell_pipeline_problems",
        "Parts of the pipeline that `groundswell health` could not ask.",
        len(found.problems),
    )
    lag = GaugeMetricFamily(
        "groundswell_lag_records",
        "Records of a topic that no checkpoint of the job covers yet.",
        labels=["job_name", "topic"],
    )
    for one in found.lags:
        lag.add_metric([one.job, one.topic], one.records)
    letters = GaugeMetricFamily(
        "groundswell_dead_letters",
        "Dead letters that Kafka keeps, by the topic they came from.",
        labels=["topic", "reason", "job_name"],
    )
    for each in found.dead_letters:
        letters.add_metric([each.topic, each.reason, each.job], each.records)
    yield from (lag, letters, *_of_jobs(found.at_ms, found.jobs))
    fresh = GaugeMetricFamily(
        "groundswell_freshness_timestamp_seconds",
        "Event time of the newest value of a family of Redis keys.",
        labels=["family"],
    )
    for family, at_ms in freshness(found).items():
        fresh.add_metric([family], at_ms / 1000)
    yield fresh
    yield from _of_quality(found.quality)


def freshness(found: HealthRecord) -> dict[str, int]:
    """Return family of keys -> event time of its newest value in ms; families without values are left out."""
    known = {"trends": found.trends_ms, "interests": found.interests_ms, "quality": found.quality.as_of_ms}
    return {family: at_ms for family, at_ms in known.items() if at_ms is not None}


def _of_jobs(at_ms: int, jobs: tuple[JobHealth, ...]) -> Iterator[Metric]:
    def gauge(name: str, words: str) -> GaugeMetricFamily:
        return GaugeMetricFamily(f"groundswell_{name}", words, labels=["job_name"])

    def counter(name: str, words: str) -> CounterMetricFamily:
        return CounterMetricFamily(f"groundswell_{name}", words, labels=["job_name"])

    running = gauge("job_running", "1 when Flink says that the job runs.")
    age = gauge("checkpoint_age_seconds", "Time since the newest complete checkpoint.")
    took = gauge("checkpoint_duration_seconds", "How long the newest complete checkpoint took.")
    size = gauge("checkpoint_size_bytes", "State in the newest complete checkpoint.")
    failed = counter("checkpoints_failed", "Checkpoints that failed since the job's start.")
    restarts = counter("job_restores", "Restores from a checkpoint since the job's start.")
    for job in jobs:
        running.add_metric([job.name], float(job.state == RUNNING))
        failed.add_metric([job.name], job.failed_checkpoints)
        restarts.add_metric([job.name], job.restarts)
        if job.checkpoint_ms is not None:
            age.add_metric([job.name], max(at_ms - job.checkpoint_ms, 0) / 1000)
            took.add_metric([job.name], job.checkpoint_took_ms / 1000)
            size.add_metric([job.name], job.checkpoint_bytes)
    yield from (running, age, took, size, failed, restarts)


def _of_quality(quality: Quality) -> Iterator[Metric]:
    for name, words, value in (
        ("log_loss", "Progressive log-loss of the newest blocks of labels.", quality.log_loss),
        ("calibration", "Predictions divided by positive labels there.", quality.calibration),
    ):
        if value is not None:
            yield GaugeMetricFamily(f"groundswell_interest_{name}", words, value)
    for name, words, count in (
        ("labels", "Labels that the interest model was judged by.", quality.labels),
        ("alarms", "Alarms on its log-loss and calibration: drift.", quality.alarms),
    ):
        yield CounterMetricFamily(f"groundswell_interest_{name}", words, count)
