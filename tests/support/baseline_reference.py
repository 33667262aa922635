"""The baseline detectors for one key, written the obvious way: plain floats, one pane after the other."""

import math
from dataclasses import dataclass, field

from state.burst_config import DAY_MS, BurstConfig

MEMORY_AT_LEAST, HALF_LIFE_AT_LEAST = 200, 12


@dataclass
class SigniTrend:
    """Moving mean and variance of the count."""

    cfg: BurstConfig
    first_pane: int
    prior: float
    mu: float = 0.0
    var: float = 0.0

    def __post_init__(self) -> None:
        """Start from the prior: a Poisson count."""
        self.mu, self.var = self.prior, self.prior + 0.375

    def step(self, y: float, pane: int) -> float:
        """Return the deviation over three."""
        del pane
        a = 1.0 - 2.0 ** (-1.0 / max(self.cfg.half_life_ms / self.cfg.pane_ms, HALF_LIFE_AT_LEAST))
        z = (y - max(self.mu, 1.0)) / (math.sqrt(self.var) + 1.0)
        d = y - self.mu
        self.mu += a * d
        self.var = (1.0 - a) * (self.var + a * d * d)
        return z / 3.0


@dataclass
class Mastodon:
    """Totals by UTC day."""

    cfg: BurstConfig
    first_pane: int
    prior: float
    totals: dict[int, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Yesterday was like the prior all day."""
        self.totals[self._day(self.first_pane) - 1] = self.prior * DAY_MS / self.cfg.pane_ms

    def _day(self, pane: int) -> int:
        return pane * self.cfg.pane_ms // DAY_MS

    def step(self, y: float, pane: int) -> float:
        """Return the chi-square over ten."""
        day = self._day(pane)
        self.totals[day] = self.totals.get(day, 0.0) + y
        observed, expected = self.totals[day], max(self.totals.get(day - 1, 0.0), 1.0)
        if expected > observed or observed < 5:
            return 0.0
        return (observed - expected) ** 2 / expected / 10.0


@dataclass
class Gnip:
    """The pane before."""

    cfg: BurstConfig
    first_pane: int
    prior: float

    def step(self, y: float, pane: int) -> float:
        """Return eta over two."""
        del pane
        half = 2.575829 / 2.0
        low, high = (math.sqrt(self.prior + 0.375) + side * half for side in (-1.0, 1.0))
        eta = (y - self.prior) / (high**2 - low**2)
        self.prior = y
        return eta / 2.0


@dataclass
class Kleinberg:
    """Costs of the cheapest paths that end in the base state and in the burst."""

    cfg: BurstConfig
    first_pane: int
    prior: float
    age: int = 0
    base: float = 0.0
    burst: float = math.inf

    def step(self, y: float, pane: int) -> float:
        """Return the evidence over twice the cost of entering."""
        del pane
        memory = max(self.cfg.panes(self.cfg.memory_ms), MEMORY_AT_LEAST)
        enter = math.log(memory)
        mu = self.prior
        # -log Poisson(y | rate) without the terms that both states share.
        base = min(self.base, self.burst) + mu
        burst = min(self.burst, self.base + enter) + 2.0 * mu - y * math.log(2.0)
        self.base, self.burst = 0.0, burst - base  # only the difference matters
        rate = max(1.0 / (self.age + self.cfg.prior_weight + 1.0), 1.0 - 2.0 ** (-1.0 / memory))
        self.prior += rate * (y - mu)
        self.age += 1
        return (enter - self.burst) / enter / 2.0


@dataclass
class Key:
    """One key under a baseline, with a loop over its silent panes."""

    cfg: BurstConfig
    first_pane: int
    prior: float

    def __post_init__(self) -> None:
        """Choose the baseline."""
        kinds = {"signitrend": SigniTrend, "mastodon": Mastodon, "gnip": Gnip, "kleinberg": Kleinberg}
        self.next_pane = self.first_pane
        self.inner = kinds[self.cfg.detector](self.cfg, self.first_pane, self.prior)

    def step(self, y: float, pane: int) -> float:
        """Return the statistic over its threshold, at least 0; the panes skipped before it had y = 0."""
        for silent in range(self.next_pane, pane):
            self.inner.step(0.0, silent)
        self.next_pane = pane + 1
        return max(self.inner.step(y, pane), 0.0)
