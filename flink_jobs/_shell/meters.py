"""What jobs count for operators: counters of Flink, changed once a batch or call, never once an event.

Counters only, because they mean the same in both execution modes (2.2.1): a gauge in thread mode is asked by
a thread of the reporter, and the embedded interpreter takes no second thread; a distribution in process mode
is no number to the Prometheus reporter. Times are therefore counted into buckets, as Prometheus wants them.
They start at 0 whenever a job starts.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple, Protocol

from flink_jobs._shell.raw_batch import BAD_MARK, FIELD_SEPARATOR

GROUP: Final = "groundswell"
PREFIX: Final = f"flink_taskmanager_job_task_operator_{GROUP}_"  # what Flink's reporter puts in front
BUCKETS_MS: Final = (5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 10_000, 30_000, 60_000, 300_000)
_MOST_REASONS = 16
_OTHER = "other"


class Meter(NamedTuple):
    """One thing that is counted.

    Attributes:
        name: In Flink; a label's name stands before it (`exported`).
        label: Name of its label, whose values are few and ours; empty = none.
        help: What it counts.
        timing: It is a time in buckets of milliseconds.
    """

    name: str
    label: str
    help: str
    timing: bool = False


RECORDS = Meter("records", "", "Records that a job has read.")
PIECES = Meter("pieces", "", "Bundles that went on to shards; far fewer than records.")
DEAD_LETTERS = Meter(
    "dead_letters", "reason", "Records refused: unreadable, undecodable, invalid, late, and others."
)
PANE_DELAY = Meter(
    "pane_delay",
    "",
    "Time from the moment of event time at which something was due (the end of a pane) to its doing, by the "
    "machine's clock. Old events that are replayed are as late as they are old.",
    timing=True,
)
ALERTS = Meter("alerts", "", "Bursts that the detector found, in all kinds, scopes and views.")
LABELS = Meter("labels", "", "Labels that the interest model was given or had taken back.")
DRIFT_ALARMS = Meter("drift_alarms", "", "Alarms on log-loss or calibration of the interest model.")
REDIS_WRITES = Meter("redis_writes", "", "Messages for readers that went to Redis.")
FENCE_REJECTS = Meter(
    "fence_rejects",
    "",
    "Values that Redis refused as old: after a restore, or from a writer that should be gone.",
)
REDIS_TIME = Meter("redis_write", "", "Time of one batch of writes to Redis.", timing=True)
METERS: Final = (
    RECORDS, PIECES, DEAD_LETTERS, PANE_DELAY, ALERTS, LABELS, DRIFT_ALARMS, REDIS_WRITES,
    FENCE_REJECTS, REDIS_TIME,
)  # fmt: skip


class CounterLike(Protocol):
    """A counter of Flink."""

    def inc(self, n: int = 1) -> None:
        """Add."""


class GroupLike(Protocol):
    """A metric group of Flink."""

    def counter(self, name: str) -> CounterLike:
        """Return a new counter."""

    def add_group(self, name: str, extra: str | None = None) -> "GroupLike":
        """Return a group inside; with ``extra`` a label and its value."""


class Meters:
    """The counters of one step. Those with labels are made when a value is first seen, 16 at most.

    Args:
        group: Of the step; None = nothing is counted.
    """

    def __init__(self, group: GroupLike | None) -> None:
        self._group = None if group is None else group.add_group(GROUP)
        self._counters: dict[tuple[str, str], CounterLike] = {}
        self._labels: Counter[str] = Counter()

    def add(self, meter: Meter, count: int, value: str = "") -> None:
        """Add to a counter, perhaps nothing; one with a label needs the label's value."""
        counter = self._counter(meter.name, meter.label, value)
        if count:
            counter.inc(count)

    def took(self, meter: Meter, took_ms: float) -> None:
        """Count a time. One call to Flink for each bucket that it fits in."""
        for bound in BUCKETS_MS:
            if took_ms <= bound:
                self._counter(f"{meter.name}_milliseconds_bucket", "le", str(bound)).inc()
        self._counter(f"{meter.name}_milliseconds_bucket", "le", "+Inf").inc()
        self._counter(f"{meter.name}_milliseconds_count", "", "").inc()
        self._counter(f"{meter.name}_milliseconds_sum", "", "").inc(max(int(took_ms), 0))

    def refused(self, texts: Iterable[str]) -> None:
        """Count dead letters by reason (`raw_batch.RawBatch.refused`)."""
        for reason, count in reasons_of(texts).items():
            self.add(DEAD_LETTERS, count, reason)

    def _counter(self, name: str, label: str, value: str) -> CounterLike:
        found = self._counters.get((name, value))
        if found is not None:
            return found
        if self._group is None:
            return _NOBODY
        if label and label != "le":
            if self._labels[name] >= _MOST_REASONS:
                value = _OTHER
            self._labels[name] += 1
            if (name, value) in self._counters:
                return self._counters[name, value]
        group = self._group.add_group(label, value) if label else self._group
        made = self._counters[name, value] = group.counter(name)
        made.inc(0)  # seen from the start: a rate needs a first value
        return made


class _Nobody:
    """A counter that nobody reads."""

    def inc(self, n: int = 1) -> None:
        """Do nothing."""


_NOBODY = _Nobody()


def reasons_of(texts: Iterable[str]) -> Mapping[str, int]:
    r"""Return how many refused records there are of each reason.

    >>> dict(reasons_of(["!engagement\x1e0\x1e7\x1elate\x1ewhy\x1e\x1e00"]))
    {'late': 1}
    """
    return Counter(text.removeprefix(BAD_MARK).split(FIELD_SEPARATOR, 4)[3] for text in texts)


def exported(meter: Meter) -> Sequence[tuple[str, str]]:
    """Return (name, label) of what Prometheus sees of a meter.

    >>> exported(DEAD_LETTERS)
    [('flink_taskmanager_job_task_operator_groundswell_reason_dead_letters', 'reason')]
    """
    if meter.timing:
        base = f"{PREFIX}{{}}{meter.name}_milliseconds_"
        return [
            (base.format("le_") + "bucket", "le"),
            (base.format("") + "count", ""),
            (base.format("") + "sum", ""),
        ]
    return [(f"{PREFIX}{meter.label + '_' if meter.label else ''}{meter.name}", meter.label)]
