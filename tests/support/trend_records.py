"""Trend records with sensible values; a test says only what it is about."""

from schemas.served import AsOf, TrendRecord
from serving.trend import Trend
from state.ranking import log_strength

PANE_MS = 300_000
HALF_LIFE_MS = 10_800_000
NOON_MS = 1_751_371_200_000  # 2025-07-01 12:00 UTC, the end of the newest pane
NEWEST_MS = NOON_MS - PANE_MS


def an_as_of(at_ms: int = NOON_MS, min_strength: float = 0.5) -> AsOf:
    """How far the lists have come."""
    return AsOf(as_of_ms=at_ms, pane_ms=PANE_MS, half_life_ms=HALF_LIFE_MS, min_strength=min_strength)


def a_record(topic: str = "eclipse", **changed: object) -> TrendRecord:
    """A record of the newest pane; its rank follows from peak_ms and peak_strength unless given."""
    values: dict[str, object] = {
        "topic": topic,
        "scope": "global",
        "pane_start_ms": NEWEST_MS,
        "pane_ms": PANE_MS,
        "observed": 12.0,
        "expected": 1.5,
        "score": 4.2,
        "z": 5.1,
        "users": 11,
        "events": 14,
        "recent_users": 11,
        "first_seen_ms": NOON_MS - 9 * PANE_MS,
        "peak_ms": NEWEST_MS,
        "peak_strength": 16.0,
        "alert_ms": 0,
        "alert": False,
        "reasons": ("rising", "surprise 4.0"),
        "history": (0.0,) * 16 + (1.0, 0.0, 2.0, 3.0, 5.0, 8.0, 9.0, 12.0),
    }
    values.update(changed)
    if "rank" not in values:
        peak, at_ms = values["peak_strength"], values["peak_ms"]
        assert isinstance(peak, float)
        assert isinstance(at_ms, int)
        values["rank"] = log_strength(peak, at_ms, HALF_LIFE_MS)
    return TrendRecord(**values)  # type: ignore[arg-type]  # each value has its field's type


def a_trend(position: int | None = 1, strength: float = 16.0, **changed: object) -> Trend:
    """A trend at noon."""
    return Trend(position, strength, a_record(**changed), an_as_of())  # type: ignore[arg-type]
