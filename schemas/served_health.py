"""Redis key of the pipeline's health: what `groundswell health` found last.

``groundswell:v1:health`` is a STRING with one HealthRecord as a MessagePack map. It lives for a minute: when
nobody collects, there is none. Bounded by jobs, topics and reasons; it names no person.
"""

from typing import Final

import msgspec

from schemas.served import ServedError

HEALTH_KEY: Final = "groundswell:v1:health"
HEALTH_TTL_MS: Final = 60_000
MOST_JOBS: Final = 16
MOST_REASONS: Final = 64


class GroupLag(msgspec.Struct, frozen=True, kw_only=True):
    """How far a job's consumer group is behind a topic.

    Attributes:
        job: Whose group.
        topic: Kafka topic.
        records: Records that are not covered by a checkpoint yet.
    """

    job: str
    topic: str
    records: int


class DeadLetters(msgspec.Struct, frozen=True, kw_only=True):
    """Records that a job could not count.

    Attributes:
        topic: Where they came from.
        reason: unreadable, undecodable, invalid or late.
        job: Who refused them; empty = a record from before jobs wrote their name.
        records: How many Kafka keeps.
    """

    topic: str
    reason: str
    job: str
    records: int


class JobHealth(msgspec.Struct, frozen=True, kw_only=True):
    """One Flink job.

    Attributes:
        name: Its name.
        state: Flink's word, such as RUNNING.
        checkpoint_ms: When the newest complete checkpoint ended, milliseconds UTC; None = there is none yet.
        checkpoint_took_ms: How long it took.
        checkpoint_bytes: Size of its state.
        failed_checkpoints: Since the start of the job.
        restarts: Restores from a checkpoint since then.
    """

    name: str
    state: str
    checkpoint_ms: int | None = None
    checkpoint_took_ms: int = 0
    checkpoint_bytes: int = 0
    failed_checkpoints: int = 0
    restarts: int = 0


class QualityPoint(msgspec.Struct, frozen=True, kw_only=True):
    """One block of labels of one shard.

    Attributes:
        at_ms: Event time of its last label.
        log_loss: Mean, natural logarithm.
        calibration: Predictions divided by positive labels.
    """

    at_ms: int
    log_loss: float
    calibration: float


class Quality(msgspec.Struct, frozen=True, kw_only=True):
    """How good the interest model's predictions are, over all shards.

    Attributes:
        as_of_ms: Event time of the newest block of labels; None = no block is full yet.
        labels: Labels so far.
        log_loss: Mean of the newest block of each shard, natural logarithm.
        calibration: Predictions divided by positive labels there; 1 = right on the whole.
        alarms: Alarms so far.
        points: Blocks of all shards in order of time, at most 96.
    """

    as_of_ms: int | None = None
    labels: int = 0
    log_loss: float | None = None
    calibration: float | None = None
    alarms: int = 0
    points: tuple[QualityPoint, ...] = ()


class HealthRecord(msgspec.Struct, frozen=True, kw_only=True):
    """How the pipeline is.

    Attributes:
        at_ms: When it was collected, milliseconds UTC.
        trends_ms: Event time up to which trends are complete; None = no list was written yet.
        interests_ms: Event time of the newest weights of the interest model; None = none were written yet.
        lags: By job and topic.
        dead_letters: By topic, reason and job.
        jobs: Flink's jobs.
        quality: Of the interest model.
        problems: What could not be asked, in words.
    """

    at_ms: int
    trends_ms: int | None = None
    interests_ms: int | None = None
    lags: tuple[GroupLag, ...] = ()
    dead_letters: tuple[DeadLetters, ...] = ()
    jobs: tuple[JobHealth, ...] = ()
    quality: Quality = Quality()
    problems: tuple[str, ...] = ()


encode_health = msgspec.msgpack.Encoder().encode
_decoder = msgspec.msgpack.Decoder(HealthRecord)


def decode_health(raw: bytes) -> HealthRecord:
    """Decode a record.

    Raises:
        ServedError: Other bytes.
    """
    try:
        return _decoder.decode(raw)
    except msgspec.MsgspecError as error:
        raise ServedError(f"not a HealthRecord: {error}; update the reader") from error
