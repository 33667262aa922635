"""Stored bytes of a list."""

from typing import Final

import msgspec
import numpy as np

from schemas.served import TrendRecord
from state.codec import Codec, StateCorruptError, register
from state.crowd import Crowd
from state.list_review import Review
from state.list_state import Candidate, ListState
from state.recent_set import RecentSet

_Candidate = tuple[TrendRecord, bytes, bytes, bytes, bytes, int]
_Stored = tuple[
    list[_Candidate],
    dict[str, str],
    list[tuple[int, int, bytes]],
    list[tuple[str, int, int, int, bool, int]],
    dict[str, int],
    int,
    dict[str, int],
]
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_Stored)


def _encode(state: ListState) -> bytes:
    return _encoder.encode(
        (
            [
                (one.record, *_packed(one.people), *_packed(one.contents), one.passed_ms)
                for one in state.candidates.values()
            ],
            state.led_by,
            [(pane, crowd.limit, crowd.hashes.tobytes()) for pane, crowd in state.crowds.items()],
            [
                (topic, r.asked_ms, r.clean, r.clean_ms, r.shown, r.touched_ms)
                for topic, r in state.reviews.items()
            ],
            state.denied,
            state.written,
            state.told,
        )
    )


def _packed(kept: RecentSet) -> tuple[bytes, bytes]:
    return kept.hashes.tobytes(), kept.panes.tobytes()


def _set(hashes: bytes, panes: bytes) -> RecentSet:
    out = RecentSet(np.frombuffer(hashes, np.uint32), np.frombuffer(panes, np.uint32))
    if len(out.hashes) != len(out.panes):
        raise ValueError(f"{len(out.hashes)} hashes of {len(out.panes)} panes")
    return out


def _decode_v1(payload: bytes) -> ListState:
    try:
        candidates, led_by, crowds, reviews, denied, written, told = _decoder.decode(payload)
        return ListState(
            candidates={
                record.topic: Candidate(record, _set(people, seen), _set(contents, when), passed_ms)
                for record, people, seen, contents, when, passed_ms in candidates
            },
            led_by=led_by,
            crowds={pane: Crowd(limit, np.frombuffer(raw, np.uint32)) for pane, limit, raw in crowds},
            reviews={topic: Review(*rest) for topic, *rest in reviews},
            denied=denied,
            written=written,
            told=told,
        )
    except (msgspec.MsgspecError, ValueError) as error:
        raise StateCorruptError(f"not a list: {error}; restore an older snapshot") from error


CODEC: Final[Codec[ListState]] = register(
    Codec(kind=b"tl", version=1, encode=_encode, decoders={1: _decode_v1})
)
