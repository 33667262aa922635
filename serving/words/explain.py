"""One trend in plain sentences: what was seen, what was expected, and why it is in the list."""

import re

from serving.trend import Trend
from serving.words.say import clock, counted, long_span, moment, number, span
from serving.words.scopes import scope_name
from serving.words.sparkline import sparkline
from state.alert_tests import NO_ALERT
from state.topic_kinds import AUDIENCE_KINDS

_CAPPED_USERS = 8  # TrendRecord.recent_users counts no further across panes
_RARE_SCORE = 2.0  # from here "1 in N panes" reads better than "N in 100"
_MOST_SCORE = 15.0
_HISTORY_CELLS = 24
_NEEDED = re.compile(r"needs (\d+) people here")
_REVIEWS = {
    "pending": "Nobody has allowed it yet: it is not in the list for everybody.",
    "allowed": "A person allowed it: it is in the list for everybody.",
    "trusted": "It has trended before without a fault: it is in the list for everybody.",
}
_WORDS = {
    "burst": "a burst alert is in force",
    "rising": "more was seen in the last hour than its own past explains",
    "short history": "its own past is still short, so the judgement is cautious",
}


def explain(trend: Trend) -> list[str]:
    """Return the sentences, most important first; the last line is the history as blocks."""
    told = [
        _place(trend),
        _alert(trend),
        _held_back(trend),
        _pane(trend),
        _rarity(trend),
        _people(trend),
        _names(trend),
        _life(trend),
        _why(trend),
        _evidence(trend),
        _review(trend),
        _history(trend),
    ]
    return [sentence for sentence in told if sentence]


def elsewhere(topic: str, scope: str, origin: str, option: str = "--scope ") -> str:
    """Return what to say about a topic that stands in a list only because that was filled from another.

    Args:
        topic: The topic.
        scope: Scope of the list.
        origin: Where it was filled in from.
        option: How the reader names a scope.
    """
    return (
        f"{topic!r} does not trend in {scope_name(scope)} itself: its list was too short and is filled from "
        f"{scope_name(origin)}. There it is explained: {option}{origin}"
    )


def unknown(topic: str, scope: str, close: list[str]) -> str:
    """Return what to say about a topic that no record knows."""
    told = (
        f"{topic!r} is not and was not in the list of {scope_name(scope)}: "
        "a topic enters it when several people mention it more than its own past explains."
    )
    return f"{told} Did you mean {', '.join(repr(name) for name in close)}?" if close else told


def _place(trend: Trend) -> str:
    topic, now = trend.record.topic, f"{moment(trend.as_of.as_of_ms)} UTC (event time)"
    where = scope_name(trend.record.scope)
    if trend.position is None:
        return f"{topic} is no longer in the list of {where} at {now}."
    return f"{topic} is number {trend.position} in {where} at {now}."


def _alert(trend: Trend) -> str:
    record, now_ms = trend.record, trend.as_of.as_of_ms
    since = clock(record.alert_ms, now_ms)
    if record.alert:
        return f"A burst alert has been in force since {since} ({long_span(now_ms - record.alert_ms)})."
    told = f"Its newest burst alert was at {since}; none is in force." if record.alert_ms else ""
    missing = [word.removeprefix(NO_ALERT) for word in record.reasons if word.startswith(NO_ALERT)]
    why = f" Its newest pane gave none: {'; '.join(missing)}." if missing else ""
    return (told or "It has had no burst alert.") + why


def _held_back(trend: Trend) -> str:
    """Return what keeps a topic out of a list that its shard thought it fit for."""
    for word in trend.record.reasons:
        needed = _NEEDED.fullmatch(word)
        if needed:
            return (
                f"It has no place here: where so many people are active, {needed[1]} of them must speak "
                "of a topic within an hour."
            )
    return ""


