"""`groundswell models compare`: two models on the same traffic."""

import json
from datetime import datetime, timezone
from typing import Annotated

import typer

from groundswell.verbs._connect import CANNOT, Bootstrap, RedisUrl, kafka_address, open_models, told
from groundswell.verbs._model_names import ModelName, tag_of
from groundswell.verbs._options import DEFAULT_DATA_DIR, AsJson, DataDir, say

Since = Annotated[
    str, typer.Option("--since", help="Only what was shown at or after this event time: 2026-03-01T12:00Z.")
]
Alone = Annotated[bool, typer.Option("--alone", help="Also actions that came without an impression.")]
Most = Annotated[
    int, typer.Option("--most", min=1, max=5_000_000, help="Examples that are kept; newer ones win.")
]


def register(models: typer.Typer) -> None:
    """Add the command."""

    @models.command()
    def compare(
        first: ModelName,
        second: ModelName,
        *,
        since: Since = "",
        alone: Alone = False,
        most: Most = 500_000,
        as_json: AsJson = False,
        data: DataDir = DEFAULT_DATA_DIR,
        redis: RedisUrl = None,
        bootstrap: Bootstrap = None,
        registry: Annotated[str, typer.Option("--registry", help="Schema registry by URL.")] = "",
    ) -> None:
        """Compare what two models predicted for the same impressions, before the outcome was known.

        Read from the examples topic, to which every running model writes. Only impressions that both
        predicted and that have the same label count. Exit code 1 when there are none.
        """
        from groundswell.offline.model_compare import Pairs, compared  # noqa: PLC0415 - help loads no numpy
        from groundswell.offline.model_examples import examples_of  # noqa: PLC0415
        from schemas.registry import open_registry  # noqa: PLC0415
        from state.interest_turn import MODEL  # noqa: PLC0415

        since_ms = _moment(since) if since else 0
        with told():
            store = open_models(data, redis)
            tags = [tag_of(store, name) or MODEL for name in (first, second)]
            if tags[0] == tags[1]:
                raise typer.BadParameter("these are one and the same model", param_hint="SECOND")
            pairs = Pairs((tags[0], tags[1]), most)
            schemas = open_registry(registry or None)
            pairs.take(examples_of(kafka_address(data, bootstrap), schemas, since_ms, alone=alone))
        found = compared(pairs)
        if pairs.dropped:
            say(f"{pairs.dropped} older examples were left out; --most keeps more")
        if as_json:
            typer.echo(json.dumps({"models": [first, second], **found.as_json()}))
        else:
            from rich.console import Console  # noqa: PLC0415

            from groundswell.view.models import draw_comparison  # noqa: PLC0415

            Console().print(draw_comparison((first, second), found))
        if not found.first.rows:
            say("no impression has a prediction and the same label of both models yet")
            raise typer.Exit(CANNOT)


def _moment(text: str) -> int:
    """Return an ISO moment as milliseconds UTC; without a zone it is UTC."""
    try:
        at = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError as error:
        raise typer.BadParameter(
            f"{text!r}: expected a moment such as 2026-03-01T12:00Z ({error})", param_hint="--since"
        ) from None
    at = at if at.tzinfo else at.replace(tzinfo=timezone.utc)
    return round(at.timestamp() * 1000)
