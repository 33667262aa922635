"""Trends as entities of Mastodon. Pure functions."""

from datetime import datetime, timedelta, timezone
from urllib.parse import quote, urlsplit

from serving.web.mastodon_shapes import History, PreviewCard, Status, Tag
from serving.web.shapes import TrendView

_DAYS = 7
_DAY_MS = 86_400_000


def tag(trend: TrendView, as_of_ms: int, site: str) -> Tag:
    """Return a tag. Its name has underscores for spaces: both are one topic."""
    name = trend.topic.replace(" ", "_")
    return Tag(id=name, name=name, url=f"{site}/tags/{quote(name)}", history=history(trend, as_of_ms))


def card(trend: TrendView, as_of_ms: int) -> PreviewCard:
    """Return a link."""
    parts = urlsplit(trend.topic)
    return PreviewCard(
        url=trend.topic,
        title=trend.topic,
        provider_name=parts.hostname or "",
        provider_url=f"{parts.scheme}://{parts.netloc}" if parts.netloc else "",
        history=history(trend, as_of_ms),
    )


def status(trend: TrendView, site: str) -> Status:
    """Return a post of which nothing but its id is known."""
    url = f"{site}/statuses/{quote(trend.topic, safe='')}"
    return Status(id=trend.topic, created_at=_time(trend.first_seen_ms), url=url, uri=url)


def history(trend: TrendView, as_of_ms: int) -> tuple[History, ...]:
    """Return seven days, newest first, of what is known: the last panes, and the people of the last hour.

    Mastodon counts whole days. Here the newest day, and the one before it just after midnight, hold what the
    trend's history holds; the others are 0.
    """
    today = as_of_ms // _DAY_MS if as_of_ms % _DAY_MS else as_of_ms // _DAY_MS - 1
    uses = dict.fromkeys(range(today, today - _DAYS, -1), 0.0)
    # The record's own pane is the newest in its history, and later panes were silent.
    for back, count in enumerate(reversed(trend.history)):
        day = (trend.pane_start_ms - back * trend.pane_ms) // _DAY_MS
        if day in uses:
            uses[day] += count
    people = max(trend.users, trend.recent_users)
    newest = max((day for day, count in uses.items() if count), default=today)
    return tuple(
        History(
            day=str(day * _DAY_MS // 1000),
            uses=str(round(count)),
            accounts=str(people if day == newest else 0),
        )
        for day, count in uses.items()
    )


def scope_of(lang: str | None) -> str:
    """Return the scope that a client's language means.

    >>> scope_of("pt-BR"), scope_of(None)
    ('lang:pt', 'global')
    """
    code = (lang or "").strip().lower().replace("_", "-").split("-", 1)[0]
    return f"lang:{code}" if code.isascii() and code.isalpha() and len(code) in {2, 3} else "global"


def _time(at_ms: int) -> str:
    at = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(milliseconds=at_ms)
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