def _pane(trend: Trend) -> str:
    record, now_ms = trend.record, trend.as_of.as_of_ms
    start, end = (clock(record.pane_start_ms + ms, now_ms) for ms in (0, record.pane_ms))
    said = (
        f"Between {start} and {end} its count, weighted by action and user, was {number(record.observed)}; "
        f"its own past made {number(record.expected)} likely"
    )
    if record.expected > 0 and record.observed > record.expected:
        said += f", so that is {number(record.observed / record.expected)} times as much"
    if not trend.silent_panes:
        return f"{said}."
    return f"{said}. Since then it was silent for {long_span(trend.silent_panes * record.pane_ms)}."


def _rarity(trend: Trend) -> str:
    score = min(trend.record.score, _MOST_SCORE)
    if score >= _RARE_SCORE:
        rarity = f"about 1 in {10**score:,.0f} panes of its own past would be as strong"
    else:
        rarity = f"about {100 * 10**-score:.0f} in 100 panes of its own past would be as strong"
    return f"Score {trend.record.score:.1f}: {rarity} ({_deviations(trend.record.z)})."


def _people(trend: Trend) -> str:
    record = trend.record
    hour = f"{'at least ' if record.recent_users >= _CAPPED_USERS else ''}{record.recent_users:,}"
    return (
        f"{counted(record.users, 'user')} with {counted(record.events, 'event')} in that time, "
        f"{hour} within the hour."
    )


def _evidence(trend: Trend) -> str:
    record = trend.record
    # There each person is counted as a content, so nobody knows which posts repeat another.
    copies = (
        "" if record.kind in AUDIENCE_KINDS else f"Of its posts {record.duplicate_ratio:.0%} repeat another; "
    )
    said = (
        f"{copies}its accounts are trusted to "
        f"{record.mean_trust:.0%} on average, {record.low_trust_share:.0%} of them hardly, "
        f"and the strongest made {record.top_user_share:.0%} of it."
    )
    said = said[0].upper() + said[1:]
    return f"{said} Suspicious: {', '.join(record.flags)}." if record.flags else said


def _names(trend: Trend) -> str:
    record = trend.record
    parts = [
        f"{said} {', '.join(names)}."
        for said, names in (("Also called", record.aliases), ("Of the same event:", record.related))
        if names
    ]
    return " ".join(parts)


def _review(trend: Trend) -> str:
    return _REVIEWS.get(trend.record.review, "")


def _life(trend: Trend) -> str:
    record, as_of = trend.record, trend.as_of
    said = (
        f"First seen in the list at {clock(record.first_seen_ms, as_of.as_of_ms)} "
        f"({long_span(trend.age_ms)} ago), strongest at {clock(record.peak_ms, as_of.as_of_ms)} "
        f"with strength {number(record.peak_strength)}."
    )
    halves = f"halves every {long_span(as_of.half_life_ms)}"
    if trend.position is None:
        return f"{said} Its strength is {number(trend.strength)} now and {halves}."
    return (
        f"{said} Its strength is {number(trend.strength)} now and {halves}: "
        f"without new events it leaves the list in {long_span(trend.left_ms)}."
    )


def _deviations(z: float) -> str:
    return f"{abs(z):.1f} deviations {'above' if z >= 0 else 'below'} normal"


def _why(trend: Trend) -> str:
    record = trend.record
    told = [w for w in record.reasons if not w.startswith(NO_ALERT) and not _NEEDED.fullmatch(w)]
    return f"Why: {'; '.join(_reason(word, alert=record.alert) for word in told)}."


def _reason(word: str, *, alert: bool) -> str:
    kind, _, size = word.rpartition(" ")
    if kind == "surprise":
        return f"the last hour lies {_deviations(float(size))}"
    if word == "burst" and not alert:
        return "its newest panes were a burst by its own past"
    return _WORDS.get(word, word)


def _history(trend: Trend) -> str:
    shown = trend.history(_HISTORY_CELLS)
    blocks = sparkline(shown, len(shown))
    return f"{blocks}  the last {span(len(shown) * trend.record.pane_ms)}, {span(trend.record.pane_ms)} each"
