"""Topics that wait for a person, from their Kafka topic: what was asked, less what was decided since."""

from collections.abc import Iterable

from groundswell.kafka_read import KafkaRecord
from schemas.codec import decode_value
from schemas.errors import WireError
from schemas.records import ModerationDecided, TrendReviewAsked
from schemas.registry import Registry
from state.moderation_events import topic_of
from state.topic_kinds import typed

_ANSWERS = ("allow", "deny")
_FOREVER_MS = 1 << 62


def pending(
    asked: Iterable[KafkaRecord], decided: Iterable[KafkaRecord], registry: Registry
) -> list[TrendReviewAsked]:
    """Return the newest request for each topic and scope without an answer, best place first.

    An answer holds for a scope or, as scope global, everywhere. One that was taken back (unallow, undeny) is
    none, and neither is one that had ended when it was asked. Records that cannot be read are left out: they
    are their writers' business.
    """
    requests: dict[tuple[str, str, str], TrendReviewAsked] = {}
    for record in asked:
        request = _read(record, registry)
        if isinstance(request, TrendReviewAsked):
            requests[request.kind, request.topic, request.scope] = request
    answers: dict[tuple[str, str], int] = {}  # until when it holds
    for record in decided:
        decision = _read(record, registry)
        if isinstance(decision, ModerationDecided) and decision.target_type == "topic":
            key = topic_of(decision.target_id, decision.topic_kind), decision.scope
            answers[key] = (decision.until_ms or _FOREVER_MS) if decision.action in _ANSWERS else 0
    return sorted(
        (
            request
            for request in requests.values()
            if not any(
                answers.get((typed(request.kind, request.topic), scope), 0) > request.source_ms
                for scope in (request.scope, "global")
            )
        ),
        key=lambda r: (r.scope, r.position, -r.source_ms, r.topic),
    )


def _read(record: KafkaRecord, registry: Registry) -> object:
    try:
        return decode_value(record.value or b"", registry)[1]
    except WireError:
        return None
