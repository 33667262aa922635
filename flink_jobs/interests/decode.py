"""Records of a batch to pieces of deeds and dead letters: decode, validate, normalise, in columns."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import pyarrow.compute as pc

from flink_jobs._shell.raw_batch import RawBatch, WirePlans
from flink_jobs.interests.pieces import item_piece
from schemas.avro_decode import decode
from schemas.avro_plan import Plan
from schemas.avro_tape import Words
from schemas.columns import Columns
from schemas.records import RECORDS
from schemas.registry import Registry
from schemas.wire import HEADER_BYTES
from state.exact import Ints
from state.interest_turn import ERASE
from state.outcome_join import JOINED_ACTIONS
from state.topics import normalise
from state.validate import GOOD, reasons, verdict

ENGAGEMENT, ERASURE, USER = "engagement", "erasure", "user"
LATE_TEXT = "its moment was over before it came; raise late_ms if this is common"
_PAIR = np.uint64(0x9E3779B97F4A7C15)
_NAMES = 1 << 16
normal = lru_cache(maxsize=_NAMES)(normalise)


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
                at_ms, mark_ms = columns.ints("source_ms"), watermark_ms[members]
                late = good & (at_ms <= mark_ms - self._late_ms)
                if event == ENGAGEMENT:
                    # Somewhat late: taken at the first moment that is not over.
                    at_ms = np.maximum(at_ms, mark_ms + 1)
                    pieces += self._deeds(compiled, columns, np.flatnonzero(good & ~late), at_ms)
                else:
                    late[:] = False  # a person is forgotten whenever the request comes
                    pieces += self._erasures(columns, np.flatnonzero(good))
                schema_id = str(int.from_bytes(values[0][1:HEADER_BYTES], "big"))
                for k in np.flatnonzero(~good | late).tolist():
                    if not columns.ok[k]:
                        error, message = "undecodable", columns.reason(k)
                    elif late[k]:
                        error, message = "late", LATE_TEXT
                    else:
                        error, message = "invalid", reasons(event)[int(code[k])]
                    refused.append(batch.refused(int(members[k]), error, message, schema_id))
        return pieces, refused

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
                _topics(columns),
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
        shard = (hashes % np.uint64(self._shards)).astype(np.int64)
        pane = at_ms // self._pane_ms
        order = np.lexsort((shard, pane))
        shard, pane = shard[order], pane[order]
        cuts = np.flatnonzero((np.diff(shard) != 0) | (np.diff(pane) != 0)) + 1
        return [
            item_piece(
                int(shard[some[0]]), int(pane[some[0]]), [rows[i] for i in taken[order[some]].tolist()]
            )
            for some in np.split(np.arange(len(order)), cuts)
        ]


def _authors(columns: Columns) -> list[str]:
    """Return the author of each item; of what is done to a user (follow, block, mute), that user."""
    authors: list[str] = columns.strings("author_id").to_pylist()
    users = pc.equal(columns.strings("item_type"), USER).to_numpy(zero_copy_only=False)
    if users.any():
        items = columns.strings("item_id").to_pylist()
        for i in np.flatnonzero(users).tolist():
            authors[i] = authors[i] or items[i]
    return authors


def _topics(columns: Columns) -> list[tuple[str, ...]]:
    """Return the canonical topics of each record, in their order, each once."""
    row, code, texts = columns.item_codes("topics")
    names = [normal(text) for text in texts]
    flat = [names[one] for one in code.tolist()]
    ends = np.cumsum(np.bincount(row, minlength=columns.n)).tolist()
    out, start = [], 0
    for end in ends:
        some = flat[start:end]
        out.append(tuple(dict.fromkeys(filter(None, some))) if some else ())
        start = end
    return out
