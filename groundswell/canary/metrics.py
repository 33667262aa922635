"""What Prometheus sees of canaries."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from groundswell.canary.waiting import Place

_LAG_S = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_REQUEST_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class CanaryMetrics:
    """Metrics of one sender, in a registry of its own.

    Args:
        places: Jobs and stages; each is there from the start, so that a first loss is seen as an increase.
    """

    def __init__(self, places: tuple[Place, ...]) -> None:
        self.registry = CollectorRegistry()
        self.sent = Counter(
            "groundswell_canary_sent", "Canaries that Kafka acknowledged.", registry=self.registry
        )
        self.lag = Histogram(
            "groundswell_canary_lag_seconds",
            "From a canary's event time until it was seen: in Redis, and in an answer of the API.",
            ["job_name", "stage"],
            buckets=_LAG_S,
            registry=self.registry,
        )
        self.lost = Counter(
            "groundswell_canary_lost",
            "Canaries that were not seen in time.",
            ["job_name", "stage"],
            registry=self.registry,
        )
        self.seen_at = Gauge(
            "groundswell_canary_seen_timestamp_seconds",
            "Event time of the newest canary that was seen.",
            ["job_name", "stage"],
            registry=self.registry,
        )
        self.failures = Counter(
            "groundswell_canary_failures",
            "Times that Kafka, Redis or the API did not answer.",
            ["stage"],
            registry=self.registry,
        )
        self.request = Histogram(
            "groundswell_canary_list_request_seconds",
            "Time of one request for the list of what trends, as a reader sees it.",
            buckets=_REQUEST_S,
            registry=self.registry,
        )
        self.list_age = Gauge(
            "groundswell_canary_list_age_seconds",
            "Time from the event time up to which that list is complete until now.",
            registry=self.registry,
        )
        self.list_age.set(float("nan"))  # until a list is there
        for job, stage in places:
            self.lag.labels(job, stage)
            self.lost.labels(job, stage)
        for stage in ("kafka", "redis", "api"):
            self.failures.labels(stage)
