"""Laws of the simulator: the seed decides everything, batches decide nothing, damage is always damage."""

import hashlib
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from producers.sources.simulate.config import NO_PLANTS, SimulationConfig
from producers.sources.simulate.reference import read, refusal
from producers.sources.simulate.simulation import Simulation, simulate, simulate_columns
from tests.support.small_worlds import small

FEW = settings(max_examples=6)  # each example plays a whole world, about half a second
seeds = st.integers(0, 2**63 - 1)


def digests(config: SimulationConfig, batch_events: int) -> dict[str, str]:
    """A hash of everything that is produced to each topic, in order."""
    hashes = {}
    for batch in simulate(config, batch_events=batch_events):
        running = hashes.setdefault(batch.topic, hashlib.sha256())
        for key, value, at_ms in zip(batch.keys, batch.values, batch.timestamps_ms, strict=True):
            running.update(b"%d %b %d " % (len(key), key, at_ms) + value)
    return {topic: running.hexdigest() for topic, running in hashes.items()}


def quick(seed: int, **options: object) -> SimulationConfig:
    """A world that is fast to play."""
    return small(seed, **{"events": 8_000, "users": 600, "topics": 60, **options})


@FEW
@given(seeds, st.integers(1, 40_000))
def test_the_same_configuration_gives_the_same_bytes_in_any_batches(seed: int, batch_events: int) -> None:
    """Playing twice, cut differently: equal keys, values, timestamps and order on every topic."""
    config = quick(seed, malformed=0.02, duplicates=0.03)
    assert digests(config, 20_000) == digests(config, max(batch_events, 50))


def test_another_seed_gives_other_bytes() -> None:
    """Otherwise the law above would hold for a constant."""
    assert digests(quick(1), 20_000) != digests(quick(2), 20_000)


@pytest.mark.parametrize("span_ms", [60_000, 7_200_000])
def test_cutting_by_time_changes_nothing_either(span_ms: int) -> None:
    """Paced runs cut batches by event time; each batch then spans little of it."""
    config = quick(3)
    by_time: dict[str, list[bytes]] = {}
    for batch in Simulation(config, batch_span_ms=span_ms).batches():
        by_time.setdefault(batch.topic, []).extend(batch.values)
        assert max(batch.timestamps_ms) - min(batch.timestamps_ms) <= span_ms + config.disorder_ms
    by_count: dict[str, list[bytes]] = {}
    for batch in simulate(config):
        by_count.setdefault(batch.topic, []).extend(batch.values)
    assert by_time == by_count


@FEW
@given(seeds, st.sampled_from([0, 1, 999, 20_000, 600_000]))
def test_nothing_is_overtaken_by_more_than_the_disorder(seed: int, disorder_ms: int) -> None:
    """Each record is at most `disorder_ms` older than any before it; without disorder, sorted."""
    newest: dict[str, int] = {}
    late = 0
    config = quick(seed, disorder_ms=disorder_ms, duplicates=0.05)
    for batch in simulate(config, batch_events=700):
        for at_ms in batch.timestamps_ms:
            before = newest.get(batch.topic, 0)
            assert at_ms >= before - disorder_ms
            late += at_ms < before
            newest[batch.topic] = max(before, at_ms)
    assert late == 0 or disorder_ms > 0
    assert late > 0 or disorder_ms < 999


@FEW
@given(seeds, st.floats(0.001, 0.5))
def test_malformed_records_are_exactly_counted_and_every_reader_refuses_them(seed: int, share: float) -> None:
    """Good records all pass the reference reader; refused ones are as many as the truth says, by topic."""
    run = Simulation(quick(seed, malformed=share))
    refused: Counter[str] = Counter()
    good = 0
    for batch in run.batches():
        for value, at_ms in zip(batch.values, batch.timestamps_ms, strict=True):
            if refusal(value, batch.topic, at_ms):
                refused[batch.topic] += 1
            else:
                good += 1
    told: Counter[str] = Counter()
    for counts in run.totals.malformed.values():
        told.update(counts)
    assert refused == told
    assert sum(told.values()) == int(share * run.config.events)
    assert good == run.totals.good == run.config.events
    kinds = [sum(counts.values()) for counts in run.totals.malformed.values()]
    kinds += [0] * (9 - len(kinds))
    assert max(kinds) - min(kinds) <= 1


@FEW
@given(seeds)
def test_duplicates_are_extra_and_equal_byte_for_byte(seed: int) -> None:
    """As many records occur twice as the totals say, and none three times."""
    run = Simulation(quick(seed, duplicates=0.1))
    seen = Counter(value for batch in run.batches() for value in batch.values)
    assert set(seen.values()) <= {1, 2}
    assert sum(count == 2 for count in seen.values()) == run.totals.duplicates > 0
    assert len(seen) == run.totals.good == run.config.events


@FEW
@given(seeds)
def test_ids_are_unique_and_times_lie_inside_the_simulation(seed: int) -> None:
    """Event ids never repeat; event time is the record timestamp; nothing is received before it happens."""
    config = quick(seed)
    ids: set[str] = set()
    for batch in simulate(config):
        for value, at_ms in zip(batch.values, batch.timestamps_ms, strict=True):
            record = read(value, batch.topic)
            assert config.start_ms <= at_ms < config.end_ms
            assert record["source_ms"] == at_ms
            assert at_ms <= record["received_ms"] < at_ms + config.disorder_ms + 60_000  # type: ignore[operator]
            ids.add(record["event_id"])  # type: ignore[arg-type]
    assert len(ids) == config.events


@FEW
@given(seeds)
def test_planted_counts_equal_the_rows_that_were_planted(seed: int) -> None:
    """Users and events of every plant, counted from the columns that leave the simulator."""
    config = quick(seed)
    run = Simulation(config)
    events: Counter[int] = Counter()
    users: dict[int, set[int]] = {}
    for part in run.columns():
        rows = part.rows
        for plant, actor in zip(rows["plant"].tolist(), rows["actor"].tolist(), strict=True):
            events[plant] += 1
            users.setdefault(plant, set()).add(actor)
    for plant in run.world.plants:
        assert plant.events == events[plant.number]
        if plant.topic:
            assert plant.users == len(users.get(plant.number, ()))


def test_columns_and_records_are_the_same_run() -> None:
    """The column entrance for offline use tells of the same events."""
    config = quick(5)
    from_columns = [at for part in simulate_columns(config) for at in part.rows["at_ms"].tolist()]
    from_records = [at for batch in simulate(config) for at in batch.timestamps_ms]
    assert from_columns == from_records


def test_a_world_without_plants_or_malformed_records_has_neither() -> None:
    """The plain case: nothing but everyday talk."""
    run = Simulation(quick(4, plants=NO_PLANTS))
    assert run.world.plants == ()
    assert sum(len(batch) for batch in run.batches()) == run.config.events
    assert run.totals.malformed == {}
    assert set(run.totals.actions["moderation"]) == set()


@pytest.mark.parametrize("hours", [1, 2, 7, 100])
def test_any_length_can_be_simulated(hours: int) -> None:
    """Short runs have short bursts; nothing leaves the simulation's time."""
    run = Simulation(quick(6, hours=hours, events=20_000))
    for plant in run.world.plants:
        assert run.config.start_ms <= plant.start_ms <= plant.peak_ms <= plant.end_ms <= run.config.end_ms
    assert sum(len(batch) for batch in run.batches()) == 20_000
