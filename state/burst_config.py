"""What the burst detector may be told: few numbers, each with its unit, range and reason."""

from dataclasses import dataclass, fields

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
BASELINES = 3
_LARGEST_TAIL = 0.1  # above this "tail" means nothing


class BurstConfigError(ValueError):
    """One or more settings are out of range; the message lists all of them."""


@dataclass(frozen=True, slots=True)
class BurstConfig:
    """Settings of the detector. The defaults are meant for every topic; none is fitted to one file.

    Attributes:
        pane_ms: Length of a pane. All states of a run share it; changing it abandons old states.
        half_lives_ms: Memory of the three baselines, shortest first.
        smooth_ms: Span of the smoothed input that sees slow rises.
        noise_floor: Added to the standard deviation, in units of the square-root scale (a Poisson count
            has deviation 1 there). Keeps one or two events from scoring.
        clip_sigma: Largest surprise, in deviations, that a baseline learns from. One burst cannot lift it.
        tail_prob: The share of panes that lie above the learnt tail point, (0, .1].
        tail_rate: Speed at which the tail point moves, in tail widths per exceedance, (0, 1].
        tail_start_z: Surprise at which an unknown key's tail starts.
        tail_start_width: Width of that tail on the log scale; larger means more cautious.
        alert_score: Score that alerts, -log10 of a probability.
        hold_ms: One alert per burst: no second alert within this time.
        peak_half_life_ms: After the hold a new alert must beat the last peak, which halves in this time.
        escalation_ratio: Inside the hold, a score this many times the peak is an escalation, >= 1.
        warm_ms: Age from which a key's own tail is believed.
        cold_z: Surprise that alerts before that age.
        cold_min_users: Distinct users that an alert needs before that age.
        min_users: Distinct users that an alert needs; 0 turns this off.
        min_fingerprints: Distinct contents that an alert needs; 0 turns this off.
        max_top_share: Largest share of one content in the pane, (0, 1]; 1 turns this off.
        prior_weight: Panes of evidence that the prior counts for, > 0.
    """

    pane_ms: int = 5 * MINUTE_MS
    half_lives_ms: tuple[int, int, int] = (12 * HOUR_MS, 2 * DAY_MS, 14 * DAY_MS)
    smooth_ms: int = 30 * MINUTE_MS
    noise_floor: float = 1.0
    clip_sigma: float = 3.0
    tail_prob: float = 0.004
    tail_rate: float = 0.05
    tail_start_z: float = 3.0
    tail_start_width: float = 0.5
    alert_score: float = 2.8
    hold_ms: int = DAY_MS
    peak_half_life_ms: int = 3 * DAY_MS
    escalation_ratio: float = 1.3
    warm_ms: int = DAY_MS
    cold_z: float = 6.0
    cold_min_users: int = 5
    min_users: int = 5
    min_fingerprints: int = 3
    max_top_share: float = 0.8
    prior_weight: float = 12.0

    def __post_init__(self) -> None:
        """Report every setting that is out of range at once.

        Raises:
            BurstConfigError: With one line per setting: what was found and what is allowed.
        """
        problems = [
            f"{name} = {getattr(self, name)!r}: expected {expected}"
            for name, expected, ok in self._checks()
            if not ok
        ]
        if problems:
            raise BurstConfigError("burst detector settings:\n  " + "\n  ".join(problems))

    def _checks(self) -> list[tuple[str, str, bool]]:
        """Name, allowed range and verdict of every setting."""
        positive = (
            "noise_floor", "clip_sigma", "tail_start_z", "tail_start_width", "alert_score", "cold_z",
            "prior_weight", "peak_half_life_ms",
        )  # fmt: skip
        natural = ("hold_ms", "warm_ms", "smooth_ms", "cold_min_users", "min_users", "min_fingerprints")
        lives = self.half_lives_ms
        checks = [
            ("pane_ms", "1 ms to one day", 1 <= self.pane_ms <= DAY_MS),
            (
                "half_lives_ms",
                f"{BASELINES} increasing positive times",
                len(lives) == BASELINES and lives[0] > 0 and list(lives) == sorted(set(lives)),
            ),
            ("tail_prob", "above 0, at most 0.1", 0 < self.tail_prob <= _LARGEST_TAIL),
            ("tail_rate", "above 0, at most 1", 0 < self.tail_rate <= 1),
            ("escalation_ratio", "at least 1", self.escalation_ratio >= 1),
            ("max_top_share", "above 0, at most 1", 0 < self.max_top_share <= 1),
        ]
        checks += [(name, "above 0", getattr(self, name) > 0) for name in positive]
        checks += [(name, "0 or more", getattr(self, name) >= 0) for name in natural]
        return checks

    def panes(self, duration_ms: int) -> int:
        """Return a duration as a whole number of panes, rounded up."""
        return -(-duration_ms // self.pane_ms)


def setting_names() -> tuple[str, ...]:
    """Return the names of all settings, in order; for readers of TOML, environment and flags."""
    return tuple(field.name for field in fields(BurstConfig))
