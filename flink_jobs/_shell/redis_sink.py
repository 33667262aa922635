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

# KEYS: the sorted set, then the hash of each entry.
# ARGV: fence, ttl ms, lowest rank to keep, then value, member and rank of each entry.
# A member leaves with ZREMRANGEBYSCORE; its hash leaves by its own time to live.
_WRITE_LIST = """
local refused, list = 0, false
for i = 2, #KEYS do
  local at = 3 * i - 2
  local stored = redis.call('HGET', KEYS[i], '_v')
  if stored and stored >= ARGV[1] then
    refused = refused + 1
  else
    redis.call('HSET', KEYS[i], '_v', ARGV[1], 'd', ARGV[at])
    redis.call('PEXPIRE', KEYS[i], ARGV[2])
    if ARGV[at + 1] ~= '' then
      redis.call('ZADD', KEYS[1], ARGV[at + 2], ARGV[at + 1])
      list = true
    end
  end
end
if list then redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. ARGV[3]) end
return refused
"""
_MOST_ENTRIES = 500  # of one call: a script holds Redis while it runs, and Lua unpacks so many arguments


class SinkError(RuntimeError):
    """Redis did not take a batch; the job restarts from its checkpoint and writes it again."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One value of a list.

    Attributes:
        hash_key: Where the value and its version go.
        value: The bytes to serve.
        member: Member of the sorted set; "" = the value has no place in the list.
        rank: Its score.
    """

    hash_key: str
    value: bytes
    member: str = ""
    rank: float = 0.0


@dataclass(frozen=True, slots=True)
class ListWrite:
    """Values of one list that are equally new, each written only where nothing newer is stored.

    Attributes:
        list_key: Sorted set; of the same slot as all hashes.
        fence: Fixed-width version; the larger string is newer.
        ttl_ms: Life of the hashes; longer than the longest replay, or the fence is forgotten.
        entries: What to write.
        lowest_rank: Members below leave the list.
    """

    list_key: str
    fence: str
    ttl_ms: int
    entries: Sequence[Entry]
    lowest_rank: float = 0.0


class RedisSink:
    """A connection that writes batches. One per worker."""

    def __init__(self, url: str, password_file: str = "", timeout_s: float = 10.0) -> None:
        password = Path(password_file).read_text(encoding="utf-8").strip() if password_file else None
        self._client = redis.Redis.from_url(
            url, password=password, protocol=2, socket_timeout=timeout_s, socket_connect_timeout=timeout_s
        )
        self._script = self._client.register_script(_WRITE_LIST)

    def write(self, writes: Sequence[ListWrite]) -> int:
        """Write a batch in one round trip and return how many values the fence refused.

        Raises:
            SinkError: Redis was not reached or refused a command. Nothing is retried here: the job is.
        """
        if not writes:
            return 0
        try:
            return sum(self._send(writes))
        except redis.RedisError as error:
            raise SinkError(f"{len(writes)} writes to Redis: {type(error).__name__}: {error}") from error

    def _send(self, writes: Sequence[ListWrite]) -> list[int]:
        with self._client.pipeline(transaction=False) as pipe:
            for write in writes:
                for at in range(0, len(write.entries), _MOST_ENTRIES):
                    self._call(pipe, write, write.entries[at : at + _MOST_ENTRIES])
            return pipe.execute()  # loads the script when Redis lost it

    def _call(self, pipe: "redis.client.Pipeline", write: ListWrite, entries: Sequence[Entry]) -> None:
        self._script(
            keys=[write.list_key, *(entry.hash_key for entry in entries)],
            args=[
                write.fence,
                write.ttl_ms,
                repr(write.lowest_rank),
                *(part for entry in entries for part in (entry.value, entry.member, repr(entry.rank))),
            ],
            client=pipe,
        )
