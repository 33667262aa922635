"""Simulations small enough for a test, with every kind of plant."""

from producers.sources.simulate.config import PlantConfig, SimulationConfig

SMALL_PLANTS = PlantConfig(
    organic=4,
    surges=1,
    duplicate_tags=1,
    steady=1,
    seasonal=1,
    loud=1,
    coordinated=2,
    bans=3,
    lapsed_share=0.05,
    switching_share=0.05,
    scale=0.1,
)


def small(seed: int = 1, **options: object) -> SimulationConfig:
    """Thirty hours, 12,000 events, 2,000 people."""
    settings: dict[str, object] = {
        "seed": seed,
        "hours": 30,
        "events": 12_000,
        "users": 2_000,
        "topics": 200,
        "plants": SMALL_PLANTS,
        **options,
    }
    return SimulationConfig(**settings)  # type: ignore[arg-type]
