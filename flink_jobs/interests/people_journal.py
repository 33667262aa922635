"""A shard of people in Flink's state: as it stood at some moment, and all deeds since.

Writing a person after each deed costs nearly as much as predicting, so people are written once in thousands
of deeds. Until then their messages stay where they waited. What a turn does follows from what it starts with
and from its deeds, wherever turns are cut; so a restart reads what was stored and runs the deeds again up to
where the shard had come, without telling anything twice.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from flink_jobs._shell.waiting import Bytes, OneBytes
from flink_jobs.interests import pieces
from flink_jobs.interests.options import InterestsOptions
from flink_jobs.interests.person_store import ShardPeople
from flink_jobs.interests.stores import AgendaOfShard, ShardNames
from state import interest_progress
from state.interest_progress import Progress
from state.interest_turn import Told, Turn
from state.outcome_join import Deed

JOURNAL_MAPS: Final = ("names", "waiting", "agenda")
JOURNAL_CELLS: Final = ("progress", "told")
_HOUR_MS: Final = 3_600_000


class Journal:
    """One shard. Flink's current key is this shard in every call.

    Args:
        options: Settings.
        maps: State.
        cells: State.
        people: Of this shard.
        most_again: Deeds and labels after which the shard is stored; it also is once an hour of event time.

    Attributes:
        people: Of this shard.
        names: Counts of its creators and topics.
        agenda: Who is due when.
    """

    def __init__(
        self,
        options: InterestsOptions,
        maps: Mapping[str, Bytes],
        cells: Mapping[str, OneBytes],
        people: ShardPeople,
        most_again: int,
    ) -> None:
        self._o, self._most_again = options, most_again
        self._map, self._told, self._stored = maps["waiting"], cells["told"], cells["progress"]
        self.people = people
        self.names, self.agenda = ShardNames(maps["names"]), AgendaOfShard(maps["agenda"])
        self._again = 0  # deeds and labels that a restart would handle again
        # Number of a stored message -> (newest event time in it, its deeds that are not handled).
        self._waiting: dict[int, tuple[int, list[Deed]]] = {}
        stored, told = self._stored.get(), self._told.get()
        self._progress = interest_progress.CODEC.loads(stored) if stored else Progress()
        self._stored_ms = self._progress.done_ms
        for key, body in self._map.items():
            deeds = [deed for deed in pieces.deeds_of(body) if deed.at_ms >= self._progress.done_ms]
            self._keep(int(key), deeds)
        told_ms = interest_progress.TOLD.loads(told) if told else 0
        if told_ms > self._progress.done_ms:
            self._turn(told_ms)

    def newest_ms(self) -> int:
        """Return the newest event time of a deed."""
        return max([self._progress.newest_ms, *(newest_ms for newest_ms, _ in self._waiting.values())])

    def is_due(self, until_ms: int) -> bool:
        """Return whether a turn up to a moment has anything to do."""
        due_ms = self.agenda.next_ms()
        return until_ms > self._progress.done_ms or (due_ms is not None and due_ms <= until_ms)

    def take(self, body: bytes) -> int:
        """Keep the deeds of a message; return the newest event time among them."""
        deeds, done_ms, number = pieces.deeds_of(body), self._progress.done_ms, self._progress.next_number
        late = [deed for deed in deeds if deed.at_ms < done_ms]
        if late:  # only what comes on a topic that holds nothing back
            for deed in late:
                deed.at_ms = done_ms
            body = pieces.encode(deeds)
        self._map.put(str(number), body)
        return self._keep(number, deeds)

    def run(self, until_ms: int) -> Told:
        """Handle all that is due before a moment; return what there is to tell, once."""
        told, done_ms = self._turn(until_ms), self._progress.done_ms
        self._told.put(interest_progress.TOLD.dumps(done_ms))
        # Who was forgotten on request is gone from the state at once.
        if told.erased or self._again >= self._most_again or _hour(done_ms) != _hour(self._stored_ms):
            self._store()
        return told

    def _store(self) -> None:
        """Write the shard as it stands now, and forget the deeds behind it."""
        self.people.flush()
        self.names.flush()
        self.agenda.flush()
        self._stored.put(interest_progress.CODEC.dumps(self._progress))
        self._map.clear()
        for number, (_, deeds) in self._waiting.items():
            self._map.put(str(number), pieces.encode(deeds))
        self._again, self._stored_ms = 0, self._progress.done_ms

    def _turn(self, until_ms: int) -> Told:
        o, progress = self._o, self._progress
        deeds = sorted(self._ready(until_ms), key=lambda deed: (deed.at_ms, deed.event_id))
        turn = Turn(o.join, o.model, o.turn, progress.head, self.people, self.names, self.agenda)
        turn.run(deeds, until_ms)
        if deeds:
            progress.newest_ms = max(progress.newest_ms, deeds[-1].at_ms)
        progress.done_ms = max(progress.done_ms, until_ms)
        self._again += len(deeds) + len(turn.told.examples)
        return turn.told

    def _keep(self, number: int, deeds: list[Deed]) -> int:
        newest_ms = max((deed.at_ms for deed in deeds), default=0)
        if deeds:
            self._waiting[number] = newest_ms, deeds
        self._progress.next_number = max(self._progress.next_number, number + 1)
        return newest_ms

    def _ready(self, until_ms: int) -> Iterator[Deed]:
        """Yield deeds before a moment, and forget them here."""
        for number, (newest_ms, deeds) in list(self._waiting.items()):
            if newest_ms < until_ms:
                yield from deeds
                del self._waiting[number]
            else:
                yield from (deed for deed in deeds if deed.at_ms < until_ms)
                self._waiting[number] = newest_ms, [deed for deed in deeds if deed.at_ms >= until_ms]


def _hour(at_ms: int) -> int:
    return at_ms // _HOUR_MS
