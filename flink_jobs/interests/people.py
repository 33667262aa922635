"""One shard of people: deeds wait until event time has passed them, then all are handled in one turn."""

from collections.abc import Mapping
from typing import Final

from flink_jobs._shell.waiting import Bytes, OneBytes
from flink_jobs.interests import examples, notes, pieces, served
from flink_jobs.interests.options import InterestsOptions
from flink_jobs.interests.people_journal import JOURNAL_CELLS, JOURNAL_MAPS, Journal
from flink_jobs.interests.person_store import PERSON_MAPS, PersonStore
from flink_jobs.interests.pieces import EXAMPLES, SERVED
from flink_jobs.interests.quality import QUALITY, Qualities
from state.interest_turn import Told

PEOPLE_MAPS: Final = (*PERSON_MAPS, *JOURNAL_MAPS)
PEOPLE_CELLS: Final = (*JOURNAL_CELLS, QUALITY)
MOST_AGAIN: Final = 8_000
_MOST_PEOPLE = 20_000
_NO_END_MS = 1 << 60  # a watermark beyond this is the end of all input


class PeopleShards:
    """All shards of people of a worker; Flink says which one is current.

    Args:
        options: Settings.
        maps: State.
        cells: State.
        most_again: Deeds and labels of a shard after which its people are stored: half a second of work that
            a restart repeats.
    """

    def __init__(
        self,
        options: InterestsOptions,
        maps: Mapping[str, Bytes],
        cells: Mapping[str, OneBytes],
        most_again: int = MOST_AGAIN,
    ) -> None:
        self._o = options
        self._maps = maps
        self._cells = cells
        self._most_again = most_again
        self._people = PersonStore(maps, _MOST_PEOPLE)
        self._journals: dict[int, Journal] = {}
        self._qualities = Qualities(options, cells[QUALITY])
        self._labels = self._alarms = 0

    def told(self) -> tuple[int, int]:
        """Return how many labels and alarms there were since this was asked last."""
        found, self._labels, self._alarms = (self._labels, self._alarms), 0, 0
        return found

    def take(self, raw: bytes) -> int:
        """Keep deeds; return the event time at which they are due."""
        return self._tick(self._of(pieces.shard_of(raw)).take(pieces.people_body(raw)) + self._o.tick_ms)

    def at(self, shard: int, watermark_ms: int) -> tuple[list[int], list[bytes]]:
        """Do all that is due; return moments to come back at, and messages."""
        journal = self._of(shard)
        until_ms = self._until(journal, watermark_ms)
        if not journal.is_due(until_ms):
            return [], []
        told = journal.run(until_ms)
        out = self._messages(shard, journal, told)
        self._people.trim()
        return journal.agenda.fresh(), out

    def _messages(self, shard: int, journal: Journal, told: Told) -> list[bytes]:
        """Return what leaves after a turn."""
        people, names = journal.people, journal.names
        values = list(served.of_turn(self._o.model, shard, told, people, names, self._o.turn.past_step_ms))
        noted = notes.of_erasures(told.erased)
        out = []
        if told.examples:
            out.append(EXAMPLES + examples.message_of(told.examples))
            quality, alarms = self._qualities.of(shard, told.examples)
            values += quality
            noted += alarms
            self._labels += len(told.examples)
            self._alarms += len(alarms)
        if values:
            out.append(SERVED + pieces.encode(values))
        if noted:
            out.append(notes.message_of(noted))
        return out

    def _until(self, journal: Journal, watermark_ms: int) -> int:
        """Return the moment to which everything is known; at the end of input, when the last window ends."""
        if watermark_ms < _NO_END_MS:
            return self._tick(watermark_ms + 1)
        join = self._o.join
        return self._tick(journal.newest_ms() + join.window_ms + 2 * join.due_step_ms)

    def _of(self, shard: int) -> Journal:
        """Return what is known of a shard; after a restart, read it."""
        found = self._journals.get(shard)
        if found is None:
            found = Journal(self._o, self._maps, self._cells, self._people.of(shard), self._most_again)
            self._journals[shard] = found
        return found

    def _tick(self, at_ms: int) -> int:
        return at_ms // self._o.tick_ms * self._o.tick_ms
