"""What answers look like. The OpenAPI document is made from these classes and what they say here."""

from typing import Literal

import msgspec

MoveWord = Literal["new", "up", "down", "same", "unknown"]


class TrendView(msgspec.Struct, frozen=True, kw_only=True, rename={"origin": "from"}):
    """One topic in a list. Counts are those of its newest pane.

    Attributes:
        position: Place in the list, from 1; null when the topic is not in the list.
        move: How the place changed since compared_with_ms.
        moved_by: By how many places: up is positive. 0 also when it came up from below what is compared.
        lift: observed / expected; null when nothing was expected.
        strength: Strength at as_of_ms; halves every half_life_ms until new events lift it.
        age_ms: Event time since the topic entered the list.
        left_ms: Event time until it leaves the list if nothing more happens.
        origin: Scope that a short list was filled from with this topic; null for the list's own.
    """

    position: int | None
    move: MoveWord
    moved_by: int
    topic: str
    scope: str
    kind: str
    pane_start_ms: int
    pane_ms: int
    observed: float
    expected: float
    lift: float | None
    score: float
    z: float
    users: int
    events: int
    recent_users: int
    first_seen_ms: int
    peak_ms: int
    peak_strength: float
    alert_ms: int
    alert: bool
    reasons: tuple[str, ...]
    history: tuple[float, ...]
    duplicate_ratio: float
    mean_trust: float
    top_user_share: float
    low_trust_share: float
    flags: tuple[str, ...]
    aliases: tuple[str, ...]
    related: tuple[str, ...]
    review: str
    strength: float
    age_ms: int
    left_ms: int
    origin: str | None


class TrendPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a list. Time is event time unless said otherwise.

    Attributes:
        scope: Scope of the list.
        kind: What its topics are.
        allowed: Whether it holds only what may be shown to everybody.
        as_of_ms: End of the newest complete pane; null when nothing was computed yet.
        half_life_ms: Half-life of strengths.
        min_strength: What is weaker has left the list.
        compared_with_ms: The moment that moves are counted from; null when nothing earlier is known.
        version: Name of this state of the list; equal states have equal names, on every server.
        stale: The store is away: this is the last that was read of it.
        confirmed_ms: Clock time at which a stale list was last known to be current; else null.
        next: Cursor of the next page of this same state of the list; null on the last page.
        trends: The topics, strongest first; behind them, on the first page, what fills a short list.
    """

    scope: str
    kind: str
    allowed: bool
    as_of_ms: int | None
    half_life_ms: int | None
    min_strength: float | None
    compared_with_ms: int | None
    version: str
    stale: bool
    confirmed_ms: int | None
    next: str | None
    trends: tuple[TrendView, ...]


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """A topic whose place changed.

    Attributes:
        topic: Its name.
        was: Its place before, from 1.
        now: Its place now.
    """

    topic: str
    was: int
    now: int


class RankChange(msgspec.Struct, frozen=True, kw_only=True):
    """What changed in a list between two of its states.

    Attributes:
        scope: Scope of the list.
        kind: What its topics are.
        as_of_ms: End of the newest complete pane, event time.
        before: Version of the state that this is a difference to.
        version: Version of the state now.
        entered: Topics that came in, with their places.
        left: Topics that went.
        moved: Topics whose place changed.
    """

    scope: str
    kind: str
    as_of_ms: int | None
    before: str
    version: str
    entered: tuple[TrendView, ...]
    left: tuple[str, ...]
    moved: tuple[Moved, ...]


class StoreState(msgspec.Struct, frozen=True, kw_only=True):
    """Whether lists are current.

    Attributes:
        stale: The store is away: lists stay as they were last read.
        confirmed_ms: Clock time at which they were last known to be current; null when never.
    """

    stale: bool
    confirmed_ms: int | None


class Neighbour(msgspec.Struct, frozen=True, kw_only=True):
    """A topic of the same people at the same time.

    Attributes:
        topic: Its name.
        position: Its place in the list of the scope; null when it is not in it.
    """

    topic: str
    position: int | None


class RelatedTopics(msgspec.Struct, frozen=True, kw_only=True):
    """What belongs to a topic.

    Attributes:
        topic: Canonical name of the topic.
        scope: Scope it was looked up in.
        kind: What it is.
        as_of_ms: End of the newest complete pane, event time.
        stale: The store is away: this is the last that was read of it.
        aliases: Other names of the same thing, which have no place of their own.
        related: Topics of the same event, strongest first, then those outside the list.
    """

    topic: str
    scope: str
    kind: str
    as_of_ms: int
    stale: bool
    aliases: tuple[str, ...]
    related: tuple[Neighbour, ...]


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """A post of a topic.

    Attributes:
        id: Its id.
        author: Who wrote it; empty = unknown.
        first_ms: When it was made, or first heard of, event time.
        met: People who met it so far.
        url: Its address on the platform; null when the server does not know the platform's.
        text: What it says, at most 200 characters; null unless the platform's posts can be looked up.
    """

    id: str
    author: str
    first_ms: int
    met: int
    url: str | None = None
    text: str | None = None


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """Why a topic trends, for people and for programs.

    Attributes:
        as_of_ms: End of the newest complete pane, event time.
        half_life_ms: Half-life of strengths.
        min_strength: What is weaker has left the list.
        stale: The store is away: this is the last that was read of it.
        sentences: The explanation in English, most important first; the last is the history as blocks.
        trend: The figures behind it.
        samples: At most five posts of the last day, liked and new ones first, each of another creator where
            there are enough; of a tag those with this tag in every scope. Empty without the feed job.
    """

    as_of_ms: int
    half_life_ms: int
    min_strength: float
    stale: bool
    sentences: tuple[str, ...]
    trend: TrendView
    samples: tuple[Sample, ...] = ()


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """The process answers.

    Attributes:
        status: Always "ok".
        version: Of this build.
    """

    status: str
    version: str


class Readiness(msgspec.Struct, frozen=True, kw_only=True):
    """Whether requests may come.

    Attributes:
        ready: The first lists were read. Stays true while the store is away: lists are then served stale.
        stale: The store is away.
        as_of_ms: End of the newest complete pane, event time; null when nothing was computed yet.
        confirmed_ms: Clock time at which lists were last known to be current; null when never.
    """

    ready: bool
    stale: bool
    as_of_ms: int | None
    confirmed_ms: int | None


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An error (RFC 9457).

    Attributes:
        type: Name of the kind of problem; compare this, not the words.
        title: What kind of problem it is, in words.
        status: The HTTP status.
        detail: What happened, and what to do.
        error: The detail again, where Mastodon's clients look for it.
        errors: One line for each wrong parameter.
        did_you_mean: Names in the list that are spelled much alike.
        listed_in: Scope that the list shows this topic from.
    """

    type: str
    title: str
    status: int
    detail: str
    error: str = ""
    errors: tuple[str, ...] = ()
    did_you_mean: tuple[str, ...] = ()
    listed_in: str | None = None
