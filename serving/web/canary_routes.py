"""`/v1/canary`: the newest synthetic event that came through each job, read at each request."""

from fastapi import APIRouter
from starlette.responses import Response

from serving.health_store import HealthStore
from serving.web.answers import encoded, respond
from serving.web.canary_shapes import Canaries
from serving.web.openapi import problems, returns
from serving.web.service import Service
from serving.web.trend_routes import NoneMatch


def routes(service: Service, store: HealthStore) -> APIRouter:
    """Return the endpoint."""
    router = APIRouter(prefix="/v1", tags=["operation"])

    @router.get(
        "/canary",
        summary="How far synthetic events have come",
        responses=returns("Canaries") | problems(),
    )
    async def canary(if_none_match: NoneMatch = None) -> Response:
        """Return the newest synthetic event that came through each job. Nothing is kept: it measures lag."""
        found = await service.calls.asked_within(service.options.deadline_s, store.canaries)
        shown = Canaries(trending_ms=found.get("trending"), interests_ms=found.get("interests"))
        return respond(encoded(shown), if_none_match)

    return router
