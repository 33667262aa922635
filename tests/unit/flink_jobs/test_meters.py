"""What jobs count: by name and label, times in buckets, and never more labels than agreed."""

from collections import Counter

from flink_jobs._shell.meters import (
    BUCKETS_MS,
    DEAD_LETTERS,
    METERS,
    RECORDS,
    REDIS_TIME,
    Meters,
    exported,
    reasons_of,
)
from flink_jobs._shell.raw_batch import RawBatch


class Group:
    """A metric group that keeps its counters where the test sees them."""

    def __init__(self, counts: Counter[tuple[str, ...]], path: tuple[str, ...] = ()) -> None:
        self.counts, self.path = counts, path

    def add_group(self, name: str, extra: str | None = None) -> "Group":
        """Return a group inside."""
        return Group(self.counts, (*self.path, name) if extra is None else (*self.path, f"{name}={extra}"))

    def counter(self, name: str) -> "_Counter":
        """Return a counter."""
        return _Counter(self.counts, (*self.path, name))


class _Counter:
    def __init__(self, counts: Counter[tuple[str, ...]], path: tuple[str, ...]) -> None:
        self.counts, self.path = counts, path

    def inc(self, n: int = 1) -> None:
        """Add."""
        self.counts[self.path] += n


def test_counts_add_up_under_our_name() -> None:
    """Each has its place below the group, and is there from the first time on, with nothing in it."""
    counts: Counter[tuple[str, ...]] = Counter()
    meters = Meters(Group(counts))
    meters.add(RECORDS, 3)
    meters.add(RECORDS, 4)
    meters.add(DEAD_LETTERS, 0, "late")
    late = ("groundswell", "reason=late", "dead_letters")
    assert dict(counts) == {("groundswell", "records"): 7, late: 0}


def test_a_time_is_in_its_bucket_and_all_larger_ones() -> None:
    """As Prometheus wants histograms: cumulative, with +Inf, count and sum."""
    counts: Counter[tuple[str, ...]] = Counter()
    Meters(Group(counts)).took(REDIS_TIME, 100.5)
    inside = {path[1] for path in counts if path[-1].endswith("_bucket")}
    assert inside == {f"le={bound}" for bound in BUCKETS_MS if bound > 100} | {"le=+Inf"}
    assert counts["groundswell", "redis_write_milliseconds_sum"] == 100
    assert counts["groundswell", "redis_write_milliseconds_count"] == 1


def test_a_clock_that_went_back_takes_nothing_away() -> None:
    """Counters never fall."""
    counts: Counter[tuple[str, ...]] = Counter()
    Meters(Group(counts)).took(REDIS_TIME, -5.0)
    assert counts["groundswell", "redis_write_milliseconds_sum"] == 0


def test_reasons_of_dead_letters_are_labels_and_few() -> None:
    """The text that `RawBatch` writes is read back; from the 17th reason on they are `other`."""
    batch = RawBatch(["t"], *[[0]] * 3, [b"x"])  # type: ignore[arg-type]  # only indexed
    assert reasons_of([batch.refused(0, "late", "why"), batch.refused(0, "late", "a\x1eb")]) == {"late": 2}
    counts: Counter[tuple[str, ...]] = Counter()
    meters = Meters(Group(counts))
    for number in range(30):
        meters.refused([batch.refused(0, f"r{number}", "")])
    assert len(counts) == 17
    assert counts["groundswell", "reason=other", "dead_letters"] == 14


def test_without_metrics_nothing_is_counted() -> None:
    """A cluster may have them turned off."""
    meters = Meters(None)
    meters.add(RECORDS, 3)
    meters.took(REDIS_TIME, 1.0)


def test_exported_names_are_unique() -> None:
    """What Prometheus sees of one meter is not another's."""
    names = [name for meter in METERS for name, _ in exported(meter)]
    assert len(names) == len(set(names))
