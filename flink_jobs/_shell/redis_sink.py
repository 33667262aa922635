"""Write to Redis with the effect of exactly once: whole batches, fenced, finished before a checkpoint ends.

The writer is a vectorised function: Flink closes its batch before a checkpoint barrier passes, so a
checkpoint never covers a write that did not happen (checked on 2.2.1: AbstractPythonFunctionOperator
finishes its bundle in prepareSnapshotPreBarrier). After a restore the same writes come again, and the fence
makes them no-ops: a stored version that is equal or newer wins.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import redis

# KEYS: hash, sorted set.  ARGV: fence, value, ttl ms, member, rank, lowest rank to keep.
# A member leaves with ZREMRANGEBYSCORE; its hash leaves by its own time to live.
_WRITE_RANKED = """
local stored = redis.call('HGET', KEYS[1], '_v')
if stored and stored >= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], '_v', ARGV[1], 'd', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
if ARGV[4] ~= '' then
  redis.call('ZADD', KEYS[2], ARGV[5], ARGV[4])
  redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', '(' .. ARGV[6])
end
return 1
"""


class SinkError(RuntimeError):
    """Redis did not take a batch; the job restarts from its checkpoint and writes it again."""


@dataclass(frozen=True, slots=True)
class RankedWrite:
    """One fenced write.

    Attributes:
        hash_key: Where the value and its version go.
        list_key: Sorted set of the same slot.
        fence: Fixed-width version; the larger string is newer.
        value: The bytes to serve.
        ttl_ms: Life of the hash; longer than the longest replay, or the fence is forgotten.
        member: Member of the sorted set; "" = the write has no place in a list.
        rank: Its score.
        lowest_rank: Members below leave the list.
    """

    hash_key: str
    list_key: str
    fence: str
    value: bytes
    ttl_ms: int
    member: str = ""
    rank: float = 0.0
    lowest_rank: float = 0.0


class RedisSink:
    """A connection that writes batches. One per worker."""

    def __init__(self, url: str, password_file: str = "", timeout_s: float = 10.0) -> None:
        password = Path(password_file).read_text(encoding="utf-8").strip() if password_file else None
        self._client = redis.Redis.from_url(
            url, password=password, protocol=2, socket_timeout=timeout_s, socket_connect_timeout=timeout_s
        )
        self._script = self._client.register_script(_WRITE_RANKED)

    def write(self, writes: Sequence[RankedWrite]) -> int:
        """Write a batch in one round trip and return how many writes the fence refused.

        Raises:
            SinkError: Redis was not reached or refused a command. Nothing is retried here: the job is.
        """
        if not writes:
            return 0
        try:
            return len(writes) - sum(self._send(writes))
        except redis.RedisError as error:
            raise SinkError(f"{len(writes)} writes to Redis: {type(error).__name__}: {error}") from error

    def _send(self, writes: Sequence[RankedWrite]) -> list[int]:
        with self._client.pipeline(transaction=False) as pipe:
            for w in writes:
                self._script(
                    keys=[w.hash_key, w.list_key],
                    args=[w.fence, w.value, w.ttl_ms, w.member, repr(w.rank), repr(w.lowest_rank)],
                    client=pipe,
                )
            return pipe.execute()  # loads the script when Redis lost it
