"""The state of one admitted topic in one scope: about 150 bytes, and 192 more while it is a candidate.

Core: the burst detector's state, the rolling count and the topic's place in the list. Extra, kept only
while the topic had users within the hour or is listed: who they were (up to 8, to tell five people from one
person five times), which contents, and the last panes for a sparkline.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from state.burst_layout import STATE_DTYPE
from state.codec import HEADER, Codec, StateCorruptError, register
from state.summary import SAMPLE_FINGERPRINTS, SAMPLE_USERS

HISTORY_PANES: Final = 24
CORE: Final = np.dtype(
    [
        ("burst", STATE_DTYPE),
        ("rank", "<f8"),  # place in the list: log2 strength + time; 0 = never listed
        ("recent", "<f4"),  # rolling count, decayed to the newest pane
        ("base", "<f4"),  # what the list takes for normal: mean count of a pane, slow to learn
        ("peak_strength", "<f4"),
        ("first_pane", "<u4"),  # pane in which it entered the list
        ("peak_pane", "<u4"),
    ]
)
EXTRA: Final = np.dtype(
    [
        ("user", "<u4", (SAMPLE_USERS,)),  # hashes, 0 = empty
        ("user_pane", "<u4", (SAMPLE_USERS,)),  # when last seen
        ("fingerprint", "<u4", (SAMPLE_FINGERPRINTS,)),
        ("fingerprint_pane", "<u4", (SAMPLE_FINGERPRINTS,)),
        ("history", "<f4", (HISTORY_PANES,)),  # newest last
    ]
)
Rows = npt.NDArray[np.void]
KeyStates = tuple[Rows, Rows]  # (core, extra); a row of zeros in extra = none


def _encode(state: KeyStates) -> bytes:
    core, extra = state
    return core.tobytes() + (extra.tobytes() if extra.tobytes().strip(b"\0") else b"")


def _decode_v1(payload: bytes) -> KeyStates:
    if len(payload) not in (CORE.itemsize, CORE.itemsize + EXTRA.itemsize):
        raise StateCorruptError(
            f"topic state v1 has {len(payload)} bytes, expected {CORE.itemsize} or "
            f"{CORE.itemsize + EXTRA.itemsize}; restore an older snapshot"
        )
    core = np.frombuffer(payload, CORE, 1).copy()
    rest = payload[CORE.itemsize :]
    return core, (np.frombuffer(rest, EXTRA, 1).copy() if rest else np.zeros(1, EXTRA))


CODEC: Final[Codec[KeyStates]] = register(
    Codec(kind=b"tk", version=1, encode=_encode, decoders={1: _decode_v1})
)
_HEAD_NOW: Final = HEADER.pack(CODEC.kind, CODEC.version)


def loads_many(raws: list[bytes]) -> KeyStates:
    """Decode many states into two arrays, a row each. The newest version is read in one piece. O(n)."""
    if all(raw.startswith(_HEAD_NOW) for raw in raws):
        bodies = [raw[HEADER.size :].ljust(CORE.itemsize + EXTRA.itemsize, b"\0") for raw in raws]
        if all(
            len(raw) in (CORE.itemsize + HEADER.size, CORE.itemsize + EXTRA.itemsize + HEADER.size)
            for raw in raws
        ):
            both = np.frombuffer(b"".join(bodies), np.dtype([("core", CORE), ("extra", EXTRA)]))
            return both["core"].copy(), both["extra"].copy()
    parts = [CODEC.loads(raw) for raw in raws]
    return (
        np.concatenate([core for core, _ in parts]) if parts else np.zeros(0, CORE),
        np.concatenate([extra for _, extra in parts]) if parts else np.zeros(0, EXTRA),
    )


def dumps_many(core: Rows, extra: Rows, keep_extra: npt.NDArray[np.bool_]) -> list[bytes]:
    """Encode many states, without the extra part where it is no longer needed. O(n)."""
    cores, extras = core.tobytes(), extra.tobytes()
    c, e = CORE.itemsize, EXTRA.itemsize
    return [
        _HEAD_NOW + cores[i * c : (i + 1) * c] + (extras[i * e : (i + 1) * e] if keep else b"")
        for i, keep in enumerate(keep_extra.tolist())
    ]


def evictable(evict_panes: int, raw: bytes, pane: int) -> bool:
    """Return whether a topic has been silent for so long that its state may go."""
    core, _ = CODEC.loads(raw)
    return pane - int(core["burst"]["last_pane"][0]) > evict_panes
