"""`groundswell moderate`: tell the jobs what a moderator decided."""

import json
import time
from typing import Annotated, Literal

import typer

from groundswell.verbs._connect import Bootstrap, kafka_address, told
from groundswell.verbs._options import DEFAULT_DATA_DIR, AsJson, DataDir
from schemas.served import Kind

Action = Literal[
    "ban", "unban", "silence", "unsilence", "delete", "undelete", "deny", "undeny", "allow", "unallow"
]
_HOUR_MS = 3_600_000
_USER, _POST = ("ban", "silence"), ("delete",)


def register(app: typer.Typer) -> None:
    """Add the verb."""

    @app.command()
    def moderate(
        action: Annotated[Action, typer.Argument(help="What was decided.")],
        target: Annotated[str, typer.Argument(help="Id of the user or post, or the topic in any spelling.")],
        scope: Annotated[str, typer.Option("--scope", help="Where it holds, for topics.")] = "global",
        kind: Annotated[Kind, typer.Option("--kind", help="What the topic is; for topics.")] = "tag",
        hours: Annotated[
            float | None, typer.Option("--hours", min=0.0, help="It ends by itself; default: never.")
        ] = None,
        reason: Annotated[str, typer.Option("--reason", help="For people.")] = "",
        moderator: Annotated[str, typer.Option("--moderator", help="Who decided.")] = "operator",
        bootstrap: Bootstrap = None,
        registry: Annotated[str | None, typer.Option("--registry", help="Schema registry by URL.")] = None,
        data: DataDir = DEFAULT_DATA_DIR,
        *,
        as_json: AsJson = False,
    ) -> None:
        """Send one decision: ban or silence a user, delete a post, deny or allow a topic, or take it back.

        What banned people and deleted posts added within the last hours leaves the lists within a minute of
        event time; a denied topic leaves at once and stays away. Exit code 1 when Kafka did not take it.
        """
        from producers.decisions import send_decision  # noqa: PLC0415 - loads Kafka only when asked to
        from state.topic_kinds import canonical  # noqa: PLC0415

        if kind_of(action) == "topic" and not canonical(kind, target):
            raise typer.BadParameter(
                f"{target!r} is no {kind}: expected the name of one", param_hint="TARGET"
            )
        now_ms = time.time_ns() // 1_000_000
        with told():
            record = send_decision(
                kafka_address(data, bootstrap),
                registry,
                {
                    "action": action,
                    "target_type": kind_of(action),
                    "target_id": target,
                    "topic_kind": kind,
                    "scope": scope,
                    "reason": reason,
                    "actor_id": moderator,
                    "until_ms": None if hours is None else now_ms + round(hours * _HOUR_MS),
                },
                now_ms,
            )
        if as_json:
            typer.echo(json.dumps(record))
        else:
            typer.echo(f"{action} {record['target_type']} {target!r}: sent, event time {now_ms} ms")


def kind_of(action: str) -> str:
    """Return what an action is about: user, post or topic."""
    word = action.removeprefix("un")
    return "user" if word in _USER else "post" if word in _POST else "topic"
