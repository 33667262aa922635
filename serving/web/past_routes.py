"""`/v1/users/{user}/interests/history`: what a person liked over time."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from schemas.served_interests import MAX_ID_CHARS
from serving.past import points_of
from serving.web.answers import encoded, respond
from serving.web.openapi import problems, returns
from serving.web.past_shapes import InterestHistory, PastInterests, PastTopic
from serving.web.people import People
from serving.web.problems import ProblemError
from serving.web.trend_routes import NoneMatch

_User = Annotated[str, Path(min_length=1, max_length=MAX_ID_CHARS, description="Id of the person.")]


def routes(people: People) -> APIRouter:
    """Return the endpoint."""
    router = APIRouter(prefix="/v1", tags=["people"])

    @router.get(
        "/users/{user}/interests/history",
        summary="What a person liked over time",
        responses=returns("InterestHistory") | problems(404),
    )
    async def history(user: _User, if_none_match: NoneMatch = None) -> Response:
        """Return a person's strongest topics at the end of each hour with a label, at most 48, and now."""
        record, past = await people.past(user)
        if record is None:
            raise ProblemError("unknown-user", "nothing is known of this person, or it was forgotten")
        points = tuple(
            PastInterests(
                as_of_ms=one.as_of_ms,
                liked=one.liked,
                labels=one.labels,
                topics=tuple(
                    PastTopic(topic=topic, slow=slow, fast=fast)
                    for topic, slow, fast in zip(one.topics, one.slow, one.fast, strict=True)
                ),
            )
            for one in points_of(record, past)
        )
        return respond(encoded(InterestHistory(as_of_ms=record.as_of_ms, points=points)), if_none_match)

    return router
