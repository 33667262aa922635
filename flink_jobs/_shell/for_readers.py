"""What shards emit for readers: values for Redis, each fenced by the event time of its newest change."""

import msgspec

from flink_jobs._shell.redis_sink import ValueWrite
from schemas.served import fence

TTL_MS = 30 * 86_400_000  # longer than any replay that may still write


class Served(msgspec.Struct, frozen=True, array_like=True):
    """One value for Redis. It travels between two steps only, so it carries no version.

    Attributes:
        key: Its key.
        at_ms: Event time: the fence.
        value: What to serve; None = remove the key.
        more: Further fields of the key's hash: they go in with the value, and with nothing when it is old.
    """

    key: str
    at_ms: int
    value: bytes | None
    more: dict[str, bytes] = {}

    def write(self, key: str = "") -> ValueWrite:
        """Return it as the sink takes it, perhaps under another key."""
        return ValueWrite(key or self.key, fence(self.at_ms), TTL_MS, self.value, more=self.more)


served_of = msgspec.msgpack.Decoder(list[Served]).decode
