"""`groundswell score`: how likely a person likes items."""

from typing import TYPE_CHECKING, Annotated

import typer

from groundswell.verbs._connect import RedisUrl, open_interests, told
from groundswell.verbs._options import DEFAULT_DATA_DIR, AsJson, DataDir, say
from groundswell.verbs.interests import UserId

if TYPE_CHECKING:
    from serving.scorer import Score


def register(app: typer.Typer) -> None:
    """Add the verb."""

    @app.command()
    def score(
        user: UserId,
        items: Annotated[list[str], typer.Argument(help="Ids of items.")],
        *,
        as_json: AsJson = False,
        data: DataDir = DEFAULT_DATA_DIR,
        redis: RedisUrl = None,
    ) -> None:
        """Score items for a person, best first: the probability of liking them, and what speaks for it.

        Who or what is not known is scored by what is: an unknown person by the item, an unknown item by the
        person. Exit code 1 when Redis cannot be read, 2 for a wrong id.
        """
        with told():
            store = open_interests(data, redis)
            from serving.current_model import follow  # noqa: PLC0415 - help must not load numpy
            from serving.scorer import Item, Scorer  # noqa: PLC0415

            model, known = follow(store, user, items, "")
            record = known.person
            head = store.head(record.shard if record else 0, model)
            prepared = [Item.of(item, of) for item, of in zip(items, known.items, strict=True)]
            found = Scorer(head).score(record, prepared)
            found.sort(key=lambda one: (-one.p, one.item))
            if record is None:
                say(f"nothing is known of {user}: scored by the items alone")
            if as_json:
                import msgspec  # noqa: PLC0415

                shown = [{"item": s.item, "p": s.p, "known": s.known, "reasons": s.reasons} for s in found]
                typer.echo(msgspec.json.encode(shown).decode())
            else:
                _show(found)


def _show(found: "list[Score]") -> None:
    from rich.console import Console  # noqa: PLC0415

    from groundswell.view.interests import draw_scores  # noqa: PLC0415

    Console().print(draw_scores(found))
