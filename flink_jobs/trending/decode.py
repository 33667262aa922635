"""Records of a batch to pieces of panes and dead letters: decode, validate, normalise, all in columns."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from flink_jobs.trending import rows
from flink_jobs.trending.rows import BadRecord
from schemas.avro_decode import decode
from schemas.avro_plan import Plan, compile_plan
from schemas.columns import Columns
from schemas.errors import RegistryUnavailableError, SchemasError
from schemas.records import RECORDS
from schemas.registry import Registry
from schemas.wire import HEADER_BYTES, MAGIC
from state.actions import ActionWeights
from state.exact import Ints
from state.moderation_events import decisions_of
from state.pane_events import COUNTED_EVENTS, counted_events
from state.pane_split import pieces, shard_of
from state.validate import GOOD, reasons, verdict

NO_WATERMARK = -(1 << 62)
LATE_TEXT = "its pane was closed before it came; raise out_of_order_ms if this is common"
MODERATION = "moderation"
_MAX_UNKNOWN_IDS = 1000
Bools = npt.NDArray[np.bool_]
# Schemas that may stand on a source topic: what somebody did. Others, such as our own panes, are refused.
_EVENTS: dict[str, str] = {
    record.__name__: event for event, record in RECORDS.items() if "action" in record.__struct_fields__
}
_MAX_MS = 10**13 - 86_400_000 - 1  # 13 digits for a pane's start; the year 2286
TOO_FAR_TEXT = "source_ms lies beyond the year 2286"


@dataclass(frozen=True, slots=True)
class RawBatch:
    """Kafka records as they came; all of the same length.

    Attributes:
        topics: Source topic of each record.
        partitions: Source partition.
        offsets: Offset there.
        record_ms: The Kafka record's timestamp.
        watermark_ms: Event time that was complete when the record came; NO_WATERMARK at the start.
        values: The raw values; None is a tombstone.
    """

    topics: Sequence[str]
    partitions: Ints
    offsets: Ints
    record_ms: Ints
    watermark_ms: Ints
    values: Sequence[bytes | None]

    def refused(self, i: int, error: str, message: str, schema_id: str = "") -> str:
        """Return the row of a record that cannot be counted."""
        return rows.bad(
            BadRecord(
                topic=self.topics[i],
                partition=int(self.partitions[i]),
                offset=int(self.offsets[i]),
                error=error,
                message=message,
                schema_id=schema_id,
                value=self.values[i] or b"",
            )
        )


@dataclass(slots=True)
class Counted:
    """What became of a batch.

    Attributes:
        pieces: For the shards, with their address (``rows.routed``); moderators' decisions too.
        refused: Records that could not be counted, as text (``rows.bad``).
    """

    pieces: list[bytes] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


class BatchDecoder:
    """Turns raw Kafka records into pieces of panes. One per worker; keeps compiled schemas."""

    def __init__(self, registry: Registry, weights: ActionWeights, pane_ms: int, shards: int) -> None:
        self._registry = registry
        self._weights = weights
        self._pane_ms = pane_ms
        self._shards = shards
        self._plans: dict[bytes, tuple[str, Plan] | str] = {}

    def count(self, batch: RawBatch) -> Counted:
        """Count a batch. Never raises for bad input.

        Raises:
            RegistryUnavailableError: A registry server had to be asked about a schema and did not answer.
        """
        groups: dict[bytes, list[int]] = {}
        for i, value in enumerate(batch.values):
            groups.setdefault(b"" if value is None else bytes(value[:HEADER_BYTES]), []).append(i)
        out = Counted()
        for head, members in groups.items():
            plan = self._plan(head)
            if isinstance(plan, str):
                out.refused += [batch.refused(i, "unreadable", plan) for i in members]
            else:
                self._count(*plan, batch, np.array(members), out)
        return out

    def _count(self, event: str, plan: Plan, batch: RawBatch, members: Ints, out: Counted) -> None:
        """Count the records of one schema."""
        values = [batch.values[i] or b"" for i in members.tolist()]
        columns = decode(plan, values)
        code = verdict(event, columns, batch.record_ms[members])
        good = code == GOOD
        at_ms = columns.ints("source_ms")
        too_far = good & (at_ms > _MAX_MS)
        good &= ~too_far
        late = np.zeros_like(good)
        if event in COUNTED_EVENTS:
            pane_end = (at_ms // self._pane_ms + 1) * self._pane_ms
            late = good & (pane_end - 1 <= batch.watermark_ms[members])
        events = counted_events(event, plan.field("action").symbols, columns, good & ~late, self._weights)
        if events:
            split = pieces(events, self._pane_ms, self._shards)
            out.pieces += [rows.routed(shard, piece) for shard, piece in split]
        if event == MODERATION:
            out.pieces += self._decisions(plan, columns, good)
        schema_id = str(int.from_bytes(values[0][1:HEADER_BYTES], "big"))
        for k in np.flatnonzero(~good | late).tolist():
            if not columns.ok[k]:
                error, message = "undecodable", columns.reason(k)
            elif late[k]:
                error, message = "late", LATE_TEXT
            elif too_far[k]:
                error, message = "invalid", TOO_FAR_TEXT
            else:
                error, message = "invalid", reasons(event)[int(code[k])]
            out.refused.append(batch.refused(int(members[k]), error, message, schema_id))

    def _decisions(self, plan: Plan, columns: Columns, good: Bools) -> list[bytes]:
        """Send decisions about people and posts to all shards, about a topic to its own."""
        targets = plan.field("target_type").symbols
        decided = decisions_of(columns, good, plan.field("action").symbols, targets)
        return [
            rows.routed_decision(shard, decision)
            for decision in decided
            for shard in (
                [shard_of(decision.topic, self._shards)] if decision.kind == "topic" else range(self._shards)
            )
        ]

    def _plan(self, head: bytes) -> tuple[str, Plan] | str:
        """Return (event, plan) of a wire header, or why there is none."""
        known = self._plans.get(head)
        if known is None:
            known = self._look_up(head)
            if isinstance(known, str) and len(self._plans) > _MAX_UNKNOWN_IDS:
                return known
            self._plans[head] = known
        return known

    def _look_up(self, head: bytes) -> tuple[str, Plan] | str:
        if len(head) < HEADER_BYTES:
            return (
                f"{len(head)} bytes: expected a 5-byte wire header and an Avro body" if head else "no value"
            )
        if head[0] != MAGIC:
            return f"first byte {head[0]:#04x}: expected {MAGIC:#04x} (Confluent wire format)"
        schema_id = int.from_bytes(head[1:], "big")
        try:
            plan = compile_plan(self._registry.schema(schema_id))
        except RegistryUnavailableError:
            raise  # the record may be good: let the job restart and ask again
        except SchemasError as error:
            return f"schema id {schema_id}: {error}"
        event = _EVENTS.get(plan.name)
        if event is None:
            return f"schema id {schema_id}: record {plan.name!r} is none of {', '.join(sorted(_EVENTS))}"
        return event, plan
