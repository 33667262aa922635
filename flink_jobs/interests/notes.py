"""Rare records: what an erasure removed, and alarms of the model. Each is encoded on its own."""

from collections.abc import Sequence

import msgspec

from flink_jobs._shell.raw_batch import FIELD_SEPARATOR
from flink_jobs.interests.pieces import NOTES
from schemas.codec import encode_record
from schemas.erasure_subject import subject_of
from schemas.records import ErasureCarriedOut, InterestAlarmRaised
from schemas.registry import Registry
from schemas.topics import topic_of
from state.interest_quality import AlarmAt, Kind
from state.interest_turn import MODEL, Erased


class Cleared(msgspec.Struct, frozen=True, array_like=True, tag="c"):
    """What a request removed from one place; the person is named until the record is written."""

    event_id: str
    at_ms: int
    user: str
    place: str
    removed: int


class Alarmed(msgspec.Struct, frozen=True, array_like=True, tag="a"):
    """An alarm of a shard."""

    kind: Kind
    at_ms: int
    shard: int
    labels: int
    log_loss: float
    calibration: float


Note = Cleared | Alarmed
_encode = msgspec.msgpack.Encoder().encode
notes_of = msgspec.msgpack.Decoder(list[Note]).decode


def of_erasures(erased: Sequence[Erased]) -> list[Note]:
    """Return what requests removed from the job's state, and what goes from Redis with it."""
    return [
        Cleared(one.event_id, one.at_ms, one.user, place, removed)
        for one in erased
        for place, removed in (
            ("state.interests", one.interests),
            ("state.impressions", one.impressions),
            ("redis.interests", one.interests),
        )
    ]


def of_alarms(shard: int, alarms: Sequence[AlarmAt]) -> list[Note]:
    """Return alarms of a shard."""
    return [
        Alarmed(one.kind, one.point.at_ms, shard, one.labels, one.point.log_loss, one.point.calibration)
        for one in alarms
    ]


def message_of(some: Sequence[Note]) -> bytes:
    """Return notes as one message."""
    return NOTES + _encode(some)


class NoteRecords:
    """Encodes messages as records of their topics. One per worker."""

    def __init__(self, registry: Registry, audit_key: bytes) -> None:
        self._registry = registry
        self._key = audit_key

    def of(self, body: bytes) -> list[str]:
        """Return topic, key, value in hex and event time of each record, with record separators."""
        return [self._text(one) for one in notes_of(body)]

    def _text(self, one: Note) -> str:
        if isinstance(one, Cleared):
            event, key = "erasure_audit", one.event_id
            record: ErasureCarriedOut | InterestAlarmRaised = ErasureCarriedOut(
                event_id=one.event_id,
                source_ms=one.at_ms,
                subject=subject_of(one.event_id, one.user, self._key),
                keyed=bool(self._key),
                place=one.place,
                removed=one.removed,
            )
        else:
            event, key = "interest_alarm", str(one.shard)
            record = InterestAlarmRaised(
                event_id=f"{one.shard}/{one.kind}/{one.at_ms}",
                source_ms=one.at_ms,
                kind=one.kind,
                shard=one.shard,
                labels=one.labels,
                log_loss=one.log_loss,
                calibration=one.calibration,
                model=MODEL,
            )
        value = encode_record(record, self._registry).hex()
        parts = (topic_of(event).name, key.replace(FIELD_SEPARATOR, " "), value, str(one.at_ms))
        return FIELD_SEPARATOR.join(parts)
