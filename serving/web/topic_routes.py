"""`/v1/related` and `/v1/explain`: one topic."""

import sys
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from serving.web.answers import encoded, respond
from serving.web.openapi import problems, returns
from serving.web.samples import Samples
from serving.web.service import Service
from serving.web.shapes import Explanation, Neighbour, RelatedTopics
from serving.web.topic_lookup import found, listed
from serving.web.trend_routes import KindOf, NoneMatch, Scope
from serving.web.views import view
from serving.words.explain import explain

_Topic = Annotated[
    str,
    Query(
        min_length=1,
        max_length=600,
        description="Any spelling: '#World_Cup' and 'world cup' are one topic. Of a post or creator its id.",
        examples=["world cup"],
    ),
]


def routes(service: Service, samples: Samples) -> APIRouter:
    """Return the endpoints."""
    router = APIRouter(prefix="/v1", tags=["topics"])

    @router.get(
        "/related", summary="What belongs to a topic", responses=returns("RelatedTopics") | problems(404)
    )
    async def related(
        topic: _Topic, scope: Scope = "global", kind: KindOf = "tag", if_none_match: NoneMatch = None
    ) -> Response:
        """Return other names of a topic, and the topics of the same people at the same time: one event."""
        trend, stale = await found(service, topic, scope, kind)
        places = (await listed(service, scope, kind)).places
        names = sorted(trend.record.related, key=lambda name: places.get(name, sys.maxsize))
        answer = RelatedTopics(
            topic=trend.record.topic,
            scope=scope,
            kind=kind,
            as_of_ms=trend.as_of.as_of_ms,
            stale=stale,
            aliases=trend.record.aliases,
            related=tuple(Neighbour(topic=name, position=places.get(name)) for name in names),
        )
        return respond(encoded(answer), if_none_match)

    @router.get("/explain", summary="Why a topic trends", responses=returns("Explanation") | problems(404))
    async def why(
        topic: _Topic, scope: Scope = "global", kind: KindOf = "tag", if_none_match: NoneMatch = None
    ) -> Response:
        """Return what was seen of a topic, what was expected, who, since when, and why it is listed.

        Also for a topic that has left the list lately.
        """
        trend, stale = await found(service, topic, scope, kind)
        answer = Explanation(
            as_of_ms=trend.as_of.as_of_ms,
            half_life_ms=trend.as_of.half_life_ms,
            min_strength=trend.as_of.min_strength,
            stale=stale,
            sentences=tuple(explain(trend)),
            trend=view(trend),
            samples=await samples.of(trend),
        )
        return respond(encoded(answer), if_none_match)

    return router
