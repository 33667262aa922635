"""What a shard keeps in Flink's state: its topics.

Flink's state is the truth and every change goes there at once. Beside it lies what this worker has already
read: nobody else writes these keys, and a restart makes a new worker, so what was read stays true.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence

from flink_jobs._shell.waiting import Bytes


class _Remembered:
    """Values that were read or written, the latest used, up to ``most`` of all shards."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[tuple[int, str], bytes] = OrderedDict()

    def get(self, shard: int, key: str) -> bytes | None:
        """Return a value that is remembered."""
        return self._values.get((shard, key))

    def put(self, shard: int, key: str, value: bytes) -> None:
        """Remember a value as the latest; the oldest may go."""
        self._values[shard, key] = value
        self._values.move_to_end((shard, key))
        if len(self._values) > self._most:
            self._values.popitem(last=False)

    def drop(self, shard: int, key: str) -> None:
        """Forget a value."""
        self._values.pop((shard, key), None)


class TopicStatesOfShard:
    """The engine's KeyStore of one shard, written through and remembered.

    Most topics of a pane have no state. Which ones have is known without asking Flink, since a shard's
    entries are read once. Only to be used while Flink has made the shard current.
    """

    def __init__(self, shard: int, cell: Bytes, remembered: _Remembered) -> None:
        self._shard = shard
        self._cell = cell
        self._remembered = remembered
        self._known: set[str] = set()
        for key, value in cell.items():
            self._known.add(key)
            remembered.put(shard, key, value)

    def get(self, keys: Sequence[str]) -> list[bytes | None]:
        """Return the stored bytes of each key, None where there are none."""
        return [self._one(key) if key in self._known else None for key in keys]

    def put(self, states: Mapping[str, bytes]) -> None:
        """Store the bytes of many keys."""
        for key, raw in states.items():
            self._cell.put(key, raw)
            self._known.add(key)
            self._remembered.put(self._shard, key, raw)

    def known(self) -> Iterable[str]:
        """Return all keys that have a state."""
        return tuple(self._known)

    def remove(self, gone: Callable[[bytes], bool]) -> None:
        """Remove every topic whose state says so; reads all."""
        for key, raw in list(self._cell.items()):
            if gone(raw):
                self._cell.remove(key)
                self._known.discard(key)
                self._remembered.drop(self._shard, key)

    def _one(self, key: str) -> bytes | None:
        value = self._remembered.get(self._shard, key) or self._cell.get(key)
        if value is not None:
            self._remembered.put(self._shard, key, value)
        return value


class TopicStates:
    """States of the topics of all shards of this worker; values are remembered up to ``most``."""

    def __init__(self, cell: Bytes, most: int = 200_000) -> None:
        self._cell = cell
        self._remembered = _Remembered(most)
        self._shards: dict[int, TopicStatesOfShard] = {}

    def of(self, shard: int) -> TopicStatesOfShard:
        """Return the states of the shard that Flink has made current."""
        if shard not in self._shards:
            self._shards[shard] = TopicStatesOfShard(shard, self._cell, self._remembered)
        return self._shards[shard]
