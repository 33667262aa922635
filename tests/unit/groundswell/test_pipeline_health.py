"""The pipeline's health: shards together, what is shown of it, and what happens when nobody can be asked."""

from pathlib import Path

import pytest

from groundswell.pipeline_health import Collector, quality_of
from groundswell.stack import flink_rest
from groundswell.stack.flink_rest import FlinkRest
from groundswell.view.health import draw
from schemas.served_health import HEALTH_TTL_MS, Quality
from schemas.served_interests import QualityRecord
from serving.health_store import RedisHealthStore
from tests.support.redis_server import running_redis


def _record(labels: int, *points: tuple[int, float, float]) -> QualityRecord:
    return QualityRecord(as_of_ms=points[-1][0], model="m", labels=labels, alarms=1, points=points)


def test_shards_are_taken_together() -> None:
    """Newest blocks alike, labels and alarms in sum, points in order of time."""
    found = quality_of([_record(1_000, (5, 0.5, 1.0), (9, 0.25, 1.5)), _record(500, (7, 0.75, 0.5))])
    assert (found.labels, found.alarms, found.as_of_ms) == (1_500, 2, 9)
    assert (found.log_loss, found.calibration) == (0.5, 1.0)
    assert [point.at_ms for point in found.points] == [5, 7, 9]
    assert quality_of([]) == Quality()


def test_what_cannot_be_asked_is_named_and_the_rest_is_written(tmp_path: Path) -> None:
    """Kafka and Flink are away: the record says so, a reader gets it, and it does not stay."""
    with running_redis(tmp_path) as url:
        store = RedisHealthStore.at(url)
        assert store.pipeline() is None
        found = Collector("127.0.0.1:1", url, "http://127.0.0.1:1").collect()
        assert [problem.split(":")[0] for problem in found.problems] == ["Kafka", "dead letters", "Flink"]
        assert store.pipeline() == found
        import redis  # noqa: PLC0415

        with redis.Redis.from_url(url, protocol=2) as client:
            assert 0 < client.pttl("groundswell:v1:health") <= HEALTH_TTL_MS
    assert draw(found).row_count == 6


@pytest.mark.parametrize(
    ("tasks", "said"), [({"running": 0, "scheduled": 3}, "SCHEDULED"), ({"running": 2}, "RUNNING")]
)
def test_a_job_that_waits_for_slots_is_not_told_as_running(
    monkeypatch: pytest.MonkeyPatch, tasks: dict[str, int], said: str
) -> None:
    """Of several jobs of a name the newest counts."""
    listed = [
        {"jid": "new", "name": "trending", "state": "RUNNING", "start-time": 2, "tasks": tasks},
        {"jid": "old", "name": "trending", "state": "FAILED", "start-time": 1, "tasks": {}},
    ]
    monkeypatch.setattr(flink_rest.FlinkRest, "_call", lambda *_: {"jobs": listed})
    assert FlinkRest("http://127.0.0.1:1").newest_jobs() == [("new", "trending", said)]
