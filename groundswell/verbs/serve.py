"""`groundswell serve`: trends over HTTP."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from groundswell.verbs._connect import WRONG_USE, RedisUrl, redis_address, told
from groundswell.verbs._options import DEFAULT_DATA_DIR, DataDir, say

if TYPE_CHECKING:
    from groundswell.slate_kafka import KafkaSlates
    from serving.web.options import WebOptions

Host = Annotated[str, typer.Option("--host", help="Address to listen on.")]
Port = Annotated[int, typer.Option("--port", min=0, max=65535, help="Port for requests; 0 = a free one.")]
MetricsPort = Annotated[
    int, typer.Option("--metrics-port", min=0, max=65535, help="Port for Prometheus; 0 = a free one.")
]
Keys = Annotated[
    Path | None,
    typer.Option("--keys-file", help="Who may ask, and how often; see `groundswell keys`.", dir_okay=False),
]
Open = Annotated[
    bool, typer.Option("--no-keys", help="Let everybody ask without limits, beyond loopback, too.")
]
Allowed = Annotated[bool, typer.Option("--allowed-only", help="Serve only what may be shown to everybody.")]
Site = Annotated[
    str, typer.Option("--site", help="https://... of the platform, for links to tags and posts.")
]
Cors = Annotated[
    list[str] | None, typer.Option("--cors-origin", help="Origin whose pages may ask; may be repeated.")
]


LogSlates = Annotated[
    str,
    typer.Option("--log-slates", help="host:port of Kafka: decisions of feeds go to the topic slate there."),
]
Static = Annotated[
    Path | None,
    typer.Option(
        "--feed-static", help="File with ids of items, one a line, for who has no other feed.", dir_okay=False
    ),
]
Deadline = Annotated[
    int,
    typer.Option(
        "--deadline-ms", min=10, max=10_000, help="How long a request waits for Redis before it is refused."
    ),
]


def register(app: typer.Typer) -> None:
    """Add the verb."""

    @app.command()
    def serve(
        host: Host = "127.0.0.1",
        port: Port = 8080,
        metrics_port: MetricsPort = 9464,
        keys_file: Keys = None,
        *,
        no_keys: Open = False,
        allowed_only: Allowed = False,
        site: Site = "",
        cors_origin: Cors = None,
        log_slates: LogSlates = "",
        feed_static: Static = None,
        deadline_ms: Deadline = 250,
        data: DataDir = DEFAULT_DATA_DIR,
        redis: RedisUrl = None,
    ) -> None:
        """Serve trends over HTTP: JSON, a live stream, and the trends endpoints of Mastodon's API.

        Starts also while Redis is away: /ready says when requests may come. Beyond loopback it needs keys.
        Exit code 1 when a port or the keys file cannot be used, 2 for wrong use.
        """
        if not (keys_file or no_keys or _loopback(host)):
            say(f"groundswell: {host} is not loopback: give --keys-file, or --no-keys to let everybody ask")
            raise typer.Exit(WRONG_USE)
        from serving.web.options import WebOptions  # noqa: PLC0415 - help must not load a server

        options = WebOptions(
            allowed_only=allowed_only,
            site=site,
            cors_origins=tuple(cors_origin or ()),
            deadline_s=deadline_ms / 1000,
        )
        with told():
            if feed_static:
                items = tuple(filter(None, feed_static.read_text(encoding="utf-8").split()))
                options = replace(options, feed_static=items)
            where = host, port, metrics_port
            start(redis_address(data, redis), options, keys_file, where, say, log_slates)


def start(
    url: str,
    options: "WebOptions",
    keys_file: Path | None,
    where: tuple[str, int, int],
    tell: Callable[[str], None],
    log_slates: str = "",
) -> None:
    """Serve until the process is told to end.

    Args:
        url: Where Redis is.
        options: Settings.
        keys_file: Who may ask; None = everybody.
        where: Host, port, port of metrics.
        tell: Takes the lines that say where it serves.
        log_slates: Where Kafka is, for decisions of feeds; empty = they are logged nowhere.
    """
    import logging  # noqa: PLC0415

    from groundswell.log_lines import set_up  # noqa: PLC0415
    from producers.tracing import close, open_provider  # noqa: PLC0415
    from serving.app import create_app  # noqa: PLC0415
    from serving.health_store import RedisHealthStore  # noqa: PLC0415
    from serving.redis_feed_store import RedisFeedStore  # noqa: PLC0415
    from serving.redis_interest_store import RedisInterestStore  # noqa: PLC0415
    from serving.redis_store import RedisTrendStore  # noqa: PLC0415
    from serving.web.keys_watch import KeysWatch  # noqa: PLC0415
    from serving.web.redis_buckets import RedisBuckets  # noqa: PLC0415
    from serving.web.run import Addresses, run  # noqa: PLC0415

    set_up(logging.WARNING)
    timeout_s = max(1.0, options.deadline_s)  # of a call; requests give up at their deadline
    store = RedisTrendStore.at(url, timeout_s=timeout_s)
    interests = RedisInterestStore.at(url, timeout_s=timeout_s)
    keys = KeysWatch(keys_file) if keys_file else None
    buckets = RedisBuckets.at(url) if keys else None
    tracing = open_provider("groundswell-api", tell)
    app = create_app(
        store,
        options,
        keys=keys,
        buckets=buckets,
        interests=interests,
        health=RedisHealthStore.at(url, timeout_s=timeout_s),
        feeds=RedisFeedStore.at(url, timeout_s=timeout_s),
        slates=_slates(log_slates, tell),
        tracing=tracing,
    )
    run(app, Addresses(*where), tell, partial(close, tracing) if tracing else lambda: None)


def _slates(bootstrap: str, tell: Callable[[str], None]) -> "KafkaSlates | None":
    """Return where decisions go; without the client nowhere, which is told and counted."""
    if not bootstrap:
        return None
    from groundswell.slate_kafka import KafkaSlates  # noqa: PLC0415

    try:
        return KafkaSlates(bootstrap)
    except ImportError:
        tell("decisions of feeds are not logged: install the extra serving-log for --log-slates")
        return None


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
