"""The quality of each shard's head in Flink's state, and what leaves when a block of labels is full."""

from collections.abc import Sequence
from typing import Final

from flink_jobs._shell.for_readers import Served
from flink_jobs._shell.waiting import OneBytes
from flink_jobs.interests import notes, served
from flink_jobs.interests.notes import Note
from flink_jobs.interests.options import InterestsOptions
from state import interest_quality
from state.interest_person import unpack_many
from state.interest_quality import Judged, QualityState
from state.interest_turn import Example

QUALITY: Final = "quality"


class Qualities:
    """Of all shards of a worker; Flink says which one is current."""

    def __init__(self, options: InterestsOptions, cell: OneBytes) -> None:
        self._o = options
        self._cell = cell
        self._of: dict[int, QualityState] = {}

    def of(self, shard: int, told: Sequence[Example]) -> tuple[list[Served], list[Note]]:
        """Judge the predictions behind a turn's labels; store; return values for readers and alarms."""
        alone = self._o.turn.learn_alone
        judged = [one for one in told if alone or not one.change.shown.alone]
        if not judged:
            return [], []
        state = self._read(shard)
        p, _ = unpack_many([one.kept.scored for one in judged])
        some = [
            Judged(q, one.change.was, one.change.now, one.at_ms)
            for one, q in zip(judged, p.tolist(), strict=True)
        ]
        closed, alarms = interest_quality.judge(self._o.drift, state, some)
        self._cell.put(interest_quality.CODEC.dumps(state))
        values = [served.of_quality(shard, state)] if closed else []
        return values, notes.of_alarms(shard, alarms)

    def _read(self, shard: int) -> QualityState:
        """Return what is known of a shard; after a restart, read it."""
        if shard not in self._of:
            raw = self._cell.get()
            self._of[shard] = interest_quality.CODEC.loads(raw) if raw else QualityState()
        return self._of[shard]
