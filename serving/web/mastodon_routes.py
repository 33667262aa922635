"""The trends endpoints of Mastodon's public API, for its clients.

A client's `lang` chooses the list of that language, which is filled from others when it is short.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Protocol
from urllib.parse import urlencode

import msgspec
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from serving.web import mastodon
from serving.web.answers import encoded, respond
from serving.web.build import VERSION
from serving.web.mastodon_shapes import Instance
from serving.web.openapi import lists, problems, returns
from serving.web.service import Service
from serving.web.shapes import TrendView

API_VERSION = "4.2.0"  # the release whose trends endpoints these follow
_MOST, _MOST_POSTS = 20, 40  # who asks for more gets so many, as there
_decode = msgspec.json.Decoder(TrendView).decode
Count = Annotated[int, Query(ge=1, le=1_000, description="Entities; 20 at most, posts 40.")]
Lang = Annotated[str | None, Query(max_length=35, description="Language of the list, e.g. en or pt-BR.")]
Few = Annotated[int, Query(ge=1, le=20, description="Entities at most.")]
Some = Annotated[int, Query(ge=1, le=40, description="Entities at most.")]
Offset = Annotated[int, Query(ge=0, le=10_000, description="Trends to skip.")]


class Statuses(Protocol):
    """The platform's own posts, as Mastodon's Status entities."""

    async def __call__(self, ids: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        """Return id -> status, without those that may not be shown."""
        ...


def routes(service: Service, statuses: Statuses | None) -> APIRouter:
    """Return the endpoints.

    Args:
        service: Lists.
        statuses: Looks posts up; None = only their ids are known.
    """
    router = APIRouter(prefix="/api", tags=["mastodon"])
    _topics(router, service)
    _posts(router, service, statuses)
    _instance(router)
    return router


def _topics(router: APIRouter, service: Service) -> None:
    site = service.options.site.rstrip("/")

    @router.get("/v1/trends", include_in_schema=False)
    @router.get("/v1/trends/tags", summary="Tags that trend", responses=lists("Tag") | problems())
    async def tags(
        request: Request,
        limit: Count = 10,
        offset: Offset = 0,
        lang: Lang = None,
    ) -> Response:
        """Return tags, as Mastodon does."""
        limit = min(limit, _MOST)
        trends, as_of_ms = await _trends(service, "tag", lang, offset, limit)
        return _page(request, [mastodon.tag(trend, as_of_ms, site) for trend in trends], offset, limit)

    @router.get("/v1/trends/links", summary="Links that trend", responses=lists("PreviewCard") | problems())
    async def links(
        request: Request,
        limit: Count = 10,
        offset: Offset = 0,
        lang: Lang = None,
    ) -> Response:
        """Return links, as Mastodon does."""
        limit = min(limit, _MOST)
        trends, as_of_ms = await _trends(service, "link", lang, offset, limit)
        return _page(request, [mastodon.card(trend, as_of_ms) for trend in trends], offset, limit)


def _posts(router: APIRouter, service: Service, statuses: Statuses | None) -> None:
    site = service.options.site.rstrip("/")

    @router.get("/v1/trends/statuses", summary="Posts that trend", responses=lists("Status") | problems())
    async def posts(
        request: Request,
        limit: Count = 20,
        offset: Offset = 0,
        lang: Lang = None,
    ) -> Response:
        """Return posts, as Mastodon does. The job's `trend.kinds` must name `post`."""
        limit = min(limit, _MOST_POSTS)
        trends, _ = await _trends(service, "post", lang, offset, limit)
        bare = [mastodon.status(trend, site) for trend in trends]
        if statuses is None:
            return _page(request, bare, offset, limit)
        known = await statuses([post.id for post in bare])
        shown = [known[post.id] for post in bare if post.id in known]
        return _page(request, shown, offset, limit, full=len(bare) == limit)


def _instance(router: APIRouter) -> None:
    @router.get("/v2/instance", summary="The server, newer", responses=returns("Instance") | problems())
    @router.get("/v1/instance", summary="The server", responses=returns("Instance") | problems())
    async def instance(request: Request) -> Response:
        """Return what clients ask before anything else."""
        host = request.url.hostname or "localhost"
        told = "Trends of Groundswell through the trends endpoints of Mastodon's API. Nothing else is here."
        return respond(
            encoded(
                Instance(
                    uri=host,
                    domain=host,
                    title="Groundswell",
                    version=f"{API_VERSION} (compatible; groundswell {VERSION})",
                    description=told,
                    short_description=told,
                )
            ),
            None,
        )


async def _trends(
    service: Service, kind: str, lang: str | None, offset: int, limit: int
) -> tuple[list[TrendView], int]:
    key = service.list_key(mastodon.scope_of(lang), kind, allowed=False, fill=True)
    shown = (await service.board.get(key)).newest
    as_of_ms = shown.as_of.as_of_ms if shown.as_of else 0
    return [_decode(row) for row in shown.rows[offset : offset + limit]], as_of_ms


def _page(
    request: Request, entities: Sequence[object], offset: int, limit: int, *, full: bool | None = None
) -> Response:
    """Return entities with Mastodon's Link header, by which clients turn pages."""
    links = []
    for name, at in (("next", offset + limit), ("prev", max(offset - limit, 0))):
        if (offset > 0) if name == "prev" else (len(entities) == limit if full is None else full):
            query = {**request.query_params, "offset": at, "limit": limit}
            address = request.url.replace(query=urlencode(query))
            links.append(f'<{address}>; rel="{name}"')
    extra = {"link": ", ".join(links)} if links else {}
    return respond(encoded(entities), request.headers.get("if-none-match"), extra)
