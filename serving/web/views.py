"""Trends as answers show them."""

from typing import Any

import msgspec

from schemas.served import TrendRecord
from serving.ranks import Move, Ranks
from serving.trend import Trend
from serving.web.shapes import TrendView

_FIELDS = tuple(name for name in TrendRecord.__struct_fields__ if name in TrendView.__struct_fields__)
SHOWN = ("allowed", "trusted")  # reviews after which everybody may be shown a topic


def view(trend: Trend, before: Ranks | None = None, home: str | None = None) -> TrendView:
    """Return one trend.

    Args:
        trend: The trend.
        before: What its place is compared with.
        home: Scope of the list that it stands in; None = its own.
    """
    record = trend.record
    move, by = before.move(trend) if before else (Move.UNKNOWN, 0)
    values: dict[str, Any] = {name: getattr(record, name) for name in _FIELDS}
    return TrendView(
        **values,
        position=trend.position,
        move=move.value,
        moved_by=-by if move is Move.DOWN else by,
        lift=record.observed / record.expected if record.expected > 0 else None,
        strength=trend.strength,
        age_ms=trend.age_ms,
        left_ms=trend.left_ms,
        origin=None if home in {None, record.scope} else record.scope,
    )


def public(trend: Trend, names: frozenset[str]) -> Trend:
    """Return a trend that names no related topic which may not be shown to everybody."""
    record = trend.record
    kept = tuple(name for name in record.related if name in names)
    if kept == record.related:
        return trend
    return Trend(trend.position, trend.strength, msgspec.structs.replace(record, related=kept), trend.as_of)
