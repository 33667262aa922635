"""`/v1/feed/{user}`: what a person is shown, in order, with where it comes from."""

from collections.abc import Mapping
from typing import Annotated

import msgspec
from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from serving.web.answers import JSON
from serving.web.cursor import SLATE_PATTERN, cursor, parse
from serving.web.feed_shapes import Feed
from serving.web.feeds import Feeds
from serving.web.openapi import plain, problems
from serving.web.problems import ProblemError

MOST_ITEMS = 100
_SCOPES = "^(global|lang:[a-z]{2,3}|region:([A-Z]{2}|[0-9]{3}))$"
_encode = msgspec.json.Encoder().encode


def routes(feeds: Feeds) -> APIRouter:
    """Return the endpoint."""
    router = APIRouter(prefix="/v1", tags=["people"])

    @router.get(
        "/feed/{user}",
        summary="What a person is shown",
        responses=plain(200, "Feed", "The answer.") | problems(410),
    )
    async def feed(
        user: Annotated[str, Path(min_length=1, max_length=256, description="Id of the person.")],
        limit: Annotated[int, Query(ge=1, le=MOST_ITEMS, description="Items of the page at most.")] = 20,
        after: Annotated[
            str | None, Query(alias="cursor", pattern=SLATE_PATTERN, description="`next` of the page before.")
        ] = None,
        scope: Annotated[
            str | None,
            Query(pattern=_SCOPES, description="Where; by default the person's language and region."),
        ] = None,
        explain: Annotated[
            bool,
            Query(description="Say how the feed was made; asked for with the first page, for all pages."),
        ] = False,
    ) -> Response:
        """Return a person's feed: without a cursor a new one, with a cursor the next page of the same one.

        Report what the person then does with `decision_id`, `position` and `propensity` as they stand here:
        impressions leave the next feed, and the model learns from them. Never empty while anything may be
        shown at all: `rung` says what was fallen back on. The header Server-Timing says how long each stage
        took.
        """
        if after is None:
            shown = await feeds.new(user, scope or "", explain=explain)
            return _answer(shown.feed, 0, limit, shown.took_ms)
        decision_id, offset = parse(after, slate=True)
        held = await feeds.page(user, decision_id)
        if held is None:
            raise ProblemError("cursor-gone", "this feed is no longer kept: ask without a cursor")
        return _answer(held, offset, limit, {})

    return router


def _answer(feed: Feed, offset: int, limit: int, took_ms: Mapping[str, float]) -> Response:
    """Return a page; places that a moderator emptied since are not on it."""
    end = offset + limit
    page = tuple(one for one in feed.items if offset <= one.position < end)
    more = any(one.position >= end for one in feed.items)
    answer = msgspec.structs.replace(feed, items=page, next=cursor(feed.decision_id, end) if more else None)
    headers = {"cache-control": "no-store"}
    if took_ms:
        headers["server-timing"] = ", ".join(f"{name};dur={took:g}" for name, took in took_ms.items())
    return Response(_encode(answer), media_type=JSON, headers=headers)
