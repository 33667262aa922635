"""`/v1/pipeline`: lag, dead letters, checkpoints and the model's quality; the same goes to Prometheus."""

from fastapi import APIRouter
from starlette.responses import Response

from serving.health_store import HealthStore
from serving.web.answers import encoded, respond
from serving.web.openapi import problems, returns
from serving.web.pipeline_metrics import PipelineMetrics
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
        found = await service.calls.asked_within(service.options.deadline_s, store.pipeline)
        return respond(encoded(PipelineState(collected=found is not None, health=found)), if_none_match)

    return router
