"""Raw Kafka records of a batch, sorted by the schema they name, and what becomes of those that name none.

Dead letters cross into SQL as text: ``!`` and seven fields with record separators between them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from schemas.avro_plan import Plan, compile_plan
from schemas.errors import RegistryUnavailableError, SchemasError
from schemas.registry import Registry
from schemas.wire import HEADER_BYTES, MAGIC

Ints = npt.NDArray[np.int64]
NO_TIME_MS = -(1 << 62)
BAD_MARK = "!"
FIELD_SEPARATOR = "\x1e"
_MAX_UNKNOWN_IDS = 1000
_MS_NS = 1_000_000


@dataclass(frozen=True, slots=True)
class RawBatch:
    """Kafka records as they came; all of the same length.

    Attributes:
        topics: Source topic of each record.
        partitions: Source partition.
        offsets: Offset there.
        record_ms: The Kafka record's timestamp.
        values: The raw values; None is a tombstone.
    """

    topics: Sequence[str]
    partitions: Ints
    offsets: Ints
    record_ms: Ints
    values: Sequence[bytes | None]

    @classmethod
    def of(
        cls, topic: pd.Series, partition: pd.Series, offset: pd.Series, at: pd.Series, value: pd.Series
    ) -> "RawBatch":
        """Return the records that a batch function gets as columns (``kafka_tables.raw_source``)."""
        return cls(
            topics=topic.to_numpy(),
            partitions=partition.to_numpy(),
            offsets=offset.to_numpy(),
            record_ms=millis(at),
            values=value.tolist(),
        )

    def refused(self, i: int, error: str, message: str, schema_id: str = "") -> str:
        """Return the text of a record that cannot be used, with all that a dead letter needs."""
        fields = (
            self.topics[i],
            str(int(self.partitions[i])),
            str(int(self.offsets[i])),
            error,
            message,
            schema_id,
            (self.values[i] or b"").hex(),
        )
        return BAD_MARK + FIELD_SEPARATOR.join(f.replace(FIELD_SEPARATOR, " ") for f in fields)


class WirePlans:
    """Compiled schemas by wire header. One per worker.

    Args:
        registry: Knows schemas by id.
        events: Name of an Avro record that may come -> name of its event.
    """

    def __init__(self, registry: Registry, events: Mapping[str, str]) -> None:
        self._registry = registry
        self._events = dict(events)
        self._plans: dict[bytes, tuple[str, Plan] | str] = {}

    def sort(self, batch: RawBatch) -> list[tuple[tuple[str, Plan] | str, Ints]]:
        """Return (event and plan, or why there is none; records) of each wire header in a batch.

        Raises:
            RegistryUnavailableError: A registry server had to be asked about a schema and did not answer.
        """
        groups: dict[bytes, list[int]] = {}
        for i, value in enumerate(batch.values):
            groups.setdefault(b"" if value is None else bytes(value[:HEADER_BYTES]), []).append(i)
        return [(self._plan(head), np.array(members, np.int64)) for head, members in groups.items()]

    def _plan(self, head: bytes) -> tuple[str, Plan] | str:
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
        event = self._events.get(plan.name)
        if event is None:
            return f"schema id {schema_id}: record {plan.name!r} is none of {', '.join(sorted(self._events))}"
        return event, plan


def first_row(values: Sequence[object], rows: int) -> pd.Series:
    """Return a column whose first row carries a list and whose others are empty."""
    out = np.empty(rows, object)
    if rows:
        out[0] = values
    return pd.Series(out)


def millis(times: pd.Series) -> Ints:
    """Return event times in ms, NO_TIME_MS for missing ones."""
    raw = times.to_numpy("datetime64[ns]")
    return np.where(np.isnat(raw), NO_TIME_MS, raw.astype(np.int64) // _MS_NS)


def dead_letters_sql(sink: str, view: str, column: str, job: str) -> str:
    """Return the statement that sends refused records to their topics, with where they came from.

    Args:
        sink: Name of a `kafka_tables.dead_letter_sink`.
        view: Where the texts are.
        column: Their name there; rows without the mark are left out.
        job: Who refuses them: several jobs read one topic, and each refuses what it cannot use.
    """
    fields = ("topic", "partition", "offset", "error", "message", "schema_id", "hex")
    cut = ", ".join(
        f"SPLIT_INDEX(SUBSTRING({column}, 2), CHR(30), {i}) AS f_{name}" for i, name in enumerate(fields)
    )
    headers = (
        ("error.class", "error"),
        ("error.message", "message"),
        ("source.topic", "topic"),
        ("source.partition", "partition"),
        ("source.offset", "offset"),
        ("schema.id", "schema_id"),
    )
    header = ", ".join(f"'{name}', CAST(f_{field} AS BYTES)" for name, field in headers)
    header += f", 'job', CAST('{job}' AS BYTES)"
    columns = f"CAST(f_partition || ':' || f_offset AS BYTES), UNHEX(f_hex), f_topic || '.dlq', MAP[{header}]"
    return (
        f"INSERT INTO {sink} SELECT {columns} "  # noqa: S608 - parts of our own only
        f"FROM (SELECT {cut} FROM {view} WHERE {column} LIKE '{BAD_MARK}%')"
    )
