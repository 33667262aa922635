"""Options of the simulator: what is refused, and that every fault is named."""

import pytest

from producers.errors import ConfigError
from producers.sources.simulate.config import PlantConfig, SimulationConfig, demo
from producers.sources.simulate.simulation import Simulation


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"events": 0}, "events is 0, expected 1 to"),
        ({"hours": 0}, "hours is 0"),
        ({"users": 3}, "users is 3, expected 50"),
        ({"topics": 2}, "topics is 2"),
        ({"malformed": 1.5}, "malformed is 1.5, expected 0 to 1"),
        ({"duplicates": -0.1}, "duplicates is -0.1"),
        ({"disorder_ms": 3_600_000}, "disorder_ms is 3600000"),
        ({"seed": -1}, "seed is -1"),
        ({"regions": ("XX",)}, r"regions are \['XX'\]"),
        ({"regions": ()}, r"regions are \[\]"),
        ({"langs": ("en", "en")}, r"langs are \['en', 'en'\]"),
        ({"regions": ("JP", "US"), "langs": ("en",)}, r"regions \['JP'\] speak none"),
        ({"plants": PlantConfig(lapsed_share=0.9)}, "plants.lapsed_share is 0.9"),
        ({"plants": PlantConfig(organic=-1)}, "plants.organic is -1"),
    ],
)
def test_a_wrong_option_is_refused_with_its_name(options: dict[str, object], message: str) -> None:
    """The message says what was found and what was expected."""
    with pytest.raises(ConfigError, match=message):
        SimulationConfig(**options)  # type: ignore[arg-type]


def test_all_faults_are_reported_together() -> None:
    """Nobody should have to correct one at a time."""
    with pytest.raises(ConfigError, match=r"events is 0.*users is 1.*langs are"):
        SimulationConfig(events=0, users=1, langs=())


def test_plants_that_need_more_events_than_there_are_say_how_many() -> None:
    """The message names a number that works."""
    with pytest.raises(ConfigError, match=r"the plants alone need [\d,]+ of 1,000 events; ask for at least"):
        Simulation(SimulationConfig(events=1_000, users=500, topics=20))


def test_the_demonstration_ends_just_before_the_given_time_and_plants_everything() -> None:
    """51 hours, on a five-minute grid."""
    config = demo(1_760_000_123_456)
    assert 0 <= 1_760_000_123_456 - config.end_ms < 300_000
    assert config.end_ms % 300_000 == 0
    assert config.plants == PlantConfig()


@pytest.mark.parametrize("options", [{"batch_events": 0}, {"batch_span_ms": -1}])
def test_impossible_batches_are_refused(options: dict[str, int]) -> None:
    """A batch has at least one record and no negative span."""
    with pytest.raises(ConfigError, match="at least 1 event"):
        Simulation(SimulationConfig(events=1_000, plants=PlantConfig()), **options)
