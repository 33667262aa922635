"""Records of a batch to pieces of deeds and dead letters: decode, validate, normalise, in columns."""

from collections.abc import Sequence

import numpy as np
import pyarrow.compute as pc

from flink_jobs._shell.raw_batch import RawBatch, WirePlans
from flink_jobs._shell.read import Unwanted, by_shard_and_pane, refusals, topics_of
from flink_jobs.interests.pieces import canary_piece, item_piece
from schemas.avro_decode import decode
from schemas.avro_plan import Plan
from schemas.avro_tape import Words
from schemas.columns import Columns
from schemas.records import RECORDS
from schemas.registry import Registry
from state.canary import canaries
from state.canary import shard_of as canary_shard
from state.exact import Ints
from state.interest_turn import ERASE
from state.outcome_join import JOINED_ACTIONS
from state.validate import GOOD, verdict

ENGAGEMENT, ERASURE, USER = "engagement", "erasure", "user"
LATE_TEXT = "its moment was over before it came; raise late_ms if this is common"
_PAIR = np.uint64(0x9E3779B97F4A7C15)


class DeedDecoder:
    """Turns raw Kafka records into deeds by shard and pane of their items. One per worker."""

    def __init__(self, registry: Registry, pane_ms: int, shards: int, late_ms: int = 0) -> None:
        self._plans = WirePlans(registry, {RECORDS[event].__name__: event for event in (ENGAGEMENT, ERASURE)})
        self._pane_ms = pane_ms
        self._shards = shards
        self._late_ms = late_ms

    def read(self, batch: RawBatch, watermark_ms: Ints) -> tuple[list[bytes], list[str]]:
        """Return (pieces, refused records) of a batch. Never raises for bad input.

        Args:
            batch: Records.
            watermark_ms: Event time that was complete when each record came; NO_TIME_MS at the start.

        Raises:
            RegistryUnavailableError: A registry server had to be asked about a schema and did not answer.
        """
        pieces: list[bytes] = []
        refused: list[str] = []
        for plan, members in self._plans.sort(batch):
            if isinstance(plan, str):
                refused += [batch.refused(i, "unreadable", plan) for i in members.tolist()]
            else:
                event, compiled = plan
                values = [batch.values[i] or b"" for i in members.tolist()]
                columns = decode(compiled, values)
                code = verdict(event, columns, batch.record_ms[members])
                good = code == GOOD
                if event == ENGAGEMENT:
                    canary = canaries(good, columns.hash64("actor_id"))
                    pieces += self._canaries(columns.ints("source_ms")[canary].tolist())
                    good &= ~canary
                at_ms, mark_ms = columns.ints("source_ms"), watermark_ms[members]
                late = good & (at_ms <= mark_ms - self._late_ms)
                if event == ENGAGEMENT:
                    # Somewhat late: taken at the first moment that is not over.
                    at_ms = np.maximum(at_ms, mark_ms + 1)
                    pieces += self._deeds(compiled, columns, np.flatnonzero(good & ~late), at_ms)
                else:
                    late[:] = False  # a person is forgotten whenever the request comes
                    pieces += self._erasures(columns, np.flatnonzero(good))
                refused += refusals(event, columns, code, batch, members, Unwanted(late, "late", LATE_TEXT))
        return pieces, refused

    def _canaries(self, at_ms: Sequence[int]) -> list[bytes]:
        return [canary_piece(canary_shard(at, self._shards), at) for at in at_ms]

    def _deeds(self, plan: Plan, columns: Columns, taken: Ints, at_ms: Ints) -> list[bytes]:
        symbols = plan.field("action").symbols
        joins = np.array([name in JOINED_ACTIONS for name in symbols])
        action = columns.symbols("action")
        taken = taken[joins[action[taken]]]
        if not len(taken):
            return []
        position = np.where(columns.present("position"), columns.ints("position"), -1)
        users, items = columns.hash64("actor_id"), columns.hash64("item_id")
        rows = list(
            zip(
                columns.strings("actor_id").to_pylist(),
                at_ms.tolist(),
                columns.strings("event_id").to_pylist(),
                [symbols[one] for one in action.tolist()],
                columns.strings("item_id").to_pylist(),
                _authors(columns),
                topics_of(columns),
                columns.strings("decision_id").to_pylist(),
                position.tolist(),
                columns.floats("value").tolist(),
                [b""] * columns.n,
                (users * _PAIR ^ items).tolist(),
                (users % np.uint64(self._shards)).tolist(),
                strict=True,
            )
        )
        return self._split(rows, taken, at_ms[taken], items[taken])

    def _erasures(self, columns: Columns, taken: Ints) -> list[bytes]:
        if not len(taken):
            return []
        users = columns.hash64("actor_id")
        shards = (users % np.uint64(self._shards)).tolist()
        at_ms = columns.ints("source_ms")
        people, ids = columns.strings("actor_id").to_pylist(), columns.strings("event_id").to_pylist()
        rows = [
            (user, at, one, ERASE, "", "", (), "", -1, 0.0, b"", 0, shard)
            for user, at, one, shard in zip(people, at_ms.tolist(), ids, shards, strict=True)
        ]
        return self._split(rows, taken, at_ms[taken], users[taken])

    def _split(self, rows: Sequence[object], taken: Ints, at_ms: Ints, hashes: Words) -> list[bytes]:
        """Return the rows as one piece for each shard and pane."""
        shard, pane = (hashes % np.uint64(self._shards)).astype(np.int64), at_ms // self._pane_ms
        return [item_piece(to, of, some) for to, of, some in by_shard_and_pane(rows, taken, shard, pane)]


def _authors(columns: Columns) -> list[str]:
    """Return the author of each item; of what is done to a user (follow, block, mute), that user."""
    authors: list[str] = columns.strings("author_id").to_pylist()
    users = pc.equal(columns.strings("item_type"), USER).to_numpy(zero_copy_only=False)
    if users.any():
        items = columns.strings("item_id").to_pylist()
        for i in np.flatnonzero(users).tolist():
            authors[i] = authors[i] or items[i]
    return authors
