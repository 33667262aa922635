"""Records of a batch to pieces of panes and dead letters: decode, validate, normalise, all in columns."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from flink_jobs._shell.raw_batch import RawBatch, WirePlans
from flink_jobs._shell.read import Unwanted, refusals
from flink_jobs.trending import rows
from schemas.avro_decode import decode
from schemas.avro_plan import Plan, compile_plan
from schemas.columns import Columns
from schemas.records import RECORDS
from schemas.registry import Registry
from schemas.released import schema_of
from state.actions import ActionWeights
from state.canary import canaries
from state.canary import shard_of as canary_shard
from state.exact import Ints
from state.moderation_events import decisions_of
from state.pane_events import COUNTED_EVENTS, counted_events
from state.pane_split import pieces, shard_of
from state.reach import NO_REACH, reach_of
from state.scopes import USUAL_VIEWS, ViewName
from state.topic_kinds import Kind
from state.topic_sources import LABELS
from state.undo_split import step_ms, undone
from state.validate import GOOD, verdict

LATE_TEXT = "its pane was closed before it came; raise out_of_order_ms if this is common"
ENGAGEMENT, MODERATION = "engagement", "moderation"
Bools = npt.NDArray[np.bool_]
# Schemas that may stand on a source topic: what somebody did. Others, such as our own panes, are refused.
_EVENTS: dict[str, str] = {
    record.__name__: event for event, record in RECORDS.items() if "action" in record.__struct_fields__
}
_MAX_MS = 10**13 - 86_400_000 - 1  # 13 digits for a pane's start; the year 2286
TOO_FAR_TEXT = "source_ms lies beyond the year 2286"


@dataclass(slots=True)
class Counted:
    """What became of a batch.

    Attributes:
        pieces: For the shards, with their address: pieces of panes, undos, moderators' decisions (``rows``).
        refused: Records that could not be counted, as text (``RawBatch.refused``).
    """

    pieces: list[bytes] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Part:
    """The records of a batch that name one schema, and the event time that was complete when each came."""

    batch: RawBatch
    members: Ints
    watermark_ms: Ints


class BatchDecoder:
    """Turns raw Kafka records into pieces of panes. One per worker; keeps compiled schemas."""

    def __init__(
        self,
        registry: Registry,
        weights: ActionWeights,
        pane_ms: int,
        shards: int,
        kinds: Sequence[Kind] = ("tag",),
        views: Sequence[ViewName] = USUAL_VIEWS,
    ) -> None:
        self._schemas = WirePlans(registry, _EVENTS)
        self._weights = weights
        self._pane_ms = pane_ms
        self._shards = shards
        self._kinds = kinds
        self._views = views
        self._newest = {event: compile_plan(schema_of(event)) for event in _EVENTS.values()}

    def count(self, batch: RawBatch, watermark_ms: Ints) -> Counted:
        """Count a batch. Never raises for bad input.

        Args:
            batch: Records.
            watermark_ms: Event time that was complete when each record came; NO_TIME_MS at the start.

        Raises:
            RegistryUnavailableError: A registry server had to be asked about a schema and did not answer.
        """
        out = Counted()
        for plan, members in self._schemas.sort(batch):
            if isinstance(plan, str):
                out.refused += [batch.refused(i, "unreadable", plan) for i in members.tolist()]
            else:
                self._count(*plan, _Part(batch, members, watermark_ms[members]), out)
        return out

    def read(self, batch: RawBatch, watermark_ms: Ints) -> tuple[Sequence[bytes], Sequence[str]]:
        """Return (pieces, refused records) of a batch, as `count`."""
        counted = self.count(batch, watermark_ms)
        return counted.pieces, counted.refused

    def _count(self, event: str, plan: Plan, part: "_Part", out: Counted) -> None:
        """Count the records of one schema."""
        batch, members = part.batch, part.members
        values = [batch.values[i] or b"" for i in members.tolist()]
        columns = decode(plan, values, reader=self._newest[event])
        code = verdict(event, columns, batch.record_ms[members])
        good = code == GOOD
        at_ms = columns.ints("source_ms")
        too_far = good & (at_ms > _MAX_MS)
        good &= ~too_far
        if event == ENGAGEMENT:
            canary = canaries(good, columns.hash64("actor_id"))
            out.pieces += [
                rows.routed_canary(canary_shard(at, self._shards), at) for at in at_ms[canary].tolist()
            ]
            good &= ~canary
        late = np.zeros_like(good)
        if event in COUNTED_EVENTS:
            pane_end = (at_ms // self._pane_ms + 1) * self._pane_ms
            late = good & (pane_end - 1 <= part.watermark_ms)
        # Labels of version 1 do not say what was done, nor from where: they are not counted.
        acted = any(one.name == "action" for one in plan.fields)
        symbols = plan.field("action").symbols if acted else ()
        counted = symbols and counted_events(
            event, symbols, columns, good & ~late, self._weights, self._kinds
        )
        if counted:
            reach = reach_of(event, columns, counted, self._views) if event != LABELS else NO_REACH
            split = pieces(counted, self._pane_ms, self._shards, reach)
            out.pieces += [rows.routed(shard, piece) for shard, piece in split]
            if undos := undone(event, columns, counted, reach):
                split = pieces(undos.events, step_ms(self._pane_ms), self._shards, undos.reach)
                out.pieces += [rows.routed_undos(shard, piece) for shard, piece in split]
        if event == MODERATION:
            out.pieces += self._decisions(plan, columns, good)
        out.refused += refusals(
            event, columns, code, batch, members,
            Unwanted(late, "late", LATE_TEXT), Unwanted(too_far, "invalid", TOO_FAR_TEXT),
        )  # fmt: skip

    def _decisions(self, plan: Plan, columns: Columns, good: Bools) -> list[bytes]:
        """Send decisions about people and posts to all shards, about a topic to its own."""
        targets = plan.field("target_type").symbols
        decided = decisions_of(
            columns, good, plan.field("action").symbols, targets, creators="creator" in self._kinds
        )
        return [
            rows.routed_decision(shard, decision)
            for decision in decided
            for shard in (
                [shard_of(decision.topic, self._shards)] if decision.kind == "topic" else range(self._shards)
            )
        ]
