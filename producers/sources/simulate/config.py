"""Everything a simulation depends on. Two equal configurations give equal bytes."""

from dataclasses import dataclass, field

from producers.errors import ConfigError
from producers.sources.simulate.regions import HOUR_MS, LANGS, REGIONS

DEMO_HOURS = 51
SUGGESTED_EVENTS = 400_000
MAX_DISORDER_MS = 10 * 60_000


@dataclass(frozen=True, slots=True)
class PlantConfig:
    """How many things worth finding, and worth not finding, are planted."""

    organic: int = 24  # bursts at every hour of day, half on large topics, half on small ones
    surges: int = 3  # sudden large bursts
    duplicate_tags: int = 2  # a surge under several spellings
    steady: int = 4  # high and constant
    seasonal: int = 4  # a lift at the same hour of every day
    loud: int = 3  # one account, hundreds of posts
    coordinated: int = 6  # many new accounts, one item or one text
    bans: int = 3  # a burst whose contributors are banned
    lapsed_share: float = 0.02  # of the users: active early, then silent
    switching_share: float = 0.02  # of the users: change their topics once
    scale: float = 1.0  # multiplies the number of people in every planted topic


NO_PLANTS = PlantConfig(0, 0, 0, 0, 0, 0, 0, 0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class SimulationConfig:
    """One simulated stretch of time.

    Attributes:
        seed: Any whole number from 0.
        start_ms: First moment, milliseconds UTC.
        hours: Length in event time.
        events: Good records in all, planted ones included; duplicates and malformed ones come on top.
        users: People; accounts of planted campaigns come on top.
        topics: Topics of everyday talk; planted ones come on top.
        regions: Codes out of `regions.REGIONS`.
        langs: Languages out of `regions.LANGS`.
        disorder_ms: A record is overtaken by records at most this much younger.
        duplicates: Share of good records that are sent twice, byte for byte.
        malformed: Share of records that must be refused, beside the good ones.
        plants: What is planted.
    """

    seed: int = 1
    start_ms: int = 1_760_000_400_000
    hours: int = DEMO_HOURS
    events: int = SUGGESTED_EVENTS
    users: int = 20_000
    topics: int = 2_000
    regions: tuple[str, ...] = tuple(REGIONS)
    langs: tuple[str, ...] = LANGS
    disorder_ms: int = 20_000
    duplicates: float = 0.0
    malformed: float = 0.0
    plants: PlantConfig = field(default_factory=PlantConfig)

    def __post_init__(self) -> None:
        faults = _range_faults(self) + _place_faults(self)
        if faults:
            raise ConfigError("simulation: " + "; ".join(faults))

    @property
    def end_ms(self) -> int:
        """First moment after the simulation."""
        return self.start_ms + self.hours * HOUR_MS


def _range_faults(config: SimulationConfig) -> list[str]:
    plants = config.plants
    ranges: tuple[tuple[str, float, float, float], ...] = (
        ("seed", config.seed, 0, 2**63),
        ("start_ms", config.start_ms, 0, 4_102_444_800_000),
        ("hours", config.hours, 1, 24 * 366),
        ("events", config.events, 1, 10**10),
        ("users", config.users, 50, 50_000_000),
        ("topics", config.topics, 10, 200_000),
        ("disorder_ms", config.disorder_ms, 0, MAX_DISORDER_MS),
        ("duplicates", config.duplicates, 0, 1),
        ("malformed", config.malformed, 0, 1),
        ("plants.lapsed_share", plants.lapsed_share, 0, 0.5),
        ("plants.switching_share", plants.switching_share, 0, 0.5),
        ("plants.scale", plants.scale, 0.001, 1000),
    )
    counts = ("organic", "surges", "duplicate_tags", "steady", "seasonal", "loud", "coordinated", "bans")
    ranges += tuple((f"plants.{name}", getattr(plants, name), 0, 1000) for name in counts)
    return [
        f"{name} is {value}, expected {low:g} to {high:g}"
        for name, value, low, high in ranges
        if not low <= value <= high
    ]


def _place_faults(config: SimulationConfig) -> list[str]:
    faults = []
    for name, given, known in (("regions", config.regions, REGIONS), ("langs", config.langs, LANGS)):
        wrong = [code for code in given if code not in known]
        if wrong or not given or len(set(given)) != len(given):
            faults.append(f"{name} are {list(given)}, expected some of {list(known)}, each once")
    mute = [
        code
        for code in config.regions
        if code in REGIONS and not any(lang in config.langs for lang, _ in REGIONS[code].langs)
    ]
    if mute:
        faults.append(f"regions {mute} speak none of the languages {list(config.langs)}")
    return faults


def usual_scale(events: int) -> float:
    """Size of plants that leaves most events to everyday talk; 1 from the demonstration's size on."""
    return min(1.0, max(events, 1) / SUGGESTED_EVENTS)


def demo(
    end_ms: int, *, seed: int = 1, events: int = SUGGESTED_EVENTS, malformed: float = 0.0
) -> SimulationConfig:
    """Two days and three hours that end less than five minutes before `end_ms`, with every plant."""
    start_ms = end_ms // 300_000 * 300_000 - DEMO_HOURS * HOUR_MS
    plants = PlantConfig(scale=usual_scale(events))
    return SimulationConfig(seed=seed, start_ms=start_ms, events=events, malformed=malformed, plants=plants)
