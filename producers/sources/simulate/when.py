"""When bursts happen: every hour of day in turn, late enough that each topic has a past."""

from dataclasses import dataclass

import numpy as np

from producers.sources.simulate.regions import DAY_MS, HOUR_MS
from producers.sources.simulate.rng import Floats

STEP_MS = 5 * 60_000
BURST_MS = 3 * HOUR_MS
_STRIDE = 5  # coprime to 24: neighbours in the list are hours apart, and all 24 hours come up


@dataclass(frozen=True, slots=True)
class Window:
    """Where bursts may start, and how long one lasts; short simulations get short bursts."""

    first_ms: int
    last_ms: int
    lasts_ms: int


def window(start_ms: int, end_ms: int) -> Window:
    """Leave a day of quiet before the first burst, or half of a shorter simulation."""
    span_ms = end_ms - start_ms
    lasts_ms = min(BURST_MS, span_ms // 4)
    return Window(start_ms + min(DAY_MS, span_ms // 2), end_ms - lasts_ms, lasts_ms)


def burst_start(place: Window, number: int, rng: np.random.Generator) -> int:
    """Start of the burst with this number: hour of day (5 x number) mod 24 when the window has that hour."""
    moments = np.arange(-(-place.first_ms // STEP_MS) * STEP_MS, place.last_ms + 1, STEP_MS)
    if not len(moments):
        return place.first_ms
    fitting = moments[moments // HOUR_MS % 24 == number * _STRIDE % 24]
    return int(rng.choice(fitting if len(fitting) else moments))


def flat(minutes: Floats, start_ms: int, stop_ms: int, factor: float) -> Floats:
    """Extra activity, as a multiple of the usual one, of a burst that switches on and off."""
    return np.where((minutes >= start_ms) & (minutes < stop_ms), factor - 1, 0.0)


def sudden(minutes: Floats, start_ms: int, peak_ms: int, half_life_ms: int, factor: float) -> Floats:
    """Extra activity of a burst that rises in a straight line and decays by half-lives, cut after six."""
    rise = (minutes - start_ms) / max(peak_ms - start_ms, 1)
    decay = 2.0 ** -(np.maximum(minutes - peak_ms, 0) / half_life_ms)
    shape = np.where(minutes < peak_ms, np.clip(rise, 0, 1), decay)
    return np.where((minutes >= start_ms) & (minutes < peak_ms + 6 * half_life_ms), (factor - 1) * shape, 0.0)
