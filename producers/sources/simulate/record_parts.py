"""The parts of a record that every kind of event has, for one batch of rows."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from producers.sources.simulate.arrival import first_arrival
from producers.sources.simulate.damage import NO_ACTOR, shifted_times
from producers.sources.simulate.ids import event_ids, number_letters, sparse_ids, trace_letters
from producers.sources.simulate.regions import DAY_MS
from producers.sources.simulate.rng import Bools, Ints, mix, unit
from producers.sources.simulate.rows import Rows, size
from producers.sources.simulate.world import World

if TYPE_CHECKING:
    from schemas.avro_encode import Column

_TRACED, _IN_EXPERIMENT = 32, 10  # one record in so many is traced, one user in so many takes part
_MEAN_TRANSFER_MS = 150
_ARMS = ("control", "treatment")


class RecordParts:
    """Columns that follow from who acted, when, and the record's number."""

    def __init__(self, rows: Rows, world: World) -> None:
        self.rows, self.count, self._world = rows, size(rows), world
        self._damage = self.ints("damage")
        self._seq = self.ints("seq")
        self._at_ms = self.ints("at_ms")
        self.actor = self.ints("actor")

    def ints(self, name: str) -> Ints:
        """One column as 64-bit numbers."""
        return self.rows[name].astype(np.int64)

    def envelope(self) -> "dict[str, Column]":
        """Identity and times."""
        config = self._world.config
        transfer_ms = -np.log1p(-unit(mix(self._seq, config.seed, "transfer"))) * _MEAN_TRANSFER_MS
        received_ms = first_arrival(self._at_ms, self._seq, config) + transfer_ms.astype(np.int64)
        return {
            "event_id": event_ids(self._seq, self._at_ms, config.seed),
            "source_ms": shifted_times(self._at_ms, self._damage),
            "received_ms": received_ms,
        }

    def account(self) -> "dict[str, Column]":
        """What is known of the actor at that moment."""
        people, start_ms = self._world.people, self._world.config.start_ms
        return {
            "actor_id": sparse_ids(*self.actor_letters()),
            "account_age_days": people.age_days[self.actor] + (self._at_ms - start_ms) // DAY_MS,
            "followers": people.followers[self.actor],
            "automated": people.automated[self.actor],
            "trace_id": self._traces(),
        }

    def actor_letters(self) -> tuple[npt.NDArray[np.uint8], Bools]:
        """Letters of the actor ids and which records have one; damage may have taken it."""
        present = self._damage != NO_ACTOR
        return number_letters(ord("u"), self.actor[present]), present

    def _traces(self) -> pa.StringArray:
        traced = mix(self._seq, self._world.config.seed, "traced") % np.uint64(_TRACED) == 0
        return sparse_ids(trace_letters(self._seq[traced], self._world.config.seed), traced)

    def experiments(self, shown: Bools) -> "Column":
        """One user in ten takes part in one experiment, on slates only."""
        part = shown & (self.actor % _IN_EXPERIMENT == 0)
        count = int(part.sum())
        arms = pa.array(_ARMS, pa.string()).take(pa.array(self.actor[part] // _IN_EXPERIMENT % len(_ARMS)))
        ids = pa.array(["feed-ranking-3"], pa.string()).take(pa.array(np.zeros(count, np.int64)))
        return part.astype(np.int64), {"id": ids, "arm": arms}
