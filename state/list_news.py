"""What a shard tells the lists of each scope when a pane has ended or a correction was made."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec
import numpy as np

from schemas.served import TrendRecord
from state import crowd
from state.codec import Codec, StateCorruptError, register
from state.crowd import Crowd
from state.exact import Ints
from state.moderation import Decision
from state.pane_rows import PaneRows
from state.recent_set import SIZE, Hashes
from state.scopes import GLOBAL
from state.summary import smallest
from state.topic_kinds import kind_of, name_of


@dataclass(frozen=True, slots=True)
class ListNews:
    """News of one list, of one or several shards.

    Attributes:
        records: What the shard says of its topics; rank 0 = it leaves the list.
        people: Smallest hashes of the people behind each record's pane, [n, SIZE], 0 = none.
        contents: The same of contents.
        crowd: Who was active in this scope in the pane.
        denied: (topic, until ms) of denials that hold for this scope only; 0 = taken back.
    """

    records: list[TrendRecord]
    people: Hashes
    contents: Hashes
    crowd: Crowd = field(default=crowd.EMPTY)
    denied: list[tuple[str, int]] = field(default_factory=list)


TAG: Final = "tag"
_CROWDED: Final = 8  # sampled people: a shard tells of fewer only beside records of that scope
_NO_HASHES: Final = np.zeros((0, SIZE), np.uint32)
EMPTY: Final = ListNews([], _NO_HASHES, _NO_HASHES)


def of_pane(rows: PaneRows, records: Sequence[TrendRecord], sources: Ints) -> dict[tuple[str, str], ListNews]:
    """Return the news of each (kind, scope) after a pane. O(n log n).

    Args:
        rows: What was counted, all topics.
        records: What is to be told.
        sources: ``PaneRows.source`` of each record.
    """
    places: dict[tuple[str, str], list[int]] = {}
    for i, record in enumerate(records):
        places.setdefault((record.kind, record.scope), []).append(i)
    people, contents = _samples(rows, sources)
    crowds = _crowds(rows)
    for scope, active in crowds.items():
        if len(active.hashes) >= _CROWDED:
            places.setdefault((TAG, scope), [])
    return {
        key: ListNews(
            [records[i] for i in mine], people[mine], contents[mine], crowds.get(key[1], crowd.EMPTY)
        )
        for key, mine in places.items()
    }


def of_correction(
    records: Iterable[TrendRecord], decisions: Iterable[Decision] = ()
) -> dict[tuple[str, str], ListNews]:
    """Return the news of each (kind, scope) after a correction: nobody new was seen."""
    places: dict[tuple[str, str], list[TrendRecord]] = {}
    for record in records:
        places.setdefault((record.kind, record.scope), []).append(record)
    denied: dict[tuple[str, str], list[tuple[str, int]]] = {}
    for decision in decisions:
        if decision.kind == "topic" and decision.scope != GLOBAL:
            key = kind_of(decision.topic), decision.scope
            until_ms = decision.until_ms if decision.action == "deny" else 0
            denied.setdefault(key, []).append((name_of(decision.topic), until_ms))
            places.setdefault(key, [])
    return {
        key: ListNews(mine, _nobody(len(mine)), _nobody(len(mine)), denied=denied.get(key, []))
        for key, mine in places.items()
    }


def together(news: Iterable[ListNews]) -> ListNews:
    """Return the news of several shards as one, in the order of topics, a topic once.

    Which shard told first changes nothing: all that is told of a topic comes from one.
    """
    parts = list(news)
    if not parts:
        return EMPTY
    records = [record for part in parts for record in part.records]
    order = sorted(range(len(records)), key=lambda i: records[i].topic)
    # A correction may tell of a topic twice, first that it is weaker, then that it is denied: the last holds.
    last = {records[i].topic: i for i in order}
    order = list(last.values())
    return ListNews(
        records=[records[i] for i in order],
        people=np.concatenate([part.people for part in parts])[order],
        contents=np.concatenate([part.contents for part in parts])[order],
        crowd=crowd.union(part.crowd for part in parts),
        # A topic has one shard, so its own decisions stay in their order.
        denied=sorted((one for part in parts for one in part.denied), key=lambda one: one[0]),
    )


def _nobody(n: int) -> Hashes:
    return np.zeros((n, SIZE), np.uint32)


def _samples(rows: PaneRows, sources: Ints) -> tuple[Hashes, Hashes]:
    """Return the smallest hashes of people and contents of some rows."""
    deeds = rows.deeds
    chosen = np.full(rows.deed_rows, -1, np.int64)
    chosen[sources] = np.arange(len(sources))
    mine = chosen[deeds.row]
    there = (mine >= 0) & (deeds.centi > 0)
    mine = mine[there]
    return (
        _sample(mine, deeds.user[there] >> 16, len(sources)),
        _sample(mine, deeds.fingerprint[there], len(sources)),
    )


def _sample(row: Ints, value: Ints, n: int) -> Hashes:
    """Return the smallest distinct values below 2^32 of each row."""
    key = np.unique((row << 32) | value)
    return smallest(key & 0xFFFFFFFF, key >> 32, n, SIZE)


def _crowds(rows: PaneRows) -> dict[str, Crowd]:
    """Return who was active in each scope."""
    deeds = rows.deeds
    names = sorted(set(rows.scopes))
    number = {name: i for i, name in enumerate(names)}
    scope = np.full(rows.deed_rows, -1, np.int64)
    scope[rows.source] = [number[name] for name in rows.scopes]
    mine, person = scope[deeds.row], deeds.user >> 16
    some = (mine >= 0) & (person < crowd.EMPTY.limit) & (deeds.centi > 0)
    key = np.unique((mine[some] << 32) | person[some])
    cut = np.searchsorted(key >> 32, np.arange(len(names) + 1))
    hashes = (key & 0xFFFFFFFF).astype(np.uint32)
    return {name: crowd.crowd_of(hashes[cut[i] : cut[i + 1]]) for i, name in enumerate(names)}


_Stored = tuple[list[TrendRecord], bytes, bytes, int, bytes, list[tuple[str, int]]]
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_Stored)


def _encode(news: ListNews) -> bytes:
    return _encoder.encode(
        (
            news.records,
            news.people.tobytes(),
            news.contents.tobytes(),
            news.crowd.limit,
            news.crowd.hashes.tobytes(),
            news.denied,
        )
    )


def _decode_v1(payload: bytes) -> ListNews:
    try:
        records, people, contents, limit, hashes, denied = _decoder.decode(payload)
        return ListNews(
            records,
            np.frombuffer(people, np.uint32).reshape(len(records), SIZE),
            np.frombuffer(contents, np.uint32).reshape(len(records), SIZE),
            Crowd(limit, np.frombuffer(hashes, np.uint32)),
            denied,
        )
    except (msgspec.MsgspecError, ValueError) as error:
        raise StateCorruptError(f"not news of a list: {error}; restore an older snapshot") from error


CODEC: Final[Codec[ListNews]] = register(
    Codec(kind=b"ln", version=1, encode=_encode, decoders={1: _decode_v1})
)
