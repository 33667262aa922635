"""What is counted for Prometheus. Labels are endpoints and statuses: never topics, users or keys."""

from collections.abc import Callable
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_BUCKETS_S = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0)
OTHER = "other"


class Watched(Protocol):
    """The lists whose state is shown."""

    on_refresh: Callable[[float], None]

    @property
    def stale(self) -> bool:
        """Whether they may be old."""
        ...

    @property
    def as_of_ms(self) -> int | None:
        """How far event time has come."""
        ...

    def __len__(self) -> int: ...


class Metrics:
    """Metrics of one server, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "groundswell_http_requests", "Answers.", ["path", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "groundswell_http_request_seconds",
            "Time until an answer was complete; streams are not in it.",
            ["path"],
            buckets=_BUCKETS_S,
            registry=self.registry,
        )
        self.streams = Gauge("groundswell_http_streams", "Open streams.", registry=self.registry)
        self.shed = Counter(
            "groundswell_http_streams_shed",
            "Streams cut off: nothing was read.",
            registry=self.registry,
        )
        self.limited = Counter(
            "groundswell_http_limited", "Requests above their key's rate.", registry=self.registry
        )
        self.local_limits = Counter(
            "groundswell_http_limits_local",
            "Times that Redis did not answer about a rate, so that this process decided alone.",
            registry=self.registry,
        )
        self.feeds = Counter("groundswell_feeds", "Feeds that were made.", ["rung"], registry=self.registry)
        self.feed_stages = Histogram(
            "groundswell_feed_stage_seconds",
            "Time of each stage of a feed.",
            ["stage"],
            buckets=_BUCKETS_S,
            registry=self.registry,
        )
        self.slates = Counter(
            "groundswell_slates",
            "Decisions for the slate topic: sent (the broker has it), or lost: off, full, or failed.",
            ["result"],
            registry=self.registry,
        )
        self.refreshes = Histogram(
            "groundswell_list_read_seconds",
            "Time to read one list that had changed.",
            buckets=_BUCKETS_S,
            registry=self.registry,
        )

    def watch(self, lists: Watched) -> None:
        """Show the state of lists."""
        lists.on_refresh = self.refreshes.observe
        stale = Gauge("groundswell_lists_stale", "1 while the store is away.", registry=self.registry)
        stale.set_function(lambda: float(lists.stale))
        kept = Gauge("groundswell_lists", "Lists in memory.", registry=self.registry)
        kept.set_function(lambda: float(len(lists)))
        as_of = Gauge("groundswell_as_of_seconds", "How far event time has come.", registry=self.registry)
        as_of.set_function(lambda: (lists.as_of_ms or 0) / 1000)
