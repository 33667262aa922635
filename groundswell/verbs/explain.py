"""`groundswell explain`: why a topic trends, in sentences."""

from typing import TYPE_CHECKING, Annotated

import typer

from groundswell.verbs._connect import CANNOT, KindOption, RedisUrl, Scope, open_store, told
from groundswell.verbs._options import DEFAULT_DATA_DIR, AsJson, DataDir, say

if TYPE_CHECKING:
    from serving.store import TrendStore
    from serving.trend import Trend

_LOOKED_AT = 1_000  # names among which a misspelt one is looked for
_CLOSE = 3
Topic = Annotated[
    str,
    typer.Argument(
        help="Any spelling: '#World_Cup' and 'world cup' are one topic. Of a post or creator its id."
    ),
]


def register(app: typer.Typer) -> None:
    """Add the verb."""

    @app.command()
    def explain(
        topic: Topic,
        scope: Scope = "global",
        kind: KindOption = "tag",
        *,
        as_json: AsJson = False,
        data: DataDir = DEFAULT_DATA_DIR,
        redis: RedisUrl = None,
    ) -> None:
        """Say what was seen of a topic, what was expected, who, since when, and why it is listed.

        Also for a topic that has left the list lately.
        Exit code 1 when the topic is unknown or Redis cannot be read, 2 for a wrong scope.
        """
        from state.topic_kinds import canonical  # noqa: PLC0415

        name = canonical(kind, topic)
        with told():
            store = open_store(data, redis)
            found = store.trend(scope, name, kind)
            if found is None:
                _not_found(store, scope, name or topic, kind)
        if found is not None:
            _show(found, as_json=as_json)


def _show(found: "Trend", *, as_json: bool) -> None:
    if as_json:
        import msgspec  # noqa: PLC0415

        from groundswell.view.plain import as_of_values, trend_values  # noqa: PLC0415

        values = {"scope": found.record.scope, **as_of_values(found.as_of), **trend_values(found)}
        typer.echo(msgspec.json.encode(values).decode())
        return
    from serving.words.explain import explain as sentences  # noqa: PLC0415

    first, *rest = sentences(found)
    typer.secho(first, bold=True)
    for line in rest:
        typer.echo(f"  {line}")


def _not_found(store: "TrendStore", scope: str, topic: str, kind: str) -> None:
    from difflib import get_close_matches  # noqa: PLC0415

    from serving.words.explain import elsewhere, unknown  # noqa: PLC0415

    origins = {
        trend.record.topic: trend.record.scope
        for trend in store.listing(scope, _LOOKED_AT, kind, fill=True).trends
    }
    if topic in origins:
        say(elsewhere(topic, scope, origins[topic]))
    else:
        say(unknown(topic, scope, get_close_matches(topic, list(origins), n=_CLOSE)))
    raise typer.Exit(CANNOT)
