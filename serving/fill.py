"""Fill a list that is too short from others, so that no list is empty while anything trends anywhere."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from serving.trend import Listing, Trend


def filled(own: Listing, lists: Sequence[Sequence[Listing]], barred: Collection[str], limit: int) -> Listing:
    """Return a list with what it lacks; the scope of each record says where it comes from. O(rows).

    Its own trends come first and keep their places. Fillers follow step by step, in each step the
    strongest first. Nothing stands there twice, under whatever name.

    Args:
        own: The list.
        lists: Those to fill from, by step.
        barred: Topics that may not be shown in the scope of the list.
        limit: Trends at most.
    """
    taken = set(barred)
    trends: list[Trend] = []
    for trend in own.trends:
        trends.append(trend)
        taken |= _names(trend)
    for step in lists:
        found = (trend for one in step for trend in one.trends)
        for trend in _strongest_first(found):
            if len(trends) < limit and not taken & _names(trend):
                trends.append(replace(trend, position=len(trends) + 1))
                taken |= _names(trend)
    return replace(own, trends=tuple(trends))


def _names(trend: Trend) -> set[str]:
    return {trend.record.topic, *trend.record.aliases}


def _strongest_first(trends: Iterable[Trend]) -> list[Trend]:
    return sorted(trends, key=lambda t: (-t.strength, t.record.topic, t.record.scope))
