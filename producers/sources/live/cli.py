"""`groundswell produce wikimedia` and `groundswell produce bluesky`: public streams into Kafka."""

from pathlib import Path
from typing import Annotated

import typer

from producers.commands import deliver
from producers.errors import ConfigError

WIKIMEDIA_URL = "https://stream.wikimedia.org/v2/stream/recentchange"
BLUESKY_URL = "wss://jetstream2.us-east.bsky.network/subscribe"
STATE_FOLDER = Path(".groundswell/cursors")

_State = Annotated[
    Path | None, typer.Option("--state", help="File with the cursor. Default: under .groundswell/cursors.")
]
_Limit = Annotated[int | None, typer.Option("--limit", min=1, help="Stop after so many events.")]
_Seconds = Annotated[float | None, typer.Option("--seconds", min=0, help="Stop after so many seconds.")]
_GiveUp = Annotated[
    float, typer.Option("--give-up-s", min=0, help="Stop when nothing worked for so long; 0 = never.")
]
_Bootstrap = Annotated[str, typer.Option("--bootstrap", help="Kafka, host:port.")]
_Kafka = Annotated[
    list[str] | None, typer.Option("--kafka", help="Client setting key=value, no secret; repeatable.")
]
_Registry = Annotated[str | None, typer.Option("--registry", help="Schema registry URL. Default: our files.")]
_Json = Annotated[bool, typer.Option("--json", help="The last line of stdout is one JSON object.")]


def register(app: typer.Typer) -> None:
    """Add the commands `wikimedia` and `bluesky` to an app."""
    app.command("wikimedia")(wikimedia)
    app.command("bluesky")(bluesky)


def _properties(kafka: list[str] | None) -> dict[str, str]:
    try:
        return deliver.parse_properties(kafka or [])
    except ConfigError as error:
        deliver.fail(error)


def wikimedia(
    *,
    url: Annotated[str, typer.Option("--url", help="Stream of changes.")] = WIKIMEDIA_URL,
    domain: Annotated[
        list[str] | None, typer.Option("--domain", help="Wikis to keep; repeatable. Default: *.wikipedia.org")
    ] = None,
    contact: Annotated[
        str, typer.Option("--contact", help="Address for the user agent, as Wikimedia asks for one.")
    ] = "",
    state: _State = None,
    limit: _Limit = None,
    seconds: _Seconds = None,
    give_up_s: _GiveUp = 600.0,
    bootstrap: _Bootstrap = deliver.DEFAULT_BOOTSTRAP,
    kafka: _Kafka = None,
    registry: _Registry = None,
    as_json: _Json = False,
) -> None:
    """Follow edits of Wikipedia (Wikimedia EventStreams) into Kafka; one edit is one piece of content.

    Resumes where Kafka had acknowledged the last time. Exit codes: 0 everything was acknowledged; 1 something
    was not, or the stream failed for good; 2 a wrong option or cursor file.
    """
    from producers.sources.live import run, sse  # noqa: PLC0415
    from producers.sources.live.source import Bounds  # noqa: PLC0415
    from producers.sources.live.wikimedia import DEFAULT_DOMAINS, translator  # noqa: PLC0415

    agent = f"{sse.USER_AGENT} {contact}".strip()
    run.run(
        run.LiveRun(
            title="wikimedia",
            open_stream=sse.SseStream(url, agent).open,
            translate=translator(domain or DEFAULT_DOMAINS),
            state=state or STATE_FOLDER / "wikimedia.json",
            bootstrap=bootstrap,
            topics=("content",),
            properties=_properties(kafka),
            registry=registry,
            bounds=Bounds(limit, seconds),
            give_up_s=give_up_s,
            as_json=as_json,
        )
    )


def bluesky(
    *,
    url: Annotated[
        str, typer.Option("--url", help="Jetstream server; the path tells the protocol.")
    ] = BLUESKY_URL,
    protocol: Annotated[str, typer.Option("--protocol", help="v1, v2 or auto.")] = "auto",
    collection: Annotated[
        list[str] | None,
        typer.Option(
            "--collection", help="Record types; repeatable. Default: post, like, repost, follow, block."
        ),
    ] = None,
    rewind_s: Annotated[
        float, typer.Option("--rewind-s", min=0, help="How far before the cursor to resume.")
    ] = 5.0,
    state: _State = None,
    limit: _Limit = None,
    seconds: _Seconds = None,
    give_up_s: _GiveUp = 600.0,
    bootstrap: _Bootstrap = deliver.DEFAULT_BOOTSTRAP,
    kafka: _Kafka = None,
    registry: _Registry = None,
    as_json: _Json = False,
) -> None:
    """Follow Bluesky (Jetstream, protocol v1 or v2) into Kafka: posts, likes, reposts, follows, blocks.

    Resumes where Kafka had acknowledged the last time. Exit codes: 0 everything was acknowledged; 1 something
    was not, or the stream failed for good; 2 a wrong option or cursor file.
    """
    from producers.sources.live import bluesky as meaning  # noqa: PLC0415
    from producers.sources.live import run  # noqa: PLC0415
    from producers.sources.live.jetstream import Jetstream  # noqa: PLC0415
    from producers.sources.live.source import Bounds  # noqa: PLC0415

    if protocol not in ("v1", "v2", "auto"):
        deliver.fail(ConfigError(f"--protocol {protocol!r}: expected v1, v2 or auto"))
    stream = Jetstream(url, tuple(collection or meaning.COLLECTIONS), protocol, rewind_s)
    run.run(
        run.LiveRun(
            title="bluesky",
            open_stream=stream.open,
            translate=meaning.Translator(),
            state=state or STATE_FOLDER / "bluesky.json",
            bootstrap=bootstrap,
            topics=("content", "engagement"),
            properties=_properties(kafka),
            registry=registry,
            bounds=Bounds(limit, seconds),
            give_up_s=give_up_s,
            as_json=as_json,
        )
    )
