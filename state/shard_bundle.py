"""Carry rows of closed panes to the shard that owns their keys, in few large pieces.

A bundle is one shard's rows of one pane as they left one upstream batch. Bundles of a pane may come in any
number and order; merged, they are sorted by key, so the engine always sees the same pane.
"""

from collections.abc import Sequence
from typing import Final
from zlib import crc32

import msgspec
import numpy as np

from state.codec import Codec, StateCorruptError, register
from state.entries import Summary
from state.exact import Ints
from state.trend_engine import ShardPane

BUNDLE_VERSION = 1


class Bundle(msgspec.Struct, frozen=True, array_like=True):
    """Rows as little-endian columns; see ShardPane for their meaning."""

    version: int
    pane: int
    keys: list[str]
    micro: bytes
    users: bytes
    trusted: bytes
    events: bytes
    fingerprints: bytes
    top_share: bytes
    user_sample: bytes
    fingerprint_sample: bytes


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Bundle).decode
_decode_list = msgspec.msgpack.Decoder(list[bytes]).decode


def _decode_v1(payload: bytes) -> list[bytes]:
    try:
        return _decode_list(payload)
    except msgspec.MsgspecError as error:
        raise StateCorruptError(f"waiting bundles: {error}; restore an older snapshot") from error


# The bundles of a pane that is not complete yet.
CODEC: Final[Codec[list[bytes]]] = register(
    Codec(kind=b"sb", version=1, encode=_encode, decoders={1: _decode_v1})
)


def shard_of(key: str, shards: int) -> int:
    """Return the shard of a key; the same everywhere, for ever."""
    return crc32(key.encode()) % shards


def bundles(
    keys: Sequence[str], pane: Ints, events: Ints, summary: Summary, shards: int
) -> list[tuple[int, int, bytes]]:
    """Return (shard, pane, bundle) for the rows of a batch of closed panes. O(n log n)."""
    if not len(keys):
        return []
    shard = np.fromiter((shard_of(k, shards) for k in keys), np.int64, len(keys))
    order = np.lexsort((pane, shard))
    cuts = np.flatnonzero((np.diff(shard[order]) != 0) | (np.diff(pane[order]) != 0)) + 1
    out = []
    for rows in np.split(order, cuts):
        first = int(rows[0])
        bundle = Bundle(
            version=BUNDLE_VERSION,
            pane=int(pane[first]),
            keys=[keys[i] for i in rows.tolist()],
            micro=summary.micro[rows].tobytes(),
            users=summary.users[rows].tobytes(),
            trusted=summary.trusted_users[rows].tobytes(),
            events=events[rows].tobytes(),
            fingerprints=summary.fingerprints[rows].tobytes(),
            top_share=summary.top_share[rows].tobytes(),
            user_sample=summary.user_sample[rows].tobytes(),
            fingerprint_sample=summary.fingerprint_sample[rows].tobytes(),
        )
        out.append((int(shard[first]), int(pane[first]), _encode(bundle)))
    return out


def merge(raws: Sequence[bytes]) -> ShardPane:
    """Join the bundles of one shard and pane into rows sorted by key.

    Raises:
        StateCorruptError: No bundles, an unknown version, or bundles of several panes.
    """
    try:
        parts = [_decode(raw) for raw in raws]
    except msgspec.MsgspecError as error:
        raise StateCorruptError(f"not a bundle of pane rows: {error}; restore an older snapshot") from error
    if {p.version for p in parts} != {BUNDLE_VERSION} or len({p.pane for p in parts}) != 1:
        raise StateCorruptError(
            f"bundles of versions {sorted({p.version for p in parts})} and panes "
            f"{sorted({p.pane for p in parts})}: expected version {BUNDLE_VERSION} and one pane"
        )
    keys = [key for part in parts for key in part.keys]
    order = np.array(sorted(range(len(keys)), key=keys.__getitem__), np.int64)

    def ints(name: str) -> Ints:
        return np.frombuffer(b"".join(getattr(p, name) for p in parts), "<i8")[order]

    def samples(name: str, width: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint32]]:
        flat = np.frombuffer(b"".join(getattr(p, name) for p in parts), "<u4")
        return flat.reshape(len(keys), width)[order]

    return ShardPane(
        pane=parts[0].pane,
        keys=[keys[i] for i in order.tolist()],
        micro=ints("micro"),
        users=ints("users"),
        trusted=ints("trusted"),
        events=ints("events"),
        fingerprints=ints("fingerprints"),
        top_share=np.frombuffer(b"".join(p.top_share for p in parts), "<f8")[order],
        user_sample=samples("user_sample", 8),
        fingerprint_sample=samples("fingerprint_sample", 4),
    )
