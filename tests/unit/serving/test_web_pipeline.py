"""Interests over time and the pipeline's health over HTTP and for Prometheus."""

import httpx
from prometheus_client import generate_latest
from support.http_server import running_app

from schemas.served_health import DeadLetters, GroupLag, HealthRecord, JobHealth, Quality
from schemas.served_interests import InterestRecord, PastRecord
from serving.app import create_app
from serving.errors import StoreUnavailableError
from serving.memory_interest_store import MemoryInterestStore
from serving.memory_store import MemoryTrendStore

HEALTH = HealthRecord(
    at_ms=20_000,
    lags=(GroupLag(job="trending", topic="engagement", records=7),),
    dead_letters=(DeadLetters(topic="engagement", reason="late", job="interests", records=3),),
    jobs=(JobHealth(name="trending", state="RUNNING", checkpoint_ms=8_000),),
    quality=Quality(as_of_ms=5, labels=500, log_loss=0.5, calibration=1.25, alarms=2),
)


class Kept:
    """A store of health in memory; None in place of a record = it is away."""

    def __init__(self, *found: HealthRecord | None) -> None:
        self._found = found

    def pipeline(self) -> HealthRecord | None:
        """Return it."""
        if not self._found:
            raise StoreUnavailableError("away")
        return self._found[0]


def test_earlier_interests_come_before_the_present_ones() -> None:
    """Oldest first; of somebody unknown there is nothing."""
    store = MemoryInterestStore()
    store.put_interests(
        "ann",
        InterestRecord(
            as_of_ms=9, shard=0, events=2.0, slow_half_life_ms=1e9, fast_half_life_ms=1e6,
            total=bytes(20), topics=("tea",), counts=bytes(20),
        ),
    )  # fmt: skip
    store.put_past(
        "ann", PastRecord(as_of_ms=5, liked=1.0, labels=2.0, topics=("jam",), slow=(0.5,), fast=(0.25,))
    )
    with running_app(create_app(MemoryTrendStore(), interests=store)) as address:
        found = httpx.get(f"{address}/v1/users/ann/interests/history").json()
        assert [(one["as_of_ms"], one["topics"][0]["topic"]) for one in found["points"]] == [
            (5, "jam"),
            (9, "tea"),
        ]
        assert found["points"][0]["topics"] == [{"topic": "jam", "slow": 0.5, "fast": 0.25}]
        assert httpx.get(f"{address}/v1/users/bob/interests/history").status_code == 404


def test_health_is_shown_and_its_absence_too() -> None:
    """Answer and metrics say the same; a store that is away is no crash of the scrape."""
    app = create_app(MemoryTrendStore(), health=Kept(HEALTH))
    with running_app(app) as address:
        found = httpx.get(f"{address}/v1/pipeline").json()
    assert found["collected"] is True
    assert found["health"]["lags"] == [{"job": "trending", "topic": "engagement", "records": 7}]
    text = generate_latest(app.state.service.metrics.registry).decode()
    for line in (
        "groundswell_pipeline_collected 1.0",
        'groundswell_lag_records{job_name="trending",topic="engagement"} 7.0',
        'groundswell_dead_letters{job_name="interests",reason="late",topic="engagement"} 3.0',
        'groundswell_checkpoint_age_seconds{job_name="trending"} 12.0',
        "groundswell_interest_log_loss 0.5",
        "groundswell_interest_calibration 1.25",
        "groundswell_interest_alarms_total 2.0",
    ):
        assert line in text
    for store in (Kept(None), Kept()):
        silent = create_app(MemoryTrendStore(), health=store).state.service.metrics.registry
        assert "groundswell_pipeline_collected 0.0" in generate_latest(silent).decode()
    with running_app(create_app(MemoryTrendStore())) as address:
        assert httpx.get(f"{address}/v1/pipeline").json() == {"collected": False, "health": None}
    with running_app(create_app(MemoryTrendStore(), health=Kept())) as address:
        assert httpx.get(f"{address}/v1/pipeline").status_code == 503
