"""Event-time pacing with a clock that is moved by hand."""

import pytest

from producers.errors import ConfigError
from producers.pacing import Pacer


class Clock:
    """Seconds that pass only when somebody sleeps or a test says so."""

    def __init__(self) -> None:
        self.now_s = 1_000.0
        self.slept_s: list[float] = []

    def read(self) -> float:
        """The time."""
        return self.now_s

    def sleep(self, seconds: float) -> None:
        """Let it pass."""
        self.slept_s.append(seconds)
        self.now_s += seconds


def pacer_of(speed: float | None) -> tuple[Pacer, Clock]:
    """A pacer and its clock."""
    clock = Clock()
    return Pacer(speed, clock=clock.read, sleep=clock.sleep), clock


def test_the_first_event_leaves_at_once_and_the_next_when_it_is_due() -> None:
    """At speed 60 an event a minute later leaves a second later."""
    pacer, clock = pacer_of(60)
    assert pacer.wait_for(5_000_000) == 0
    assert pacer.wait_for(5_060_000) == 0
    assert clock.slept_s == [pytest.approx(1.0)]


def test_a_source_that_falls_behind_is_not_slept_for_and_its_lag_is_told() -> None:
    """Lost time is caught up: due times do not move."""
    pacer, clock = pacer_of(1)
    pacer.wait_for(0)
    clock.now_s += 10
    assert pacer.wait_for(4_000) == pytest.approx(6.0)
    assert clock.slept_s == []
    pacer.wait_for(12_000)
    assert clock.slept_s == [pytest.approx(2.0)]


def test_an_older_event_does_not_wait() -> None:
    """Disorder in event time never sleeps."""
    pacer, clock = pacer_of(1)
    pacer.wait_for(10_000)
    pacer.wait_for(4_000)
    assert clock.slept_s == []


def test_as_fast_as_possible_never_sleeps() -> None:
    """Speed None is no pacing at all."""
    pacer, clock = pacer_of(None)
    assert pacer.wait_for(0) == pacer.wait_for(10**12) == 0
    assert clock.slept_s == []


@pytest.mark.parametrize("speed", [0, -1, float("nan")])
def test_a_speed_that_is_not_positive_is_refused(speed: float) -> None:
    """Zero would wait for ever."""
    with pytest.raises(ConfigError, match="expected more than 0"):
        Pacer(speed)
