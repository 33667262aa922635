"""`/v1/users/{user}/interests` and `/v1/rank`: what people like."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from schemas.served_interests import MAX_ID_CHARS, InterestRecord
from serving.interests import interests_of
from serving.scorer import Score
from serving.web.answers import encoded, respond
from serving.web.openapi import body, problems, returns
from serving.web.people import People
from serving.web.people_shapes import (
    MOST_CANDIDATES,
    Basis,
    Candidate,
    InterestView,
    RankedItem,
    Ranking,
    RankRequest,
    Reason,
    UserInterests,
)
from serving.web.problems import ProblemError
from serving.web.trend_routes import NoneMatch

_MOST_TOPICS = 64
_User = Annotated[str, Path(min_length=1, max_length=MAX_ID_CHARS, description="Id of the person.")]
_decode = msgspec.json.Decoder(RankRequest).decode


def routes(people: People) -> APIRouter:
    """Return the endpoints."""
    router = APIRouter(prefix="/v1", tags=["people"])

    @router.get(
        "/users/{user}/interests",
        summary="What a person likes",
        responses=returns("UserInterests") | problems(404),
    )
    async def interests(
        user: _User,
        limit: Annotated[int, Query(ge=1, le=_MOST_TOPICS, description="Topics at most.")] = 20,
        if_none_match: NoneMatch = None,
    ) -> Response:
        """Return a person's topics and favourite creators, with the counts behind each."""
        model, record = await people.interests(user)
        if record is None:
            raise ProblemError("unknown-user", "nothing is known of this person, or it was forgotten")
        return respond(encoded(_interests(model, user, record, limit)), if_none_match)

    @router.post(
        "/rank",
        summary="Candidates in the order a person would like them",
        responses=returns("Ranking") | problems(),
        openapi_extra=body("RankRequest"),
    )
    async def rank(
        request: Request,
        limit: Annotated[
            int, Query(ge=1, le=MOST_CANDIDATES, description="Items of the answer at most.")
        ] = 100,
    ) -> Response:
        """Return candidates best first, each with its score and what speaks for it.

        Every candidate is scored by the same function as in the job that learns: what is not known of the
        person or the item counts as average.
        """
        asked = _asked(await request.body())
        first: dict[str, Candidate] = {}
        for candidate in asked.candidates:
            first.setdefault(candidate.id, candidate)
        model, person, scores = await people.rank(asked.user, list(first.values()))
        scores.sort(key=lambda one: (-one.p, one.item))
        items = tuple(_ranked(at, one, person) for at, one in enumerate(scores[:limit]))
        as_of_ms = None if person is None else person.as_of_ms
        told = Ranking(known=person is not None, as_of_ms=as_of_ms, model=model, items=items)
        return respond(encoded(told), None)

    return router


def _asked(raw: bytes) -> RankRequest:
    try:
        return _decode(raw)
    except msgspec.MsgspecError as error:
        # Values are not repeated: what was sent may be anything.
        raise ProblemError("wrong-parameter", str(error), errors=(str(error),)) from error


def _interests(model: str, user: str, record: InterestRecord, limit: int) -> UserInterests:
    found = interests_of(user, record, limit)
    return UserInterests(
        as_of_ms=found.as_of_ms,
        model=model,
        liked=found.liked,
        labels=found.labels,
        topics=tuple(msgspec.convert(one, InterestView, from_attributes=True) for one in found.topics),
    )


def _ranked(position: int, score: Score, person: InterestRecord | None) -> RankedItem:
    basis: Basis = "item" if score.known else "nothing"
    if person is not None:
        basis = "person and item" if score.known else "person"
    return RankedItem(
        id=score.item,
        position=position,
        score=score.p,
        source=basis,
        reasons=tuple(Reason(feature=name, adds=round(adds, 4)) for name, adds in score.reasons),
    )
