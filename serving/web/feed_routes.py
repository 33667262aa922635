"""`/v1/feed/{user}`: what a person is shown, in order, with where it comes from."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from serving.feed import Made, reasons_of
from serving.web.answers import JSON
from serving.web.cursor import SLATE_PATTERN, cursor, parse
from serving.web.feed_shapes import Feed, FeedItem, FeedTrace, Stage
from serving.web.feeds import Feeds
from serving.web.openapi import plain, problems
from serving.web.people_shapes import Reason
from serving.web.problems import ProblemError
from state.feed_config import POLICY
from state.feed_explore import Place
from state.feed_slate import Rung

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
        explain: Annotated[bool, Query(description="Say how the slate was made.")] = False,
    ) -> Response:
        """Return a person's feed: without a cursor a new one, with a cursor the next page of the same one.

        Report what the person then does with `decision_id`, `position` and `propensity` as they stand here:
        impressions leave the next feed, and the model learns from them. Never empty while anything may be
        shown at all: `rung` says what was fallen back on.
        """
        if after is None:
            shown = await feeds.new(user, scope or "")
            return _answer(shown.made, shown.rung, 0, limit, explain=explain)
        decision_id, offset = parse(after, slate=True)
        made = feeds.held(user, decision_id)
        if made is None:
            raise ProblemError("cursor-gone", "this feed is no longer kept: ask without a cursor")
        return _answer(made, made.slate.rung, offset, limit, explain=explain)

    return router


def _answer(made: Made, rung: Rung, offset: int, limit: int, *, explain: bool) -> Response:
    slate, end = made.slate, offset + limit
    page = Feed(
        decision_id=slate.decision_id,
        rung=rung,
        as_of_ms=slate.as_of_ms or None,
        items=tuple(
            _item(made, at, place, explain=explain)
            for at, place in enumerate(slate.places[offset:end], start=offset)
        ),
        next=cursor(slate.decision_id, end) if len(slate.places) > end else None,
        trace=_trace(made) if explain else None,
    )
    return Response(_encode(page), media_type=JSON, headers={"cache-control": "no-store"})


def _item(made: Made, at: int, place: Place, *, explain: bool) -> FeedItem:
    scored = place.ranked.scored
    adds = reasons_of(made.trace.scores, scored.candidate.item) if explain else ()
    reasons = tuple(Reason(feature=name, adds=round(number, 4)) for name, number in adds)
    return FeedItem(
        id=scored.candidate.item,
        author=scored.candidate.author,
        topics=scored.candidate.topics,
        position=at,
        score=place.ranked.worth,
        source=scored.candidate.source,
        why=scored.candidate.why,
        propensity=place.propensity,
        explored=place.explored,
        p=scored.p if explain else None,
        reasons=reasons if explain else None,
    )


def _trace(made: Made) -> FeedTrace:
    trace = made.trace
    return FeedTrace(
        stages=tuple(Stage(name=name, took_ms=took_ms) for name, took_ms in trace.took_ms.items()),
        found=trace.found,
        dropped=trace.dropped,
        candidates=len(made.slate.candidates),
        inputs_hash=made.slate.inputs_hash,
        policy=POLICY,
        model=made.model,
    )
