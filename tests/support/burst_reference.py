"""The burst detector for one key, written the obvious way: plain floats, one silent pane after the other."""

import math
from dataclasses import dataclass, field
from struct import pack, unpack

from state.burst_config import BASELINES, BurstConfig

X0 = 2.0 * math.sqrt(0.375)


def f4(value: float) -> float:
    """Round to the stored precision."""
    return float(unpack("<f", pack("<f", value))[0])


@dataclass
class Key:
    """One key's state and the verdict on its newest pane."""

    cfg: BurstConfig
    first_pane: int
    mu0: float = X0
    var0: float = 1.0
    age: int = 0
    s: float = 0.0
    z: float = 0.0
    warm: bool = False
    alert: bool = False
    held: bool = False
    alert_pane: int | None = None
    peak: float = 0.0
    peak_pane: int = 0
    mu: list[float] = field(default_factory=list)
    var: list[float] = field(default_factory=list)
    smooth_var: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Start from the prior."""
        self.next_pane = self.first_pane
        self.mu = [f4(max(self.mu0, X0))] * BASELINES
        self.var = [f4(self.var0)] * BASELINES
        self.smooth_var = [f4(self.var0)] * BASELINES
        self.smooth = self.mu[0]
        self.point = f4(math.log(self.cfg.tail_start_z + 0.3))
        self.width = f4(self.cfg.tail_start_width)

    def step(self, y: float, pane: int) -> None:
        """Take one pane; the panes skipped before it had y = 0."""
        while self.next_pane < pane:
            self._one(0.0)
        self._one(y)

    def gate(self, users: int, fingerprints: int, top_share: float) -> None:
        """Decide on the pane that was just stepped."""
        cfg, pane = self.cfg, self.next_pane - 1
        min_users = cfg.min_users if self.warm else max(cfg.min_users, cfg.cold_min_users)
        trusted = (
            users >= min_users and fingerprints >= cfg.min_fingerprints and top_share <= cfg.max_top_share
        )
        self.held = self.alert_pane is not None and pane - self.alert_pane < cfg.panes(cfg.hold_ms)
        faded = self.peak * 0.5 ** ((pane - self.peak_pane) * cfg.pane_ms / cfg.peak_half_life_ms)
        self.alert = trusted and not self.held and self.s >= max(cfg.alert_score, faded)
        if self.alert or (trusted and self.held and self.s > self.peak):
            self.peak, self.peak_pane = f4(self.s), pane
        if self.alert:
            self.alert_pane = pane

    def _one(self, y: float) -> None:
        """Score and learn one pane."""
        cfg = self.cfg
        x = 2.0 * math.sqrt(max(y, 0.0) + 0.375)
        alpha = min(1.0, 2.0 / (cfg.smooth_ms / cfg.pane_ms + 1.0))
        self.smooth = f4(self.smooth + alpha * (x - self.smooth))
        z = 0.0
        for i, half_life_ms in enumerate(cfg.half_lives_ms):
            rate = max(1.0 - 0.5 ** (cfg.pane_ms / half_life_ms), 1.0 / (self.age + cfg.prior_weight + 1.0))
            sigma = math.sqrt(self.var[i]) + cfg.noise_floor
            smooth_sigma = math.sqrt(self.smooth_var[i]) + cfg.noise_floor
            d = x - self.mu[i]
            e = self.smooth - self.mu[i] if x > X0 else d
            z += (d / sigma + e / smooth_sigma) / (2 * BASELINES)
            d, e = min(d, cfg.clip_sigma * sigma), min(e, cfg.clip_sigma * smooth_sigma)
            self.mu[i] = f4(self.mu[i] + rate * d)
            self.var[i] = f4((1.0 - rate) * (self.var[i] + rate * d * d))
            self.smooth_var[i] = f4((1.0 - rate) * (self.smooth_var[i] + rate * e * e))
        self.warm = self.age >= cfg.panes(cfg.warm_ms)
        self._score(z if x > X0 else 0.0)
        self.z = z
        self.age += 1
        self.next_pane += 1

    def _score(self, z: float) -> None:
        """Map the surprise to a score and learn the tail."""
        cfg = self.cfg
        surprise = max(z, 0.0)
        excess = math.log(surprise + 0.3) - self.point
        base = -math.log10(cfg.tail_prob)
        if not self.warm:
            self.s = cfg.alert_score * surprise / cfg.cold_z
        elif excess > 0:
            self.s = base + excess / (self.width * math.log(10.0))
        else:
            at_point = max(math.exp(self.point) - 0.3, 1e-9)
            self.s = base * min(surprise / at_point, 1.0)
        moved = self.point + cfg.tail_rate * self.width * ((excess > 0) - cfg.tail_prob)
        if excess > 0:
            self.width = f4(self.width + cfg.tail_rate * (excess - self.width))
        self.point = f4(max(moved, math.log(0.3)))
