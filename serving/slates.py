"""Slates as events: what a decision was, with all that it was made from, and the same slate from an event."""

import json
from dataclasses import asdict
from typing import cast, get_args

from schemas.records import SlateCandidate, SlateDecided, SlateItem
from state.feed_candidates import Candidate, Source
from state.feed_config import POLICY, FeedConfig
from state.feed_explore import Place
from state.feed_order import Scored
from state.feed_slate import RUNGS, Rung, Slate, decide, inputs_hash

_LINE = "\n"


class ReplayError(ValueError):
    """An event does not say what its slate was made from, or another policy made it."""


def event_of(user: str, slate: Slate, model: str, decided_ms: int) -> SlateDecided:
    """Return the event of a decision. O(candidates)."""
    return SlateDecided(
        event_id=slate.decision_id,
        source_ms=decided_ms,
        actor_id=user,
        as_of_ms=slate.as_of_ms,
        rung=slate.rung,
        model=model,
        policy=POLICY,
        settings=json.dumps(asdict(slate.settings), separators=(",", ":")),
        inputs_hash=slate.inputs_hash,
        items=tuple(_item(at, place) for at, place in enumerate(slate.places)),
        candidates=tuple(_candidate(one) for one in slate.candidates),
    )


def replayed(event: SlateDecided) -> Slate:
    """Make the decision of an event again, from what the event says alone.

    Raises:
        ReplayError: Another policy, or inputs that are not those of the event's digest.
    """
    if event.policy != POLICY:
        raise ReplayError(f"made by policy {event.policy!r}; this build makes {POLICY!r}")
    if event.rung not in RUNGS:
        raise ReplayError(f"rung {event.rung!r}: expected one of {', '.join(RUNGS)}")
    rung: Rung = event.rung
    settings = FeedConfig(**json.loads(event.settings))
    found = [_scored(one) for one in event.candidates]
    digest = inputs_hash(event.event_id, rung, settings, found)
    if digest != event.inputs_hash:
        raise ReplayError(f"inputs have the digest {digest}, the event says {event.inputs_hash}")
    return decide(settings, found, event.event_id, event.as_of_ms, rung)


def _item(at: int, place: Place) -> SlateItem:
    scored = place.ranked.scored
    return SlateItem(
        item_id=scored.candidate.item,
        position=at,
        score=place.ranked.worth,
        p=scored.p,
        source=scored.candidate.source,
        reason=scored.candidate.why,
        propensity=place.propensity,
        explored=place.explored,
    )


def _candidate(one: Scored) -> SlateCandidate:
    c = one.candidate
    topics = _LINE.join(c.topics)
    return SlateCandidate(
        item_id=c.item, author_id=c.author, topics=topics, met=c.met, source=c.source, new=c.new, p=one.p,
        score=one.score,
    )  # fmt: skip


def _scored(one: SlateCandidate) -> Scored:
    if one.source not in get_args(Source):
        raise ReplayError(f"source {one.source!r}: expected one of {', '.join(get_args(Source))}")
    topics = tuple(one.topics.split(_LINE)) if one.topics else ()
    candidate = Candidate(
        one.item_id, one.author_id, topics, 0, one.met, cast("Source", one.source), "", one.new
    )
    return Scored(candidate, one.p, one.score)
