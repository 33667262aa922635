"""The burst detector for one key, written the obvious way: plain floats, one silent pane after the other."""

import math
from dataclasses import dataclass, field
from statistics import NormalDist
from struct import pack, unpack

from state.burst_config import DAY_MS, BurstConfig

X0 = 2.0 * math.sqrt(0.375)
SLOTS = 12


def f4(value: float) -> float:
    """Round to the stored precision."""
    return float(unpack("<f", pack("<f", value))[0])


def rate(seen: float, half_life_panes: float) -> float:
    """Average while young, forget with the half-life later."""
    return max(1.0 / (seen + 1.0), 1.0 - 0.5 ** (1.0 / half_life_panes))


@dataclass
class Key:
    """One key's state and the verdict on its newest pane."""

    cfg: BurstConfig
    first_pane: int
    mu: float = X0
    var0: float = 1.0
    age: int = 0
    s: float = 0.0
    evidence: float = 0.0
    news: float = 0.0
    jump: float = 0.0  # squared count above what the gate demands of it
    z: float = 0.0
    x: float = 0.0
    expected: float = 0.0
    warm: bool = False
    alert: bool = False
    held: bool = False
    alert_pane: int | None = None
    peak: float = 0.0
    closest: float = math.inf  # how near a surprise came to a tail point: there rounding decides
    seen_in_slot: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Start from the prior."""
        self.next_pane = self.first_pane
        self.mu = self.smooth = f4(max(self.mu, X0))
        self.profile = [self.mu] * SLOTS
        self.var = [f4(self.var0)] * 2
        alpha = min(1.0, 2.0 / (self.cfg.smooth_ms / self.cfg.pane_ms + 1.0))
        high = NormalDist().inv_cdf(1.0 - self.cfg.tail_prob)
        sigmas = (1.0, math.sqrt(alpha / (2.0 - alpha)))
        self.point = [f4(math.log(high * s / (s + self.cfg.noise_floor) + 0.5)) for s in sigmas]
        self.width = [f4(self.cfg.tail_start_width)] * 2
        self.score_point, self.score_width = 1.5, f4(0.35)
        panes = 1 / self.cfg.pane_ms
        self.span = max(2.0, min(24.0, 43_200_000 * panes), self.cfg.smooth_ms * panes)
        self.count = f4(self.mu**2 / 4 - 0.375)
        self.usual, self.usual_var = f4(2.0 * math.sqrt(self.count * self.span + 0.375)), f4(self.var0)
        self.silent = 0
        self.day = DAY_MS // self.cfg.pane_ms
        self.slot_panes = self.day // SLOTS if DAY_MS % (SLOTS * self.cfg.pane_ms) == 0 else 0
        if self.slot_panes:  # the birth slot counts from its start
            slot = self.first_pane % self.day // self.slot_panes
            self.seen_in_slot[slot] = self.first_pane % self.slot_panes

    def step(self, y: float, pane: int) -> None:
        """Take one pane; the panes skipped before it had y = 0."""
        while self.next_pane < pane:
            self._one(0.0)
        self._one(y)

    def gate(self, users: int, fingerprints: int, top_share: float) -> None:
        """Decide on the pane that was just stepped."""
        cfg, pane = self.cfg, self.next_pane - 1
        trusted = (
            users >= (cfg.min_users if self.warm else max(cfg.min_users, cfg.cold_min_users))
            and fingerprints >= cfg.min_fingerprints
            and top_share <= cfg.max_top_share
            and self.x**2 / 4 - 0.375 >= cfg.min_lift * self.expected
            and self.jump >= 0.0
        )
        self.held = self.alert_pane is not None and pane - self.alert_pane < cfg.panes(cfg.hold_ms)
        self.alert = trusted and not self.held and self.evidence >= cfg.alert_score
        if self.alert or (trusted and self.held and self.evidence > self.peak):
            self.peak = f4(self.evidence)
        if self.alert:
            self.alert_pane = pane

    def _offset(self, lag_panes: float) -> float:
        """Return what the usual day adds to the level at this hour."""
        if not self.slot_panes or self.age < self.day:
            return 0.0
        position = (self.next_pane % self.day + 0.5 - lag_panes) / self.slot_panes - 0.5
        left = math.floor(position)
        share = position - left
        between = (1 - share) * self.profile[left % SLOTS] + share * self.profile[(left + 1) % SLOTS]
        return (1.0 - self.day / self.age) * (between - sum(self.profile) / SLOTS)

    def _one(self, y: float) -> None:
        """Score and learn one pane."""
        cfg = self.cfg
        self.x = x = 2.0 * math.sqrt(max(y, 0.0) + 0.375)
        alpha = min(1.0, 2.0 / (cfg.smooth_ms / cfg.pane_ms + 1.0))
        recent = self.smooth**2 / 4 - 0.375 if alpha < 1.0 else 0.0
        self.smooth = f4(self.smooth + alpha * (x - self.smooth))
        self.warm = self.age >= cfg.panes(cfg.warm_ms)
        base_rate = rate(self.age + cfg.prior_weight, max(cfg.half_life_ms / cfg.pane_ms, 12))
        seen, zs, scores = x, [], []
        for i, (value, lag) in enumerate(((x, 0.0), (self.smooth, 1.0 / alpha - 1.0))):
            predicted = max(self.mu + self._offset(lag), X0)
            sigma = math.sqrt(self.var[i])
            d = value - predicted if x > X0 else X0 - self.mu
            zs.append(d / (sigma + cfg.noise_floor))
            scores.append(self._score(i, max(zs[i], 0.0)))
            if i == 0:
                self.expected = max((predicted**2 + sigma**2) / 4 - 0.375, 0.0)
                seen = min(x, predicted + cfg.clip_sigma * (sigma + cfg.noise_floor))
            d = min(d, cfg.clip_sigma * (sigma + cfg.noise_floor))
            self.var[i] = f4((1.0 - base_rate) * (self.var[i] + base_rate * d * d))
        self.jump = (x**2 / 4 - 0.375) ** 2 - cfg.min_jump * self.expected * recent
        self.z = sum(zs) / 2
        self.evidence = sum(scores) / 2
        self.s = self._told(self.evidence)
        if not self.warm:
            self.s = self.evidence = cfg.alert_score * max(self.z, 0.0) / cfg.cold_z
        self.news = self._news(max(y, 0.0))
        self.mu = f4(self.mu + base_rate * (seen - self.mu))
        memory = max(cfg.panes(cfg.memory_ms), 200)
        if self.slot_panes:
            slot = self.next_pane % self.day // self.slot_panes
            n = self.seen_in_slot.get(slot, 0)
            self.profile[slot] = f4(
                self.profile[slot] + rate(n, memory / SLOTS) * (seen - self.profile[slot])
            )
            self.seen_in_slot[slot] = n + 1
        self.age += 1
        self.next_pane += 1

    def _score(self, i: int, surprise: float) -> float:
        """Map the surprise of one speed to a score and learn its tail."""
        cfg = self.cfg
        lowest = math.log(0.5)
        v = math.log(surprise + 0.5)
        excess = v - self.point[i]
        self.closest = min(self.closest, abs(excess))
        base = -math.log10(cfg.tail_prob)
        if excess > 0:
            score = base + excess / (self.width[i] * math.log(10.0))
        else:
            score = base * (v - lowest) / (self.point[i] - lowest)
        speed = self._tail_speed(max(cfg.panes(cfg.memory_ms), 200))
        self.point[i] = f4(
            max(self.point[i] + speed * self.width[i] * ((excess > 0) - cfg.tail_prob), math.log(0.6))
        )
        if excess > 0:
            self.width[i] = f4(self.width[i] + speed * (excess - self.width[i]))
        return score

    def _told(self, evidence: float) -> float:
        """Map the evidence to the score that is told, and learn its tail."""
        q = self.cfg.tail_prob
        excess = evidence - self.score_point
        self.closest = min(self.closest, abs(excess))
        base = -math.log10(q)
        score = base * evidence / self.score_point
        if excess > 0:
            score = base + excess / (self.score_width * math.log(10.0))
        speed = self._tail_speed(max(self.cfg.panes(self.cfg.memory_ms), 200) // 2)
        self.score_point = f4(max(self.score_point + speed * self.score_width * ((excess > 0) - q), 0.5))
        if excess > 0:
            self.score_width = f4(self.score_width + speed * (excess - self.score_width))
        return score

    def _tail_speed(self, memory: int) -> float:
        """Return how much a pane moves a tail; nothing while the baseline is on its way."""
        known = self.age - self.cfg.panes(self.cfg.warm_ms // 4)
        if known < 0:
            return 0.0
        return 1.0 / (self.cfg.tail_prob * min(known, memory) + self.cfg.tail_prior)

    def _news(self, y: float) -> float:
        """Compare the smoothed count with its usual level; learn when something was heard."""
        cfg, keep = self.cfg, 1.0 - 2.0 / (self.span + 1.0)
        memory = max(cfg.panes(cfg.memory_ms), 24)
        if y > 0 and self.silent:
            fading = min(self.silent, int(8 * self.span))
            mass = self.count * self.span
            seen = [2.0 * math.sqrt(mass * keep ** ((2 * k + 1) * fading // 8) + 0.375) for k in range(4)]
            mean = X0 + (sum(seen) / 4 - X0) * fading / self.silent
            left, n = 1.0, max(self.age - self.silent, 0) + cfg.prior_weight
            for _ in range(self.silent):
                left *= 1.0 - rate(n, memory)
                n += 1
            self._learn_news(mean, 1.0 - left)
        now = self.count * keep**self.silent
        now += (1.0 - keep) * (y - now)
        t = 2.0 * math.sqrt(now * self.span + 0.375)
        news = (t - self.usual) / (math.sqrt(self.usual_var) + cfg.noise_floor)
        self.silent += 1
        if y > 0:
            self._learn_news(t, rate(self.age + cfg.prior_weight, memory))
            self.count, self.silent = f4(now), 0
        return news

    def _learn_news(self, t: float, share: float) -> None:
        """Move the usual level; values between two roundings of the stored bytes are kept in full."""
        d = min(t - self.usual, self.cfg.clip_sigma * (math.sqrt(self.usual_var) + self.cfg.noise_floor))
        self.usual += share * d
        self.usual_var = (1.0 - share) * (self.usual_var + share * d * d)
