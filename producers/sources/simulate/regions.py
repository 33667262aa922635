"""Where simulated people live: share of the population, time zone, languages; and the rhythm of a day."""

from dataclasses import dataclass

import numpy as np

from producers.sources.simulate.rng import Floats

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


@dataclass(frozen=True, slots=True)
class Region:
    """One region; shares of languages add up to 1."""

    code: str  # ISO 3166-1 alpha-2
    share: float  # of the population, before regions are left out
    utc_offset_h: float
    langs: tuple[tuple[str, float], ...]


REGIONS: dict[str, Region] = {
    region.code: region
    for region in (
        Region("US", 0.28, -5, (("en", 0.88), ("es", 0.12))),
        Region("BR", 0.11, -3, (("pt", 1.0),)),
        Region("DE", 0.10, 1, (("de", 0.9), ("en", 0.1))),
        Region("GB", 0.10, 0, (("en", 1.0),)),
        Region("IN", 0.10, 5.5, (("en", 1.0),)),
        Region("JP", 0.10, 9, (("ja", 1.0),)),
        Region("FR", 0.08, 1, (("fr", 0.95), ("en", 0.05))),
        Region("ES", 0.05, 1, (("es", 1.0),)),
        Region("MX", 0.05, -6, (("es", 1.0),)),
        Region("CA", 0.03, -5, (("en", 0.75), ("fr", 0.25))),
    )
}
LANGS = ("en", "es", "de", "pt", "fr", "ja")


def daily_rhythm(local_hour: Floats) -> Floats:
    """Activity at a local hour of day in [0, 24), mean 1: least about 4:30 (0.3), most about 19:30 (1.8)."""
    turn = 2 * np.pi * (local_hour - 19.0) / 24
    return np.asarray(1 + 0.70 * np.cos(turn) + 0.12 * np.cos(2 * turn - 0.5), dtype=np.float64)


def activity(at_ms: Floats, utc_offset_h: Floats) -> Floats:
    """Activity at moments (milliseconds UTC) in time zones; shapes broadcast."""
    return daily_rhythm((at_ms / HOUR_MS + utc_offset_h) % 24)
