"""What shards keep of people in Flink's state: a small index, interests, and impressions in pieces.

Most deeds change only the newest impressions, and those are in the index; so little of a person is written,
and each part once. As in ``stores.py``, Flink's state is the truth and what was read stays true.
"""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Final

from flink_jobs._shell.waiting import Bytes
from state import interest_person, interest_user_codec, outcome_join
from state.interest_person import Person

PERSON_MAPS: Final = ("people", "interests", "shown")


class PersonStore:
    """People of the shards of a worker; up to ``most`` are remembered, and all that changed since `flush`."""

    def __init__(self, maps: Mapping[str, Bytes], most: int) -> None:
        self._index, self._interests, self._shown = (maps[name] for name in PERSON_MAPS)
        self._most = most
        self._held: OrderedDict[tuple[int, str], Person | None] = OrderedDict()

    def of(self, shard: int) -> "ShardPeople":
        """Return the people of a shard, to be kept as long as the worker."""
        return ShardPeople(shard, self._index, self._interests, self._shown, self._held)

    def trim(self) -> None:
        """Forget what was not used for longest; only between turns."""
        while len(self._held) > self._most:
            self._held.popitem(last=False)


class ShardPeople:
    """People of one shard. What changes is written by `flush`, while Flink's key is the shard."""

    def __init__(
        self,
        shard: int,
        index: Bytes,
        interests: Bytes,
        shown: Bytes,
        held: "OrderedDict[tuple[int, str], Person | None]",
    ) -> None:
        self._shard = shard
        self._index = index
        self._interests = interests
        self._shown = shown
        self._held = held
        self._changed: dict[str, Person | None] = {}
        self._gone: dict[str, Person] = {}

    def get(self, key: str) -> Person | None:
        """Return a person, None when there is none."""
        if key in self._changed:
            return self._changed[key]
        address = (self._shard, key)
        if address in self._held:
            self._held.move_to_end(address)
            return self._held[address]
        person = self._held[address] = self._read(key)
        return person

    def put(self, key: str, value: Person) -> None:
        """Store a person."""
        address = (self._shard, key)
        if self._changed.get(key) is value:
            return
        # A person that changed may be remembered no more.
        before = self._changed[key] if key in self._changed else self._held.get(address)
        if before is not None and before is not value:
            self._gone.setdefault(key, before)
        self._held[address] = self._changed[key] = value

    def remove(self, key: str) -> None:
        """Remove a person, if it is there."""
        before = self.get(key)
        if before is not None:
            self._gone.setdefault(key, before)
        self._held[self._shard, key] = self._changed[key] = None

    def flush(self) -> None:
        """Write what changed, in the order in which it changed first."""
        for key, person in self._changed.items():
            before = self._gone.get(key)
            if before is not None:
                self._remove(key, before, index=person is None)
            if person is not None:
                self._write(key, person)
        self._changed.clear()
        self._gone.clear()

    def _read(self, key: str) -> Person | None:
        raw = self._index.get(key)
        if raw is None:
            return None
        index = interest_person.CODEC.loads(raw)
        pieces = (self._shown.get(f"{key}/{at}") or b"" for at in index.pieces())
        older = [one for raw in pieces for one in outcome_join.CODEC.loads(raw)]
        user = self._interests.get(key) if index.known else None
        return interest_person.person_of(
            index, older, None if user is None else interest_user_codec.CODEC.loads(user)
        )

    def _write(self, key: str, person: Person) -> None:
        index = interest_person.index_of(person)
        if person.user_changed:
            self._interests.put(key, interest_user_codec.CODEC.dumps(person.user))
            person.user_changed, person.user_stored = False, True
        stored, now, join = person.stored, index.pieces(), person.join
        for at in stored:
            if at not in now:
                self._shown.remove(f"{key}/{at}")
        for at in now:
            if at in join.touched or at not in stored:
                self._shown.put(f"{key}/{at}", outcome_join.CODEC.dumps(outcome_join.piece(join, at)))
        join.touched.clear()
        person.stored = now
        self._index.put(key, interest_person.CODEC.dumps(index))

    def _remove(self, key: str, before: Person, *, index: bool) -> None:
        """Remove what is stored of somebody who was forgotten."""
        for at in before.stored:
            self._shown.remove(f"{key}/{at}")
        if before.user_stored:
            self._interests.remove(key)
        if index and self._index.get(key) is not None:
            self._index.remove(key)
