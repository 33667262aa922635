"""A canary goes through each step of both jobs to its own key, and leaves nothing behind on the way."""

import warnings
from types import SimpleNamespace

import numpy as np
import pytest

from flink_jobs._shell.raw_batch import NO_TIME_MS, RawBatch
from flink_jobs.interests import pieces
from flink_jobs.interests.decode import DeedDecoder
from flink_jobs.interests.served import writes_of
from flink_jobs.trending import news, rows
from flink_jobs.trending.decode import BatchDecoder
from flink_jobs.trending.served import write_of
from schemas.registry import FileRegistry
from schemas.released import read_schema
from schemas.served import fence
from schemas.served_canary import canary_key
from state.actions import ActionWeights
from state.canary import CANARY_ACTOR
from tests.support.avro_rows import reference_encode

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # PyFlink warns of its own modules
    from flink_jobs.interests import operators as interests
    from flink_jobs.interests.options import InterestsOptions
    from flink_jobs.trending import operators as trending
    from flink_jobs.trending.options import TrendingOptions

NOW_MS = 1_767_225_600_000
SHARDS = 4
VALUE = reference_encode(
    read_schema("engagement/v1.avsc"),
    {
        "event_id": "e", "source_ms": NOW_MS, "received_ms": NOW_MS, "actor_id": CANARY_ACTOR,
        "action": "click", "item_id": CANARY_ACTOR, "topics": ["tea"],
    },
    1,
)  # fmt: skip
TIMERS = SimpleNamespace()


def _batch(watermark_ms: int) -> tuple[RawBatch, np.ndarray]:
    one = np.zeros(1, np.int64)
    return RawBatch(["engagement"], one, one, np.full(1, NOW_MS), [VALUE]), np.full(1, watermark_ms)


@pytest.mark.parametrize("watermark_ms", [NO_TIME_MS, NOW_MS + 10**9])
def test_through_the_trending_job(watermark_ms: int) -> None:
    """One message a step, on time or late; no piece of a pane, no dead letter."""
    decoder = BatchDecoder(FileRegistry(), ActionWeights(), 300_000, SHARDS)
    counted = decoder.count(*_batch(watermark_ms))
    assert counted.refused == []
    (piece,) = counted.pieces
    assert rows.canary_of(piece) == NOW_MS
    assert rows.decision_of(piece) is rows.step_of(piece) is None
    assert rows.shard_of(piece) == NOW_MS // 1000 % SHARDS
    moments, (told,) = trending.DetectShard(TrendingOptions()).arrived(piece, TIMERS)
    assert moments == ()
    assert not trending.is_panes(told)
    assert news.list_of(told[1:]) == news.CANARIES
    moments, (message,) = trending.KeepLists(TrendingOptions()).arrived(told[1:], TIMERS)
    assert moments == ()
    assert not trending.is_review(message)
    write = write_of(message[1:])
    assert (write.version_key, write.fence) == (canary_key("trending"), fence(NOW_MS))
    assert write.value == str(NOW_MS).encode()
    assert not write.places
    assert not write.entries


@pytest.mark.parametrize("model", ["", "0123456789ab"])
@pytest.mark.parametrize("watermark_ms", [NO_TIME_MS, NOW_MS + 10**9])
def test_through_the_interests_job(watermark_ms: int, model: str) -> None:
    """The same; it is of no model."""
    found, refused = DeedDecoder(FileRegistry(), 60_000, SHARDS).read(*_batch(watermark_ms))
    assert refused == []
    (piece,) = found
    options = InterestsOptions()
    moments, (told,) = interests.KeepItems(options).arrived(piece, TIMERS)
    assert moments == ()
    assert interests.is_deeds(told)
    assert pieces.shard_of(told[1:]) == NOW_MS // 1000 % SHARDS
    moments, (message,) = interests.KeepPeople(options).arrived(told[1:], TIMERS)
    assert moments == ()
    assert interests.is_served(message)
    (write,) = writes_of(message[1:], model)
    assert (write.key, write.fence, write.value) == (
        canary_key("interests"),
        fence(NOW_MS),
        str(NOW_MS).encode(),
    )
