"""What answers about people look like, and what is asked. The OpenAPI document is made from these classes."""

from typing import Annotated, Literal

import msgspec

MOST_CANDIDATES = 1_000
Id = Annotated[str, msgspec.Meta(min_length=1, max_length=512)]
Name = Annotated[str, msgspec.Meta(max_length=512)]
Topic = Annotated[str, msgspec.Meta(max_length=200)]
Basis = Literal["person and item", "person", "item", "nothing"]


class InterestView(msgspec.Struct, frozen=True, kw_only=True):
    """One topic that a person likes.

    Attributes:
        topic: Its name; a creator's starts with an @.
        slow: Share of the person's liking of the last weeks, 0 to 1. A deed counts for each of its topics.
        fast: The same of the last hours and deeds.
        liked: Positive labels of the last weeks, faded.
        labels: All labels of the last weeks, faded.
        lift: How many times as often as on average this person likes what has the topic.
    """

    topic: str
    slow: float
    fast: float
    liked: float
    labels: float
    lift: float


class UserInterests(msgspec.Struct, frozen=True, kw_only=True):
    """What a person likes, strongest first.

    Attributes:
        as_of_ms: Event time of the newest change.
        model: Tag of the model that learned it; empty when the job runs without a registered model.
        liked: Positive labels of the last weeks, faded.
        labels: All labels of the last weeks, faded.
        topics: Slow and fast together, strongest first.
    """

    as_of_ms: int
    model: str
    liked: float
    labels: float
    topics: tuple[InterestView, ...]


class Candidate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An item to rank.

    Attributes:
        id: Its id.
        author: Its author; used while nobody met the item. Empty = unknown.
        topics: Its topics; used while nobody met the item.
    """

    id: Id
    author: Name = ""
    topics: Annotated[tuple[Topic, ...], msgspec.Meta(max_length=32)] = ()


class RankRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to rank for whom.

    Attributes:
        user: For whom; an unknown person is served by what is known of the items.
        candidates: In any order; of two with one id the first counts.
    """

    user: Id
    candidates: Annotated[tuple[Candidate, ...], msgspec.Meta(min_length=1, max_length=MOST_CANDIDATES)]


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """What speaks for or against an item.

    Attributes:
        feature: Name of a feature of the model.
        adds: What it adds to the score, on the log-odds scale.
    """

    feature: str
    adds: float


class RankedItem(msgspec.Struct, frozen=True, kw_only=True):
    """An item in its place.

    Attributes:
        id: Its id.
        position: Place, from 0 as in engagement events.
        score: Probability that the person likes it, 0 to 1.
        source: What the score rests on.
        reasons: What speaks for and against it, strongest first.
    """

    id: str
    position: int
    score: float
    source: Basis
    reasons: tuple[Reason, ...]


class Ranking(msgspec.Struct, frozen=True, kw_only=True):
    """Candidates, best first.

    Attributes:
        known: Something is known of the person.
        as_of_ms: Event time of the newest change of the person's interests; null when nothing is known.
        model: Tag of the model that scored all of it; empty when the job runs without a registered model.
        items: Best first; equal scores in the order of their ids.
    """

    known: bool
    as_of_ms: int | None
    model: str
    items: tuple[RankedItem, ...]
