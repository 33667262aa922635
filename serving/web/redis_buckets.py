"""Token buckets in Redis, one for each key, so that all servers together hold to one rate."""

from typing import Any

import redis

from serving.errors import StoreContentError, StoreUnavailableError
from serving.web.bucket import Rate

PREFIX = "groundswell:v1:limit"
# KEYS: hash of a bucket.  ARGV: tokens per second, burst, tokens wanted, now in ms (0 = the server's clock).
# The same arithmetic as serving.web.bucket, which a test holds it to.
_TAKE = """
local per_s, burst, want, now = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
if now == 0 then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local held = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens, at = tonumber(held[1] or burst), tonumber(held[2] or now)
if at < now then
  tokens = tokens + (now - at) * per_s / 1000
  at = now
end
if tokens > burst then tokens = burst end
local taken = math.min(want, math.floor(tokens))
tokens = tokens - taken
redis.call('HSET', KEYS[1], 'tokens', string.format('%.17g', tokens), 'at', string.format('%d', at))
redis.call('PEXPIRE', KEYS[1], math.ceil(burst * 1000 / per_s) + 1000)
local wait = math.ceil((1 - tokens) * 1000 / per_s)
if wait < 0 then wait = 0 end
return {taken, wait}
"""


class RedisBuckets:
    """Takes tokens. Safe for several threads."""

    def __init__(self, client: "redis.Redis") -> None:
        self._client = client

    @classmethod
    def at(cls, url: str, timeout_s: float = 0.25) -> "RedisBuckets":
        """Open buckets at a redis://, rediss:// or unix:// address. Connects when first asked.

        Raises:
            StoreContentError: The address has another form.
        """
        try:
            client = redis.Redis.from_url(
                url, protocol=2, socket_timeout=timeout_s, socket_connect_timeout=timeout_s
            )
        except ValueError as error:
            raise StoreContentError(
                "the Redis address: expected redis://host:port/0, rediss://... or unix://..."
            ) from error
        return cls(client)

    def take(self, name: str, rate: Rate, want: int, now_ms: int = 0) -> tuple[int, int]:
        """Take up to ``want`` tokens; return how many there were, and ms until there is another.

        Args:
            name: Of the bucket.
            rate: Its rate.
            want: Tokens at most.
            now_ms: The moment; 0 = by the clock of Redis, the only one all servers share.

        Raises:
            StoreUnavailableError: Redis did not answer, or may not be written.
        """
        try:
            answer: Any = self._client.eval(
                _TAKE, 1, f"{PREFIX}:{{{name}}}", repr(rate.per_s), str(rate.burst), str(want), str(now_ms)
            )
        except redis.RedisError as error:
            raise StoreUnavailableError(f"rates in Redis: {type(error).__name__}: {error}") from error
        taken, wait = answer
        return int(taken), int(wait)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
