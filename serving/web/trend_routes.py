"""`/v1/trends`: pages of a list, and its changes as a stream."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from starlette.responses import Response

from schemas.served import MAX_SCOPE_CHARS, Kind
from serving.web.answers import respond
from serving.web.cursor import PATTERN, parse
from serving.web.openapi import EVENTS, problems, returns
from serving.web.problems import ProblemError
from serving.web.service import Service
from serving.web.shortcut import Asked
from serving.web.stream import EventStream

PAGE_LIMIT = 100
Scope = Annotated[
    str,
    Query(
        min_length=1,
        max_length=MAX_SCOPE_CHARS,
        pattern=r"^[^\x00-\x20{}|]+$",
        description="global, lang:xx, region:XX, lang:xx,region:XX, community:id or tag:name",
        examples=["global", "lang:en", "region:US"],
    ),
]
KindOf = Annotated[Kind, Query(description="What the topics are.", examples=["tag"])]
Allowed = Annotated[bool, Query(description="Only what may be shown to everybody.")]
Fill = Annotated[bool, Query(description="Fill a list that is too short from others.")]
Limit = Annotated[int, Query(ge=1, le=PAGE_LIMIT, description="Trends of a page at most.")]
NoneMatch = Annotated[
    str | None, Header(description="ETag of what you hold: 304 and no body when it is still the same.")
]


def routes(service: Service) -> APIRouter:
    """Return the endpoints."""
    router = APIRouter(prefix="/v1", tags=["trends"])
    _pages(router, service)
    _stream(router, service)
    return router


def _pages(router: APIRouter, service: Service) -> None:
    @router.get("/trends", summary="What trends", responses=returns("TrendPage") | problems(410))
    async def trends(
        request: Request,
        scope: Scope = "global",
        kind: KindOf = "tag",
        limit: Limit = 20,
        cursor: Annotated[
            str | None, Query(pattern=PATTERN, description="`next` of an earlier page: the page behind it.")
        ] = None,
        *,
        allowed: Allowed = False,
        fill: Fill = True,
        if_none_match: NoneMatch = None,
    ) -> Response:
        """Return the strongest trends of a scope, strongest first, with counts, history and moves.

        Pages of one cursor chain belong to one state of the list, so nothing shifts between them. A state is
        kept until eight newer ones exist; then the cursor is gone (410): start again without it.
        """
        key = service.list_key(scope, kind, allowed=allowed, fill=fill)
        kept = await service.board.get(key)
        if cursor is None:
            service.queries.note(request.scope["query_string"], Asked(key, limit))
            return respond(kept.page(kept.newest, 0, limit, service.board.stale_ms), if_none_match)
        version, offset = parse(cursor)
        shown = kept.at(version)
        if shown is None:
            raise ProblemError("cursor-gone", "start again without a cursor")
        return respond(kept.page(shown, offset, limit, service.board.stale_ms), if_none_match)


def _stream(router: APIRouter, service: Service) -> None:
    @router.get(
        "/trends/stream",
        summary="Changes of ranks as they happen",
        response_class=EventStream,
        status_code=200,
        responses=EVENTS | problems(),
    )
    async def stream(
        scope: Scope = "global",
        kind: KindOf = "tag",
        limit: Limit = 20,
        *,
        allowed: Allowed = False,
        fill: Fill = True,
        last_event_id: Annotated[
            str | None,
            Header(max_length=64, description="Version you know: the stream goes on from there."),
        ] = None,
    ) -> Response:
        """Follow a list with server-sent events.

        `snapshot` holds a TrendPage and comes first, unless Last-Event-ID names a state that is still kept;
        `change` a RankChange to the last state that was sent; `state` a StoreState when the store goes away
        or comes back. A comment comes every 15 s of silence. A reader that is too slow gets several changes
        as one; one that takes nothing for 10 s is cut off.
        """
        key = service.list_key(scope, kind, allowed=allowed, fill=fill)
        kept = await service.board.get(key)
        return EventStream(service, kept, limit, last_event_id)
