"""Know a key's usual day: what two hours of the UTC day lie above or below its mean.

Each of twelve slots keeps its own mean of x. The prediction at a moment is the line between the two
nearest slot centres, relative to the mean of all slots, times 1 - day/age: with one day seen the profile is
worth nothing, with two days half. A topic that rises every morning is then expected to rise, and a burst
at night is measured against the night.

Off for panes that do not divide two hours.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from state.burst_config import DAY_MS, BurstConfig
from state.burst_layout import SLOTS, SPEEDS, X_OF_ZERO, States
from state.burst_rates import kept, memory, smoothing, weight
from state.exact import Floats, Ints


@dataclass(frozen=True, slots=True, eq=False)
class Clock:
    """Where each pane of the day lies between the slot centres.

    Attributes:
        day_panes: Panes of a day.
        slot_panes: Panes of a slot.
        left: Slot before, by speed and pane of the day; the smoothed input lags and looks back.
        share: Weight of the slot after.
    """

    day_panes: int
    slot_panes: int
    left: Ints
    share: Floats


@lru_cache(maxsize=16)
def clock(cfg: BurstConfig) -> Clock | None:
    """Return the tables for a pane length, or None when the profile is off."""
    if DAY_MS % (SLOTS * cfg.pane_ms):
        return None
    day = DAY_MS // cfg.pane_ms
    slot = day // SLOTS
    lag = np.array([0.0, 1.0 / smoothing(cfg) - 1.0])
    position = (np.arange(day) + 0.5 - lag[:, None]) / slot - 0.5
    whole = np.floor(position)
    left = whole.astype(np.int64) % SLOTS
    return Clock(day, slot, left, position - whole)


def offsets(cfg: BurstConfig, states: States, pane_index: Ints) -> Floats:
    """Return how far x is expected above its mean, for both speeds: array (SPEEDS, n). O(n)."""
    tables = clock(cfg)
    n = states.size
    if tables is None:
        return np.zeros((SPEEDS, n))
    rows = np.arange(n)
    phase = pane_index % tables.day_panes
    left, share = tables.left[:, phase], tables.share[:, phase]
    profile = states["profile"]
    before = profile[rows, left].astype(np.float64)
    after = profile[rows, (left + 1) % SLOTS].astype(np.float64)
    age = np.maximum(states["age"].astype(np.float64), tables.day_panes)
    trust = 1.0 - tables.day_panes / age
    # One slot after the other: numpy's own sum may add in another order on another machine.
    total = np.zeros(n)
    for slot in range(SLOTS):
        total += profile[:, slot]
    above: Floats = before + share * (after - before) - total / SLOTS
    return trust * above


def learn_profile(cfg: BurstConfig, states: States, x: Floats, pane_index: Ints) -> None:
    """Move the slot of this pane towards x, in place. Call before the pane is counted in ``age``. O(n)."""
    tables = clock(cfg)
    if tables is None:
        return
    rows = np.arange(states.size)
    slot = (pane_index % tables.day_panes) // tables.slot_panes
    seen = _seen(tables, states, pane_index, slot)
    mean = states["profile"][rows, slot].astype(np.float64)
    rate = weight(seen, 0.0, memory(cfg) / SLOTS)
    states["profile"][rows, slot] = mean + rate * (x - mean)


def silence_profile(cfg: BurstConfig, states: States, gap: Ints) -> None:
    """Let ``gap`` silent panes pass over all slots, in place. O(12 n)."""
    tables = clock(cfg)
    if tables is None:
        return
    first = (states["last_pane"] + 1)[:, None]
    slots = np.arange(SLOTS)
    seen = _seen(tables, states, first, slots)
    silent = _count(tables, first + gap[:, None], slots) - _count(tables, first, slots)
    left = kept(seen, 0.0, memory(cfg) / SLOTS, silent)
    states["profile"] = X_OF_ZERO + left * (states["profile"].astype(np.float64) - X_OF_ZERO)


def _count(tables: Clock, before: Ints, slot: Ints) -> Ints:
    """Return how many panes below index ``before`` lie in a slot; differences of it count panes."""
    day, phase = np.divmod(before, tables.day_panes)
    today: Ints = np.clip(phase - tables.slot_panes * slot, 0, tables.slot_panes)
    return tables.slot_panes * day + today


def _seen(tables: Clock, states: States, pane: Ints, slot: Ints) -> Ints:
    """Return how many panes of a slot the key had before ``pane``.

    Counted from the start of the slot in which the key was born, so that the number rises by one from
    pane to pane and the products in ``kept`` telescope.
    """
    born = states["last_pane"] + 1 - states["age"].astype(np.int64)
    born = born - born % tables.slot_panes
    if np.ndim(pane) > 1:
        born = born[:, None]
    return _count(tables, pane, slot) - _count(tables, born, slot)
