"""Who did what for which topic: the rows that a shard collects until a pane is complete.

A piece is what one batch of events says about one shard and pane: a list of topics, and one row for each
(event, topic). Pieces add up in any number and order. A shard that has collected many folds them into one:
rows that differ only in how often something was done become one row, and a crowd above ``user_limit`` is
kept as a sample, the users with the smallest hashes, with a marker row that says below which hash nobody is
missing and what the others did in sum.

Source: bottom-k sketches, Cohen and Kaplan, PODC 2007; threshold form as in theta sketches.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from state.codec import Codec, StateCorruptError, register
from state.exact import Ints
from state.long_pane import earliest
from state.places import in_place, numbers, renamed
from state.runs import starts, sums

CONTRIBUTION: Final = np.dtype(
    [
        ("topic", "<u4"),  # index into the piece's topics
        ("lang", "<u2"),  # state.scopes; with the region, a place instead (state.places)
        ("region", "<u2"),
        ("user", "<u8"),  # 48-bit hash; of a marker, the threshold
        ("fingerprint", "<u4"),  # 32-bit hash of the content
        ("item", "<u4"),  # 32-bit hash of the post: the original of a share
        ("centi", "<i4"),  # weight in hundredths times the account's trust; MARKER
        ("events", "<u4"),
        ("milli", "<i8"),  # signed weight x 1000, whoever it was
        ("spill", "<u4"),  # of the earliest deed (state.long_pane); 0 in panes of up to six hours
    ]
)
USER_SPACE: Final = 1 << 48
MARKER: Final = -(1 << 31)
Rows = npt.NDArray[np.void]


@dataclass(frozen=True, slots=True)
class Contributions:
    """Rows of one shard and pane.

    Attributes:
        pane: Index of the pane (start_ms // pane_ms).
        topics: Canonical topics.
        rows: Array of CONTRIBUTION.
        places: Scopes of places that rows may lie in.
    """

    pane: int
    topics: list[str]
    rows: Rows
    places: list[str] = field(default_factory=list)


class _Body(msgspec.Struct, array_like=True):
    """Stored form: rows without their spills, and those only where there are any."""

    pane: int
    topics: list[str]
    rows: bytes
    places: list[str]
    spills: bytes = b""


_BodyV1 = tuple[int, list[str], bytes]
_STORED: Final = CONTRIBUTION.fields["spill"][1] if CONTRIBUTION.fields else 0  # bytes of a row before it
_encoder = msgspec.msgpack.Encoder()
_decoder_v1 = msgspec.msgpack.Decoder(_BodyV1)
_decoder = msgspec.msgpack.Decoder(_Body)


def _encode(piece: Contributions) -> bytes:
    rows = np.ascontiguousarray(piece.rows)
    raw = rows.view(np.uint8).reshape(-1, CONTRIBUTION.itemsize)[:, :_STORED].tobytes()
    body = (piece.pane, piece.topics, raw, piece.places)
    return _encoder.encode((*body, rows["spill"].tobytes()) if rows["spill"].any() else body)


def _decode_v1(payload: bytes) -> Contributions:
    """Read a piece from before there were places."""
    try:
        pane, topics, raw = _decoder_v1.decode(payload)
    except msgspec.MsgspecError as error:
        raise _corrupt(error) from error
    return _checked(pane, topics, raw, [])


def _decode_v2(payload: bytes) -> Contributions:
    try:
        body = _decoder.decode(payload)
    except msgspec.MsgspecError as error:
        raise _corrupt(error) from error
    pane, places = body.pane, body.places
    piece = _checked(pane, body.topics, body.rows, places)
    if body.spills:
        try:
            piece.rows["spill"] = np.frombuffer(body.spills, "<u4")
        except ValueError as error:
            raise _corrupt(error) from error
    apart = in_place(piece.rows)
    if apart.any() and (last := int(numbers(piece.rows, apart).max())) >= len(places):
        raise StateCorruptError(
            f"a piece of pane {pane} names place {last} of {len(places)}; restore an older snapshot"
        )
    return piece


def _corrupt(error: Exception) -> StateCorruptError:
    return StateCorruptError(f"not a piece of a pane: {error}; restore an older snapshot")


def _checked(pane: int, topics: list[str], raw: bytes, places: list[str]) -> Contributions:
    try:
        stored = np.frombuffer(raw, np.uint8).reshape(-1, _STORED)
    except ValueError as error:
        raise _corrupt(error) from error
    rows = np.zeros(len(stored), CONTRIBUTION)
    rows.view(np.uint8).reshape(-1, CONTRIBUTION.itemsize)[:, :_STORED] = stored
    if rows.size and int(rows["topic"].max()) >= len(topics):
        raise StateCorruptError(
            f"a piece of pane {pane} names topic {int(rows['topic'].max())} of {len(topics)}; "
            "restore an older snapshot"
        )
    return Contributions(pane, topics, rows, places)


CODEC: Final[Codec[Contributions]] = register(
    Codec(kind=b"pc", version=2, encode=_encode, decoders={1: _decode_v1, 2: _decode_v2})
)


def joined(pieces: Iterable[Contributions]) -> Contributions:
    """Put pieces of one pane together; topics and places come out sorted. O(rows + topics log topics).

    Raises:
        StateCorruptError: No piece, or pieces of several panes.
    """
    parts = list(pieces)
    panes = {part.pane for part in parts}
    if len(panes) != 1:
        raise StateCorruptError(f"pieces of panes {sorted(panes)}: expected those of one pane")
    names = sorted({name for part in parts for name in part.topics})
    number = {name: i for i, name in enumerate(names)}
    places = sorted({place for part in parts for place in part.places})
    moved = []
    for part in parts:
        table = np.array([number[name] for name in part.topics], np.uint32)
        rows = renamed(part.rows, part.places, places)
        if rows.size:
            rows["topic"] = table[rows["topic"]]
        moved.append(rows)
    return Contributions(parts[0].pane, names, np.concatenate(moved), places)


def folded(whole: Contributions, user_limit: int) -> Contributions:
    """Return the same contributions in fewer rows. O(n log n).

    What leaves is the same whether pieces were folded before or not, and in which order: sums are whole
    numbers, and the smallest hashes of a union are among the smallest of its parts.

    Args:
        whole: What was collected.
        user_limit: Users that each topic, language and region, or place, keeps one by one, at least 1.
    """
    rows = whole.rows
    cell = _cells(rows)
    marker = rows["centi"] == MARKER
    threshold = _thresholds(cell, rows["user"], marker)
    order = np.lexsort((rows["item"], rows["fingerprint"], rows["user"], marker, cell))
    rows, cell, marker = rows[order], cell[order], marker[order]
    lost = marker | (rows["user"] >= threshold[cell])
    limit = _limits(cell[~lost], rows["user"][~lost], user_limit, threshold)
    lost |= rows["user"] >= limit[cell]
    kept = rows[~lost]
    same = starts(cell[~lost], kept["user"], kept["fingerprint"], kept["item"])
    out = kept[same]
    for name in ("centi", "events", "milli"):
        out[name] = sums(kept[name].astype(np.int64), same)
    out["spill"] = earliest(kept["spill"].astype(np.int64), same)
    return replace(whole, rows=np.concatenate([out, _markers(rows, cell, lost, limit)]))


def _cells(rows: Rows) -> Ints:
    """Return a number for each (topic, language, region), or (topic, place)."""
    wide = (rows["topic"].astype(np.uint64) << np.uint64(32)) | (
        (rows["lang"].astype(np.uint64) << np.uint64(16)) | rows["region"]
    )
    cell: Ints = np.unique(wide, return_inverse=True)[1].astype(np.int64)
    return cell


def _thresholds(cell: Ints, user: npt.NDArray[np.uint64], marker: npt.NDArray[np.bool_]) -> Ints:
    """Return of each cell the hash below which nobody is missing."""
    out = np.full(int(cell.max()) + 1 if cell.size else 0, USER_SPACE, np.int64)
    np.minimum.at(out, cell[marker], user[marker].astype(np.int64))
    return out


def _limits(cell: Ints, user: npt.NDArray[np.uint64], user_limit: int, threshold: Ints) -> Ints:
    """Lower the thresholds of cells that hold too many users; rows are sorted by cell and user."""
    out = threshold.copy()
    person = starts(cell, user)
    per_cell = np.bincount(cell[person], minlength=len(out))
    for crowded in np.flatnonzero(per_cell > user_limit).tolist():
        first = int(np.searchsorted(cell[person], crowded))
        out[crowded] = user[person[first + user_limit]]
    return out


def _markers(rows: Rows, cell: Ints, lost: npt.NDArray[np.bool_], limit: Ints) -> Rows:
    """Return one marker for each cell that lost rows, with what they were in sum."""
    gone, cell = rows[lost], cell[lost]
    first = starts(cell)
    out = gone[first]
    for name in ("events", "milli"):
        out[name] = sums(gone[name].astype(np.int64), first)
    out["user"] = limit[cell[first]]
    out["fingerprint"] = out["item"] = out["spill"] = 0
    out["centi"] = MARKER
    return out
