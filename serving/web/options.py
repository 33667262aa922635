"""What can be set about the HTTP server."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WebOptions:
    """Settings. Durations are seconds of the clock.

    Attributes:
        depth: Trends of a list that are kept, and can be paged through.
        lists: Lists kept at once; the one asked for longest ago goes.
        versions: States of each list that cursors and streams can go on from.
        poll_s: Time between two looks for news.
        deadline_s: How long a request waits for the store before it is refused.
        limit_deadline_s: How long a request waits for Redis about its rate; then this server decides.
        stale_after_s: Without word from the store for so long, lists are called stale.
        idle_s: A list that nobody asked for so long is dropped.
        streams: Readers of streams at once, of all clients together.
        heartbeat_s: Silence on a stream after which a comment is sent.
        shed_after_s: A reader that takes nothing for so long is cut off.
        body_bytes: Largest body of a request.
        query_bytes: Longest query.
        allowed_only: Serve only what may be shown to everybody.
        site: Address of the platform, for links to tags and posts; "" = links are relative.
        feeds: Slates that are kept, to turn pages of and to fall back on; the one used longest ago goes.
        feed_static: Items for who is served by nothing else, best first.
        cors_origins: Origins whose pages may ask; none by default.
    """

    depth: int = 200
    lists: int = 100
    versions: int = 8
    poll_s: float = 0.1
    deadline_s: float = 0.25
    limit_deadline_s: float = 0.05
    stale_after_s: float = 2.0
    idle_s: float = 60.0
    streams: int = 2_000
    heartbeat_s: float = 15.0
    shed_after_s: float = 10.0
    body_bytes: int = 65_536
    query_bytes: int = 2_048
    allowed_only: bool = False
    site: str = ""
    feeds: int = 10_000
    feed_static: tuple[str, ...] = ()
    cors_origins: tuple[str, ...] = ()
