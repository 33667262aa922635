"""Fill a list that is too short from others, so that no list is empty while anything trends anywhere."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from serving.trend import Listing, Trend


def places_needed(own: Listing, barred: Collection[str], limit: int) -> int:
    """Return how many places of each other list filling may look at.

    What is barred, or stands in the own list under some name, may lead another list and takes no place here.
    """
    return limit + len(barred) + sum(len(_names(trend)) for trend in own.trends)


def filled(own: Listing, lists: Sequence[Sequence[Listing]], barred: Collection[str], limit: int) -> Listing:
    """Return a list with what it lacks; the scope of each record says where it comes from. O(rows log rows).

    Its own trends come first and keep their places. Fillers follow step by step, in each step the
    strongest first. Nothing is filled in that stands there already, under whatever name.

    Args:
        own: The list, no longer than the limit.
        lists: Those to fill from, by step.
        barred: Topics that may not be shown in the scope of the list.
        limit: Trends at most.
    """
    taken = set(barred)
    for trend in own.trends:
        taken |= _names(trend)
    trends = list(own.trends)
    # A place whose record is lost stays empty, so the last place may be larger than the number of trends.
    place = max((trend.position or 0 for trend in own.trends), default=0)
    for step in lists:
        for trend in _strongest_first(trend for one in step for trend in one.trends):
            if len(trends) >= limit:
                return replace(own, trends=tuple(trends))
            if not taken & _names(trend):
                place += 1
                trends.append(replace(trend, position=place))
                taken |= _names(trend)
    return replace(own, trends=tuple(trends))


def origin(shown: Listing, trend: Trend) -> str | None:
    """Return the scope that a trend of a list was filled in from; None when it is the list's own."""
    return None if trend.record.scope == shown.scope else trend.record.scope


def _names(trend: Trend) -> set[str]:
    return {trend.record.topic, *trend.record.aliases}


def _strongest_first(trends: Iterable[Trend]) -> list[Trend]:
    return sorted(trends, key=lambda t: (-t.strength, t.record.topic, t.record.scope))
