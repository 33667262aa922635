"""Everything that was ever served, also what has left the lists: for reports on a stack of one's own."""

import redis

from schemas.served import PREFIX, TrendRecord, decode_trend

_SCAN_KEYS = 1000


def every_record(url: str) -> list[TrendRecord]:
    """Return all trend records in Redis. Scans the whole key space: never do this to a production server."""
    client = redis.Redis.from_url(url, protocol=2, socket_timeout=10.0)
    try:
        keys = list(client.scan_iter(match=f"{PREFIX}:*:meta:*", count=_SCAN_KEYS))
        with client.pipeline(transaction=False) as pipe:
            for key in keys:
                pipe.hget(key, "d")
            return [decode_trend(raw) for raw in pipe.execute() if raw is not None]
    finally:
        client.close()
