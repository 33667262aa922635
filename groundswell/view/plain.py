"""Trends as plain values, for JSON. Field names are those of the served records, and stay."""

from schemas.served import AsOf, TrendRecord
from serving.fill import origin
from serving.trend import Listing, Trend

_OWN = ("version", "rank")  # of the encoding
_FIELDS = tuple(name for name in TrendRecord.__struct_fields__ if name not in _OWN)


def listing_values(shown: Listing) -> dict[str, object]:
    """Return a list: its scope, kind and moment, then its trends.

    ``from`` names the scope that a trend was filled in from; None for the list's own.
    """
    return {
        "scope": shown.scope,
        "kind": shown.kind,
        **as_of_values(shown.as_of),
        "trends": [{**trend_values(trend), "from": origin(shown, trend)} for trend in shown.trends],
    }


def trend_values(trend: Trend) -> dict[str, object]:
    """Return one trend."""
    record = {name: getattr(trend.record, name) for name in _FIELDS}
    return {
        "position": trend.position,
        **record,
        "strength": trend.strength,
        "age_ms": trend.age_ms,
        "left_ms": trend.left_ms,
    }


def as_of_values(as_of: AsOf | None) -> dict[str, object]:
    """Return the moment of a list; every value is None when there is none."""
    names = ("as_of_ms", "half_life_ms", "min_strength")
    return {name: None if as_of is None else getattr(as_of, name) for name in names}
