"""Write to Redis with the effect of exactly once: whole batches, fenced, finished before a checkpoint ends.

The writer is a vectorised function: Flink closes its batch before a checkpoint barrier passes, so a
checkpoint never covers a write that did not happen (checked on 2.2.1: AbstractPythonFunctionOperator
finishes its bundle in prepareSnapshotPreBarrier). After a restore the same writes come again, and the fence
makes them no-ops: a stored version that is equal or newer wins.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import redis

from schemas.served_interests import MOST_PAST

# KEYS: the hash of each entry.  ARGV: fence, ttl ms, then the value of each entry.
_WRITE_ENTRIES = """
local refused = 0
for i = 1, #KEYS do
  local stored = redis.call('HGET', KEYS[i], '_v')
  if stored and stored >= ARGV[1] then
    refused = refused + 1
  else
    redis.call('HSET', KEYS[i], '_v', ARGV[1], 'd', ARGV[i + 2])
    redis.call('PEXPIRE', KEYS[i], ARGV[2])
  end
end
return refused
"""
# KEYS: hashes of one slot.  ARGV: ttl ms, most fields 'h...', then of each the fence, the value ('' = remove
# the hash), '1' when what was there before has to go, the number of further fields, and those with values.
_WRITE_VALUES = """
local refused = 0
local at = 3
for i = 1, #KEYS do
  local fence, value, anew, more = ARGV[at], ARGV[at + 1], ARGV[at + 2], tonumber(ARGV[at + 3])
  local fields = at + 4
  at = fields + 2 * more
  local stored = redis.call('HGET', KEYS[i], '_v')
  if stored and stored >= fence then
    refused = refused + 1
  elseif value == '' then
    redis.call('DEL', KEYS[i])
  else
    if anew == '1' then redis.call('DEL', KEYS[i]) end
    redis.call('HSET', KEYS[i], '_v', fence, 'd', value)
    for j = fields, at - 1, 2 do redis.call('HSET', KEYS[i], ARGV[j], ARGV[j + 1]) end
    local beyond = more > 0 and redis.call('HLEN', KEYS[i]) - 2 - tonumber(ARGV[2]) or 0
    if beyond > 0 then
      local old = {}
      for _, name in ipairs(redis.call('HKEYS', KEYS[i])) do
        if string.sub(name, 1, 1) == 'h' then old[#old + 1] = name end
      end
      table.sort(old)
      for j = 1, beyond do redis.call('HDEL', KEYS[i], old[j]) end
    end
    redis.call('PEXPIRE', KEYS[i], ARGV[1])
  end
end
return refused
"""
# KEYS: the hash with the list's version, then its sorted sets.
# ARGV: fence, ttl ms, value of the hash, then of each set its size and its (member, rank).
_WRITE_PLACES = """
local stored = redis.call('HGET', KEYS[1], '_v')
if stored and stored >= ARGV[1] then return #KEYS - 1 end
redis.call('HSET', KEYS[1], '_v', ARGV[1], 'd', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
local at = 4
for i = 2, #KEYS do
  redis.call('DEL', KEYS[i])
  local size = tonumber(ARGV[at])
  for j = at + 1, at + 2 * size, 2 do redis.call('ZADD', KEYS[i], ARGV[j + 1], ARGV[j]) end
  if size > 0 then redis.call('PEXPIRE', KEYS[i], ARGV[2]) end
  at = at + 1 + 2 * size
end
return 0
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
    """

    hash_key: str
    value: bytes


@dataclass(frozen=True, slots=True)
class Places:
    """A sorted set as it shall be.

    Attributes:
        key: Its key.
        members: (member, rank) of all its members.
    """

    key: str
    members: Sequence[tuple[str, float]]


@dataclass(frozen=True, slots=True)
class ListWrite:
    """A list at one moment, written only where nothing newer is stored. All its keys are of one slot.

    Attributes:
        version_key: Hash that keeps the version of the sorted sets.
        fence: Fixed-width version; the larger string is newer.
        ttl_ms: Life of the keys; longer than the longest replay, or the fence is forgotten.
        value: What the version's hash says.
        places: Sorted sets, replaced as a whole and at once.
        entries: Values, each with a version of its own.
    """

    version_key: str
    fence: str
    ttl_ms: int
    value: bytes
    places: Sequence[Places]
    entries: Sequence[Entry]


@dataclass(frozen=True, slots=True)
class ValueWrite:
    """A value that stands for itself.

    Attributes:
        key: Its hash.
        fence: Fixed-width version; the larger string is newer.
        ttl_ms: Life of the key; longer than the longest replay, or the fence is forgotten.
        value: The bytes to serve; None = remove the key, and its fence with it.
        more: Further fields, named h and digits: they go in with the value. The oldest names give way.
        anew: What was there before goes, further fields too.
    """

    key: str
    fence: str
    ttl_ms: int
    value: bytes | None
    more: Mapping[str, bytes] = field(default_factory=dict)
    anew: bool = False


class RedisSink:
    """A connection that writes batches. One per worker."""

    def __init__(self, url: str, password_file: str = "", timeout_s: float = 10.0) -> None:
        password = Path(password_file).read_text(encoding="utf-8").strip() if password_file else None
        self._client = redis.Redis.from_url(
            url, password=password, protocol=2, socket_timeout=timeout_s, socket_connect_timeout=timeout_s
        )
        self._entries = self._client.register_script(_WRITE_ENTRIES)
        self._places = self._client.register_script(_WRITE_PLACES)
        self._values = self._client.register_script(_WRITE_VALUES)

    def write(self, writes: Sequence[ListWrite]) -> int:
        """Write a batch in one round trip and return how many values and sets the fence refused.

        Raises:
            SinkError: Redis was not reached or refused a command. Nothing is retried here: the job is.
        """
        if not writes:
            return 0
        try:
            return sum(self._send(writes))
        except redis.RedisError as error:
            raise SinkError(f"{len(writes)} writes to Redis: {type(error).__name__}: {error}") from error

    def write_values(self, writes: Sequence[ValueWrite]) -> int:
        """Write values in one round trip and return how many the fence refused.

        Of several writes of one key only the last counts, with the further fields of all since the last
        removal. Keys with the same hash tag (the part in braces)
        go together, in one call for many.

        Raises:
            SinkError: Redis was not reached or refused a command. Nothing is retried here: the job is.
        """
        slots: dict[tuple[str, int], dict[str, ValueWrite]] = {}
        for write in writes:
            tag = write.key[write.key.find("{") : write.key.find("}")]
            of_slot = slots.setdefault((tag, write.ttl_ms), {})
            of_slot[write.key] = _together(of_slot.get(write.key), write)
        if not slots:
            return 0
        try:
            with self._client.pipeline(transaction=False) as pipe:
                for (_, ttl_ms), of_slot in slots.items():
                    some = list(of_slot.values())
                    for at in range(0, len(some), _MOST_ENTRIES):
                        part = some[at : at + _MOST_ENTRIES]
                        flat = (word for one in part for word in _words(one))
                        args = [ttl_ms, MOST_PAST, *flat]
                        self._values(keys=[one.key for one in part], args=args, client=pipe)
                return sum(pipe.execute())
        except redis.RedisError as error:
            raise SinkError(f"{len(writes)} values to Redis: {type(error).__name__}: {error}") from error

    def _send(self, writes: Sequence[ListWrite]) -> list[int]:
        with self._client.pipeline(transaction=False) as pipe:
            for write in writes:
                # Values first: who sees a new place finds what belongs to it.
                for at in range(0, len(write.entries), _MOST_ENTRIES):
                    some = write.entries[at : at + _MOST_ENTRIES]
                    self._entries(
                        keys=[entry.hash_key for entry in some],
                        args=[write.fence, write.ttl_ms, *(entry.value for entry in some)],
                        client=pipe,
                    )
                self._places(
                    keys=[write.version_key, *(places.key for places in write.places)],
                    args=[write.fence, write.ttl_ms, write.value, *_flat(write.places)],
                    client=pipe,
                )
            return pipe.execute()  # loads the scripts when Redis lost them


def _together(before: ValueWrite | None, now: ValueWrite) -> ValueWrite:
    """Return two writes of one key as one."""
    if before is None or now.value is None:
        return now
    if before.value is None:
        return replace(now, anew=True)
    return (
        replace(now, more={**before.more, **now.more}, anew=before.anew)
        if before.more or before.anew
        else now
    )


def _words(one: ValueWrite) -> Iterator[str | bytes | int]:
    """Yield what the script reads of a write."""
    yield from (one.fence, one.value or b"", "1" if one.anew else "", len(one.more))
    for name, value in one.more.items():
        yield name
        yield value


def _flat(places: Sequence[Places]) -> Iterator[str | int]:
    """Yield the size of each set and its members with their ranks."""
    for one in places:
        yield len(one.members)
        for member, rank in one.members:
            yield member
            yield repr(rank)
