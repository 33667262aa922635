"""`groundswell feed`: what a person is shown, and why."""

from typing import TYPE_CHECKING, Annotated

import typer

from groundswell.verbs._connect import RedisUrl, redis_address, told
from groundswell.verbs._options import DEFAULT_DATA_DIR, AsJson, DataDir, say
from groundswell.verbs.interests import UserId

if TYPE_CHECKING:
    from serving.feed import Made

_DECISION = "0" * 32
FeedScope = Annotated[str, typer.Option("--scope", help="global, lang:en, region:US; default: its own.")]


def register(app: typer.Typer) -> None:
    """Add the verb."""

    @app.command()
    def feed(
        user: UserId,
        limit: Annotated[int, typer.Option("--limit", min=1, max=100, help="Items at most.")] = 20,
        scope: FeedScope = "",
        *,
        as_json: AsJson = False,
        data: DataDir = DEFAULT_DATA_DIR,
        redis: RedisUrl = None,
    ) -> None:
        """Show the feed that a person would get, where each item comes from, and what was left out.

        It is made as the server makes it, always with the same random numbers, and logged nowhere. Exit code
        1 when Redis cannot be read, 2 for a wrong id.
        """
        with told():
            made = _made(redis_address(data, redis), user, scope)
            if as_json:
                import msgspec  # noqa: PLC0415

                from serving.slates import event_of  # noqa: PLC0415

                typer.echo(msgspec.json.encode(event_of(user, made.slate, made.model, 1)).decode())
            else:
                _show(made, limit)


def _made(url: str, user: str, scope: str) -> "Made":
    from serving.feed import FeedMaker  # noqa: PLC0415 - help must not load numpy
    from serving.redis_feed_store import RedisFeedStore  # noqa: PLC0415
    from serving.redis_interest_store import RedisInterestStore  # noqa: PLC0415
    from serving.redis_store import RedisTrendStore  # noqa: PLC0415
    from serving.web.calls import Calls  # noqa: PLC0415
    from serving.web.people import People  # noqa: PLC0415
    from serving.web.trending_topics import TrendingTopics  # noqa: PLC0415

    people = People(RedisInterestStore.at(url), Calls(), 1.0)
    trending = TrendingTopics(RedisTrendStore.at(url))
    return FeedMaker(RedisFeedStore.at(url), people, trending.topics).make(user, scope, _DECISION)


def _show(made: "Made", limit: int) -> None:
    from rich.console import Console  # noqa: PLC0415

    from groundswell.view.feed import draw  # noqa: PLC0415

    if not made.slate.places:
        say("nothing can be shown to this person: no pool has anything, or all was left out")
    Console().print(draw(made, limit))
