"""Whether the process answers, and whether requests may come."""

from fastapi import APIRouter
from starlette.responses import Response

from serving.web.answers import JSON, encoded
from serving.web.build import VERSION
from serving.web.openapi import plain, returns
from serving.web.service import Service
from serving.web.shapes import Health, Readiness

_NEVER_KEPT = {"cache-control": "no-store"}


def routes(service: Service) -> APIRouter:
    """Return the endpoints."""
    router = APIRouter(tags=["operation"])

    @router.get("/health", summary="The process answers", responses=returns("Health"))
    async def health() -> Response:
        """Return that this process answers; it says nothing about the store."""
        return Response(
            encoded(Health(status="ok", version=VERSION)).body, media_type=JSON, headers=_NEVER_KEPT
        )

    @router.get(
        "/ready",
        summary="Requests may come",
        responses=returns("Readiness") | plain(503, "Readiness", "The first lists were not read yet."),
    )
    async def ready() -> Response:
        """Return whether the first lists were read. It stays true while the store is away."""
        board = service.board
        state = Readiness(
            ready=board.warmed,
            stale=board.stale,
            as_of_ms=board.as_of_ms,
            confirmed_ms=board.state.confirmed_ms,
        )
        return Response(
            encoded(state).body, 200 if board.warmed else 503, media_type=JSON, headers=_NEVER_KEPT
        )

    return router
