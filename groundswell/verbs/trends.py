"""`groundswell trends`: the list of a scope, once or live."""

from typing import TYPE_CHECKING, Annotated

import typer

from groundswell.verbs._connect import KindOption, RedisUrl, Scope, open_store, told
from groundswell.verbs._options import DEFAULT_DATA_DIR, AsJson, DataDir, say

if TYPE_CHECKING:
    from rich.console import Console

    from serving.store import TrendStore
    from serving.trend import Listing

Top = Annotated[int, typer.Option("--top", min=1, max=1000, help="Trends at most.")]
Watch = Annotated[bool, typer.Option("--watch", help="Keep showing it, live, until Ctrl-C.")]


def register(app: typer.Typer) -> None:
    """Add the verb."""

    @app.command()
    def trends(
        scope: Scope = "global",
        top: Top = 20,
        kind: KindOption = "tag",
        *,
        watch: Watch = False,
        as_json: AsJson = False,
        data: DataDir = DEFAULT_DATA_DIR,
        redis: RedisUrl = None,
    ) -> None:
        """Show what trends now, in event time: tags, phrases, links, posts, creators or queries.

        With --watch --json: one JSON value a line, each time event time moved on.
        Exit code 0 also for an empty list and after Ctrl-C, 1 when Redis cannot be read, 2 for a wrong scope.
        """
        from rich.console import Console  # noqa: PLC0415

        with told():
            store = open_store(data, redis)
            # Also for a watch: a wrong address or scope is told before the screen changes.
            found = store.listing(scope, top, kind)
            # Two writers on one line would mix: JSON goes out through echo, the table through rich.
            show = _watch if watch else _once
            show(store, found, top, Console(), as_json=as_json)


def _once(store: "TrendStore", found: "Listing", top: int, console: "Console", *, as_json: bool) -> None:
    from groundswell.view.table import Picture, draw  # noqa: PLC0415

    if as_json:
        _echo_json(found)
    else:
        console.print(draw(Picture(found, None, top, console.width)))
    if not found.trends:
        names = store.scopes(found.kind).names
        say(f"scopes with a list: {', '.join(names)}" if names else _no_list(found.kind))


def _no_list(kind: str) -> str:
    if kind == "tag":
        return "no scope has a list yet"
    return f"no scope has a list of this kind yet; does the job's trend.kinds name {kind}?"


def _watch(store: "TrendStore", first: "Listing", top: int, console: "Console", *, as_json: bool) -> None:
    from groundswell.view.live import Frames, follow, watch  # noqa: PLC0415

    frames = Frames(store, first.scope, top, first.kind)
    if as_json:
        follow(frames, console, lambda found, _: _echo_json(found))
    elif console.is_terminal:
        watch(frames, console)
    else:
        follow(frames, console, lambda _, picture: console.print(picture))


def _echo_json(found: "Listing") -> None:
    import msgspec  # noqa: PLC0415

    from groundswell.view.plain import listing_values  # noqa: PLC0415

    typer.echo(msgspec.json.encode(listing_values(found)).decode())
