"""Requests for review as records of the topic ``trend.reviews``."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from flink_jobs._shell.raw_batch import FIELD_SEPARATOR
from schemas.avro_encode import Column, encode
from schemas.avro_plan import compile_plan
from schemas.registry import Registry
from schemas.released import schema_of
from schemas.served import TrendRecord
from schemas.topics import topic_of
from state.exact import Ints


class ReviewRecords:
    """Encodes requests. One per worker; keeps the compiled schema."""

    def __init__(self, registry: Registry) -> None:
        self._plan = compile_plan(schema_of("trend_review"))
        self._schema_id = registry.id_of(topic_of("trend_review").subject)

    def of(self, at_ms: int, ask: Sequence[tuple[int, TrendRecord]]) -> list[bytes]:
        """Return key, record separator, value in hex of each request."""
        if not ask:
            return []
        records = [record for _, record in ask]
        columns: dict[str, Column] = {
            "source_ms": at_ms,
            "position": np.array([position for position, _ in ask], np.int64),
            **{
                name: pa.array([getattr(record, name) for record in records], pa.string())
                for name in ("kind", "topic", "scope")
            },
            **{
                name: _lists([getattr(record, name) for record in records])
                for name in ("reasons", "flags", "aliases")
            },
            "users": np.array([record.recent_users for record in records], np.int64),
            "alert": np.array([record.alert for record in records], np.bool_),
        }
        values = encode(self._plan, columns, len(records), self._schema_id).values()
        return [
            f"{r.kind}|{r.topic}|{r.scope}{FIELD_SEPARATOR}{value.hex()}".encode()
            for r, value in zip(records, values, strict=True)
        ]


def _lists(values: Sequence[tuple[str, ...]]) -> tuple[Ints, pa.Array]:
    """Return lists of texts as the encoder takes them: how many each has, and all of them."""
    flat = [text for texts in values for text in texts]
    return np.array([len(texts) for texts in values], np.int64), pa.array(flat, pa.string())
