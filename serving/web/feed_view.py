"""A decision as answers show it."""

from serving.feed import Made, reasons_of
from serving.web.feed_shapes import Feed, FeedItem, FeedTrace, Stage
from serving.web.people_shapes import Reason
from state.feed_config import POLICY
from state.feed_explore import Place


def feed_of(made: Made, *, explain: bool) -> Feed:
    """Return all of a feed as one page. About 1 us an item, 20 us when it is explained."""
    slate = made.slate
    return Feed(
        decision_id=slate.decision_id,
        rung=slate.rung,
        as_of_ms=slate.as_of_ms or None,
        items=tuple(_item(made, at, place, explain=explain) for at, place in enumerate(slate.places)),
        next=None,
        trace=_trace(made) if explain else None,
    )


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
