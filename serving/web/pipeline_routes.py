"""`/v1/pipeline`: lag, dead letters, checkpoints and the model's quality; the same for Prometheus."""

import asyncio
from collections.abc import Iterator

from fastapi import APIRouter
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.responses import Response

from schemas.served_health import HealthRecord
from serving.errors import ServingError
from serving.health_store import HealthStore
from serving.web.answers import encoded, respond
from serving.web.calls import heard, within
from serving.web.openapi import problems, returns
from serving.web.pipeline_shapes import PipelineState
from serving.web.service import Service
from serving.web.trend_routes import NoneMatch


def routes(service: Service, store: HealthStore) -> APIRouter:
    """Return the endpoint; the same goes to the server's metrics."""
    router = APIRouter(prefix="/v1", tags=["operation"])
    service.metrics.registry.register(PipelineMetrics(store))

    @router.get(
        "/pipeline",
        summary="How the pipeline behind this server is",
        responses=returns("PipelineState") | problems(),
    )
    async def pipeline(if_none_match: NoneMatch = None) -> Response:
        """Return what `groundswell health` found last; this server asks neither Kafka nor Flink."""
        work = asyncio.create_task(service.calls.asked(store.pipeline))
        work.add_done_callback(heard)
        found = await within(service.options.deadline_s, work)
        return respond(encoded(PipelineState(collected=found is not None, health=found)), if_none_match)

    return router


class PipelineMetrics(Collector):
    """The pipeline's health for Prometheus, read when it is asked for. One read of Redis a scrape."""

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
            yield from _of(found)


def _of(found: HealthRecord) -> Iterator[Metric]:
    lag = GaugeMetricFamily("groundswell_lag_records", "Since the last checkpoint.", labels=["job", "topic"])
    for one in found.lags:
        lag.add_metric([one.job, one.topic], one.records)
    letters = GaugeMetricFamily(
        "groundswell_dead_letters", "Records that Kafka keeps.", labels=["topic", "reason", "job"]
    )
    for each in found.dead_letters:
        letters.add_metric([each.topic, each.reason, each.job], each.records)
    age = GaugeMetricFamily(
        "groundswell_checkpoint_age_seconds", "Of the newest complete one.", labels=["job"]
    )
    failed = GaugeMetricFamily("groundswell_checkpoints_failed", "Since the job's start.", labels=["job"])
    for job in found.jobs:
        if job.checkpoint_ms is not None:
            age.add_metric([job.name], max(found.at_ms - job.checkpoint_ms, 0) / 1000)
        failed.add_metric([job.name], job.failed_checkpoints)
    yield from (lag, letters, age, failed)
    quality = found.quality
    for name, words, value in (
        ("trends_as_of_seconds", "Event time up to which trends are complete.", _seconds(found.trends_ms)),
        ("interests_as_of_seconds", "Event time of the newest weights.", _seconds(found.interests_ms)),
        ("interest_log_loss", "Progressive log-loss of the newest blocks of labels.", quality.log_loss),
        ("interest_calibration", "Predictions divided by positive labels there.", quality.calibration),
        ("interest_labels", "Labels that the model was judged by.", float(quality.labels)),
        ("interest_alarms", "Alarms on log-loss and calibration.", float(quality.alarms)),
    ):
        if value is not None:
            yield GaugeMetricFamily(f"groundswell_{name}", words, value)


def _seconds(at_ms: int | None) -> float | None:
    return None if at_ms is None else at_ms / 1000
