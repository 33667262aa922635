"""One shard of people: deeds wait until event time has passed them, then all are handled in one turn."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from flink_jobs._shell.waiting import Bytes, OneBytes
from flink_jobs.interests import examples, notes, pieces, served
from flink_jobs.interests.options import InterestsOptions
from flink_jobs.interests.person_store import PERSON_MAPS, PersonStore
from flink_jobs.interests.pieces import EXAMPLES, SERVED
from flink_jobs.interests.quality import QUALITY, Qualities
from flink_jobs.interests.stores import AgendaOfShard, ShardNames
from state import interest_progress
from state.interest_progress import Progress
from state.interest_turn import Turn
from state.outcome_join import Deed

PEOPLE_MAPS: Final = (*PERSON_MAPS, "names", "waiting", "agenda")
PEOPLE_CELLS: Final = ("progress", QUALITY)
_MOST_PEOPLE = 20_000
_NO_END_MS = 1 << 60  # a watermark beyond this is the end of all input


@dataclass(slots=True)
class _Here:
    """What this worker has read of a shard.

    Attributes:
        progress: As stored.
        agenda: As stored.
        names: As stored.
        waiting: Number of a stored message -> (newest event time in it, its deeds that are not handled).
    """

    progress: Progress
    agenda: AgendaOfShard
    names: ShardNames
    waiting: dict[int, tuple[int, list[Deed]]] = field(default_factory=dict)


class PeopleShards:
    """All shards of people of a worker; Flink says which one is current."""

    def __init__(
        self, options: InterestsOptions, maps: Mapping[str, Bytes], cells: Mapping[str, OneBytes]
    ) -> None:
        self._o = options
        self._maps = maps
        self._cells = cells
        self._people = PersonStore(maps, _MOST_PEOPLE)
        self._here: dict[int, _Here] = {}
        self._qualities = Qualities(options, cells[QUALITY])
        self._labels = self._alarms = 0

    def told(self) -> tuple[int, int]:
        """Return how many labels and alarms there were since this was asked last."""
        found, self._labels, self._alarms = (self._labels, self._alarms), 0, 0
        return found

    def take(self, raw: bytes) -> int:
        """Keep deeds; return the event time at which they are due."""
        here, body = self._of(pieces.shard_of(raw)), pieces.people_body(raw)
        deeds = pieces.deeds_of(body)
        late = [deed for deed in deeds if deed.at_ms < here.progress.done_ms]
        if late:  # only what comes on a topic that holds nothing back
            for deed in late:
                deed.at_ms = here.progress.done_ms
            body = pieces.encode(deeds)
        newest_ms = max(deed.at_ms for deed in deeds)
        number = here.progress.next_number
        here.progress.next_number += 1
        here.waiting[number] = newest_ms, deeds
        self._maps["waiting"].put(str(number), body)
        return self._tick(newest_ms + self._o.tick_ms)

    def at(self, shard: int, watermark_ms: int) -> tuple[list[int], list[bytes]]:
        """Do all that is due; return moments to come back at, and messages."""
        here = self._of(shard)
        until_ms = self._until(here, watermark_ms)
        due_ms = here.agenda.next_ms()
        if until_ms <= here.progress.done_ms and (due_ms is None or due_ms > until_ms):
            return [], []
        deeds = sorted(self._ready(here, until_ms), key=lambda deed: (deed.at_ms, deed.event_id))
        people, names = self._people.of(shard), here.names
        turn = Turn(self._o.join, self._o.model, self._o.turn, here.progress.head, people, names, here.agenda)
        turn.run(deeds, until_ms)
        if deeds:
            here.progress.newest_ms = max(here.progress.newest_ms, deeds[-1].at_ms)
        out = []
        if turn.told.examples:
            out.append(EXAMPLES + examples.message_of(turn.told.examples))
        values = list(
            served.of_turn(self._o.model, shard, turn.told, people, names, self._o.turn.past_step_ms)
        )
        noted = notes.of_erasures(turn.told.erased)
        if turn.told.examples:
            quality, alarms = self._qualities.of(shard, turn.told.examples)
            values += quality
            noted += alarms
            self._labels += len(turn.told.examples)
            self._alarms += len(alarms)
        if values:
            out.append(SERVED + pieces.encode(values))
        if noted:
            out.append(notes.message_of(noted))
        here.progress.done_ms = max(here.progress.done_ms, until_ms)
        people.flush()
        names.flush()
        fresh = here.agenda.flush()
        self._cells["progress"].put(interest_progress.CODEC.dumps(here.progress))
        self._people.trim()
        return fresh, out

    def _until(self, here: _Here, watermark_ms: int) -> int:
        """Return the moment to which everything is known; at the end of input, when the last window ends."""
        if watermark_ms < _NO_END_MS:
            return self._tick(watermark_ms + 1)
        newest = max([here.progress.newest_ms, *(newest_ms for newest_ms, _ in here.waiting.values())])
        return self._tick(newest + self._o.join.window_ms + 2 * self._o.join.due_step_ms)

    def _ready(self, here: _Here, until_ms: int) -> Iterator[Deed]:
        """Yield deeds before a moment, and forget what was handled completely."""
        for number, (newest_ms, deeds) in list(here.waiting.items()):
            if newest_ms < until_ms:
                yield from deeds
                del here.waiting[number]
                self._maps["waiting"].remove(str(number))
            else:
                yield from (deed for deed in deeds if deed.at_ms < until_ms)
                here.waiting[number] = newest_ms, [deed for deed in deeds if deed.at_ms >= until_ms]

    def _of(self, shard: int) -> _Here:
        """Return what is known of a shard; after a restart, read it."""
        if shard not in self._here:
            raw = self._cells["progress"].get()
            progress = interest_progress.CODEC.loads(raw) if raw else Progress()
            here = self._here[shard] = _Here(
                progress, AgendaOfShard(self._maps["agenda"]), ShardNames(self._maps["names"])
            )
            for key, body in self._maps["waiting"].items():
                deeds = [deed for deed in pieces.deeds_of(body) if deed.at_ms >= progress.done_ms]
                here.waiting[int(key)] = max((deed.at_ms for deed in deeds), default=0), deeds
                progress.next_number = max(progress.next_number, int(key) + 1)
        return self._here[shard]

    def _tick(self, at_ms: int) -> int:
        return at_ms // self._o.tick_ms * self._o.tick_ms
