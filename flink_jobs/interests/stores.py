"""What shards keep in Flink's state, with what this worker has read beside it.

Flink's state is the truth: changes go there with ``flush``. Nobody else writes these keys and a restart makes
a new worker, so what was read stays true.
"""

import heapq
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import Generic, TypeVar

import msgspec

from flink_jobs._shell.waiting import Bytes
from state import interest_stats
from state.codec import Codec
from state.interest_stats import ItemStats

V = TypeVar("V")
_names_encode = msgspec.msgpack.Encoder().encode
_names_decode = msgspec.msgpack.Decoder(list[str]).decode


class Values(Generic[V]):
    """Values of one kind of the shards of a worker; up to ``most`` are remembered, changed ones always."""

    def __init__(self, cell: Bytes, codec: Codec[V], most: int) -> None:
        self._cell = cell
        self._codec = codec
        self._most = most
        self._held: OrderedDict[tuple[int, str], V | None] = OrderedDict()

    def of(self, shard: int) -> "ShardValues[V]":
        """Return the values of the shard that Flink has made current."""
        return ShardValues(shard, self._cell, self._codec, self._held)

    def trim(self) -> None:
        """Forget what was not used for longest; only between turns."""
        while len(self._held) > self._most:
            self._held.popitem(last=False)


class ShardValues(Generic[V]):
    """Values of one shard during one turn."""

    def __init__(
        self, shard: int, cell: Bytes, codec: Codec[V], held: "OrderedDict[tuple[int, str], V | None]"
    ) -> None:
        self._shard = shard
        self._cell = cell
        self._codec = codec
        self._held = held
        self._changed: dict[str, None] = {}

    def get(self, key: str) -> V | None:
        """Return a value, None when there is none."""
        address = (self._shard, key)
        if address in self._held:
            self._held.move_to_end(address)
            return self._held[address]
        raw = self._cell.get(key)
        value = self._held[address] = None if raw is None else self._codec.loads(raw)
        return value

    def put(self, key: str, value: V) -> None:
        """Store a value."""
        self._held[self._shard, key] = value
        self._changed[key] = None

    def remove(self, key: str) -> None:
        """Remove a value, if there is one."""
        self._held[self._shard, key] = None
        self._changed[key] = None

    def items(self) -> Iterator[tuple[str, V]]:
        """Return all values as stored, without what this turn changed; reads everything."""
        return ((key, self._codec.loads(raw)) for key, raw in self._cell.items())

    def flush(self) -> None:
        """Write what changed, in the order in which it changed first."""
        for key in self._changed:
            value = self._held[self._shard, key]
            if value is not None:
                self._cell.put(key, self._codec.dumps(value))
            elif self._cell.get(key) is not None:
                self._cell.remove(key)
        self._changed.clear()


class ShardNames:
    """Counts of creators and topics of a shard, all of them in memory: they are few."""

    def __init__(self, cell: Bytes) -> None:
        self._cell = cell
        self._stats = {name: interest_stats.CODEC.loads(raw) for name, raw in cell.items()}
        self._stored = set(self._stats)
        self._changed: dict[str, None] = {}

    def get(self, key: str) -> ItemStats | None:
        """Return the counts of a name."""
        return self._stats.get(key)

    def put(self, key: str, value: ItemStats) -> None:
        """Store the counts of a name."""
        self._stats[key] = value
        self._changed[key] = None

    def remove(self, key: str) -> None:
        """Remove a name, if it is there."""
        if self._stats.pop(key, None) is not None:
            self._changed[key] = None

    def largest(self, most: int) -> list[tuple[str, ItemStats]]:
        """Return those with the most labels, then by name. O(names)."""
        return heapq.nsmallest(most, self._stats.items(), key=lambda pair: (-pair[1].n, pair[0]))

    def keep(self, most: int) -> None:
        """Remove all but those with the most labels."""
        if len(self._stats) > most:
            kept = {name for name, _ in self.largest(most)}
            for name in [name for name in self._stats if name not in kept]:
                self.remove(name)

    def flush(self) -> None:
        """Write what changed."""
        for name in self._changed:
            stats = self._stats.get(name)
            if stats is not None:
                self._cell.put(name, interest_stats.CODEC.dumps(stats))
                self._stored.add(name)
            elif name in self._stored:
                self._cell.remove(name)
                self._stored.discard(name)
        self._changed.clear()


class AgendaOfShard:
    """Who is due when. Stored in pieces ``<moment>/<number>``, so that a long list is never written again."""

    def __init__(self, cell: Bytes) -> None:
        self._cell = cell
        self._names: dict[int, set[str]] = {}
        self._fresh: dict[int, list[str]] = {}  # not stored
        self._stored: dict[int, int] = {}  # moment -> pieces
        self._over: list[tuple[int, int]] = []  # the same of moments that were popped
        self._first: list[int] = []
        for key, raw in cell.items():
            due_ms, _, number = key.partition("/")
            at = int(due_ms)
            self._names.setdefault(at, set()).update(_names_decode(raw))
            self._stored[at] = max(self._stored.get(at, 0), int(number) + 1)
        self._heap = sorted(self._names)

    def add(self, due_ms: int, name: str) -> None:
        """Note somebody for a moment; again changes nothing."""
        names = self._names.get(due_ms)
        if names is None:
            names = self._names[due_ms] = set()
            heapq.heappush(self._heap, due_ms)
            self._first.append(due_ms)
        if name not in names:
            names.add(name)
            self._fresh.setdefault(due_ms, []).append(name)

    def next_ms(self) -> int | None:
        """Return the earliest moment."""
        return self._heap[0] if self._heap else None

    def pop(self) -> Sequence[str]:
        """Return who is noted for the earliest moment, in order of names, and forget them."""
        due_ms = heapq.heappop(self._heap)
        self._fresh.pop(due_ms, None)
        if due_ms in self._stored:
            self._over.append((due_ms, self._stored.pop(due_ms)))
        return sorted(self._names.pop(due_ms))

    def forget(self, name: str) -> None:
        """Remove somebody from all moments. O(moments), and a rewrite of the pieces with the name."""
        for due_ms, names in self._names.items():
            if name not in names:
                continue
            names.discard(name)
            if name in (fresh := self._fresh.get(due_ms, [])):
                fresh.remove(name)
            for number in range(self._stored.get(due_ms, 0)):
                key = f"{due_ms}/{number}"
                some = _names_decode(self._cell.get(key) or b"\x90")
                if name in some:
                    self._cell.put(key, _names_encode([one for one in some if one != name]))

    def fresh(self) -> list[int]:
        """Return moments ahead that nobody was noted for before, each once: a timer is due then."""
        first, self._first = self._first, []
        return [due_ms for due_ms in first if due_ms in self._names]

    def flush(self) -> None:
        """Write what changed."""
        for due_ms, count in self._over:
            for number in range(count):
                self._cell.remove(f"{due_ms}/{number}")
        self._over.clear()
        for due_ms, names in self._fresh.items():
            number = self._stored.get(due_ms, 0)
            self._stored[due_ms] = number + 1
            self._cell.put(f"{due_ms}/{number}", _names_encode(names))
        self._fresh.clear()
