"""What the burst detector may be told: few numbers, each with its unit, range and reason."""

from dataclasses import dataclass
from typing import Literal, get_args

SECOND_MS = 1_000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
_LARGEST_TAIL = 0.1  # above this "tail" means nothing


Detector = Literal["groundswell", "signitrend", "mastodon", "gnip", "kleinberg"]


class BurstConfigError(ValueError):
    """One or more settings are out of range; the message lists all of them."""


@dataclass(frozen=True, slots=True)
class BurstConfig:
    """Settings of the detector. The defaults are meant for every topic; none is fitted to one file.

    How each default was chosen, and how flat the result is around it: docs/explanation/detector.md.

    Attributes:
        detector: Ours, or a baseline to compare it with; another detector abandons old states.
        pane_ms: Length of a pane, one second to one day. Changing it abandons old states.
        half_life_ms: Memory of the baseline; at least twelve panes are kept.
        smooth_ms: Span of the smoothed input that sees slow rises.
        memory_ms: Memory of what is usual for a key: its tail and its daily profile; at least 200 panes.
        noise_floor: Added to the standard deviation, in units of the square-root scale (a Poisson count
            has deviation 1 there). Keeps one or two events from scoring.
        clip_sigma: Largest surprise, in deviations, that a baseline learns from. One burst cannot lift it.
        prior_weight: Panes of evidence that the prior of a new key counts for.
        tail_prob: The share of panes that lie above the learnt tail point, (0, .1].
        tail_prior: Exceedances that the start values of the tail count for, at least 1.
        tail_start_width: Mean excess of an unknown key on the log scale; larger means more cautious.
        alert_score: Evidence that alerts: mean of two scores, each -log10 of a probability.
        min_lift: An alert needs at least this many times the expected count, 0 or more. A big topic's
            small wave can be improbable without being a trend.
        min_jump: Lift times rise that an alert needs, 0 or more: the count over the expected one, times the
            count over the level of the last ``smooth_ms``. A burst rises within the hour; a wave of the day
            or a high plateau lies far above that level only for a moment. Off for panes that long.
        hold_ms: One alert per burst: no second alert within this time.
        escalation_ratio: Inside the hold, evidence this many times the peak is an escalation, >= 1.
        warm_ms: Age from which a key's own tail is believed.
        cold_z: Surprise that alerts before that age.
        cold_min_users: Distinct users that an alert needs before that age.
        min_users: Distinct users that an alert needs; 0 turns this off.
        min_fingerprints: Distinct contents that an alert needs; 0 turns this off.
        max_top_share: Largest share of one content in the pane, (0, 1]; 1 turns this off.
    """

    detector: Detector = "groundswell"
    pane_ms: int = 5 * MINUTE_MS
    half_life_ms: int = 2 * DAY_MS
    smooth_ms: int = 2 * HOUR_MS
    memory_ms: int = 14 * DAY_MS
    noise_floor: float = 1.0
    clip_sigma: float = 3.0
    prior_weight: float = 12.0
    tail_prob: float = 0.02
    tail_prior: float = 2.0
    tail_start_width: float = 0.4
    alert_score: float = 2.4
    min_lift: float = 3.0
    min_jump: float = 7.0
    hold_ms: int = DAY_MS
    escalation_ratio: float = 1.3
    warm_ms: int = DAY_MS
    cold_z: float = 6.0
    cold_min_users: int = 5
    min_users: int = 5
    min_fingerprints: int = 3
    max_top_share: float = 0.8

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
            "half_life_ms", "memory_ms", "noise_floor", "clip_sigma", "prior_weight", "tail_start_width",
            "alert_score", "cold_z",
        )  # fmt: skip
        natural = (
            "smooth_ms", "min_lift", "min_jump", "hold_ms", "warm_ms", "cold_min_users", "min_users",
            "min_fingerprints",
        )  # fmt: skip
        checks = [
            ("detector", f"one of {', '.join(get_args(Detector))}", self.detector in get_args(Detector)),
            ("pane_ms", "one second to one day in ms", SECOND_MS <= self.pane_ms <= DAY_MS),
            ("tail_prob", f"above 0, at most {_LARGEST_TAIL}", 0 < self.tail_prob <= _LARGEST_TAIL),
            ("tail_prior", "at least 1", self.tail_prior >= 1),
            ("escalation_ratio", "at least 1", self.escalation_ratio >= 1),
            ("max_top_share", "above 0, at most 1", 0 < self.max_top_share <= 1),
        ]
        checks += [(name, "above 0", getattr(self, name) > 0) for name in positive]
        checks += [(name, "0 or more", getattr(self, name) >= 0) for name in natural]
        return checks

    def panes(self, duration_ms: int) -> int:
        """Return a duration as a whole number of panes, rounded up."""
        return -(-duration_ms // self.pane_ms)

    @classmethod
    def for_counts(cls, pane_ms: int, detector: Detector = "groundswell") -> "BurstConfig":
        """Return the settings for bare counts.

        Nobody knows users or contents: those gates are off.
        """
        return cls(
            pane_ms=pane_ms,
            detector=detector,
            cold_min_users=0,
            min_users=0,
            min_fingerprints=0,
            max_top_share=1.0,
        )
