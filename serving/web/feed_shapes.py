"""What answers about feeds look like. The OpenAPI document is made from these classes."""

from typing import Literal

import msgspec

from serving.web.people_shapes import Reason
from state.feed_slate import Rung

Source = Literal["in_network", "interest", "trending", "popular", "new", "static"]


class FeedItem(msgspec.Struct, frozen=True, kw_only=True):
    """An item of a feed.

    Attributes:
        id: Its id.
        author: Its creator; empty = unknown.
        topics: Its topics, at most 8.
        position: Place on the whole slate, from 0: engagement events say it in `position`.
        score: Worth in its place, 0 to 1, lowered by what stands before it; 0 when nobody scored it.
        source: Where it comes from: a followed creator, the person's interests, what trends, what is popular,
            new creators, or a fixed list.
        why: The followed creator, the topic or the scope by which it was found.
        propensity: Probability that it is shown in this place, above 0 to 1: engagement events say it, too.
        explored: It was lifted here so that a new creator is seen.
        p: Probability that the person likes it; only with `explain`.
        reasons: What speaks for and against it, strongest first; only with `explain`.
    """

    id: str
    author: str
    topics: tuple[str, ...]
    position: int
    score: float
    source: Source
    why: str
    propensity: float
    explored: bool
    p: float | None = None
    reasons: tuple[Reason, ...] | None = None


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """One step on the way to a slate.

    Attributes:
        name: person, pools, filter, score or order.
        took_ms: How long it took, milliseconds.
    """

    name: str
    took_ms: float


class FeedTrace(msgspec.Struct, frozen=True, kw_only=True):
    """How a slate was made.

    Attributes:
        stages: In order, with their times.
        found: Source -> candidates that it named first.
        dropped: Reason -> items that were looked at and left out: own, seen, hidden, blocked, muted,
            moderated, old.
        candidates: Candidates that were scored.
        inputs_hash: Digest of what the slate follows from, as in its event.
        policy: Version of the policy.
        model: Tag of the model that scored; empty = the job's own.
    """

    stages: tuple[Stage, ...]
    found: dict[str, int]
    dropped: dict[str, int]
    candidates: int
    inputs_hash: str
    policy: str
    model: str


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a feed.

    Attributes:
        decision_id: Of the slate: engagement events say it in `decision_id`.
        rung: full: made for this person now. cached: the person's last one, since the store does not answer.
            popular, trending, static: not for this person. none: there is nothing at all.
        as_of_ms: Event time of the newest of what it was made from; null when nothing was known.
        items: In order.
        next: Cursor of the next page; null at the end. Pages of a slate never shift.
        trace: How it was made; only with `explain`.
    """

    decision_id: str
    rung: Rung
    as_of_ms: int | None
    items: tuple[FeedItem, ...]
    next: str | None
    trace: FeedTrace | None = None
