"""What decoders of jobs share: what is refused and why, topics of records, rows by where they go."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from flink_jobs._shell.raw_batch import Ints, RawBatch
from schemas.columns import Columns
from schemas.wire import HEADER_BYTES
from state.topics import normalise
from state.validate import GOOD, reasons

Bools = npt.NDArray[np.bool_]
_NAMES = 1 << 16
_normal = lru_cache(maxsize=_NAMES)(normalise)


class Unwanted(NamedTuple):
    """Good records that a job refuses all the same.

    Attributes:
        records: Which.
        error: Kind of the refusal.
        message: Why, and what to do.
    """

    records: Bools
    error: str
    message: str


def refusals(
    event: str,
    columns: Columns,
    code: npt.NDArray[np.uint8],
    batch: RawBatch,
    members: Ints,
    *unwanted: Unwanted,
) -> list[str]:
    """Return the dead letters of the records of one schema, in their order.

    Args:
        event: What the records are of.
        columns: The records, decoded.
        code: What `state.validate.verdict` says of each.
        batch: Where they came from.
        members: Their places there; not empty.
        unwanted: What else is refused; the first that holds is told.
    """
    bad = code != GOOD
    for one in unwanted:
        bad = bad | one.records
    some = np.flatnonzero(bad).tolist()
    if not some:
        return []
    schema_id = str(int.from_bytes((batch.values[int(members[0])] or b"")[1:HEADER_BYTES], "big"))
    out = []
    for k in some:
        found = next((one for one in unwanted if one.records[k]), None)
        if not columns.ok[k]:
            error, message = "undecodable", columns.reason(k)
        elif found is not None:
            error, message = found.error, found.message
        else:
            error, message = "invalid", reasons(event)[int(code[k])]
        out.append(batch.refused(int(members[k]), error, message, schema_id))
    return out


def topics_of(columns: Columns, most: int | None = None) -> list[tuple[str, ...]]:
    """Return the canonical topics of each record, in their order, each once, at most so many."""
    row, code, texts = columns.item_codes("topics")
    names = [_normal(text) for text in texts]
    flat = [names[one] for one in code.tolist()]
    ends = np.cumsum(np.bincount(row, minlength=columns.n)).tolist()
    out, start = [], 0
    for end in ends:
        some = flat[start:end]
        out.append(tuple(dict.fromkeys(filter(None, some)))[:most] if some else ())
        start = end
    return out


def by_shard_and_pane(
    rows: Sequence[object], taken: Ints, shard: Ints, pane: Ints
) -> Iterator[tuple[int, int, list[object]]]:
    """Yield (shard, pane, rows of both), by pane and then by shard.

    Args:
        rows: All rows.
        taken: Places of those that go on.
        shard: Where each of them goes.
        pane: The same.
    """
    if not len(taken):
        return
    order = np.lexsort((shard, pane))
    shard, pane = shard[order], pane[order]
    cuts = np.flatnonzero((np.diff(shard) != 0) | (np.diff(pane) != 0)) + 1
    for some in np.split(np.arange(len(order)), cuts):
        yield int(shard[some[0]]), int(pane[some[0]]), [rows[i] for i in taken[order[some]].tolist()]
