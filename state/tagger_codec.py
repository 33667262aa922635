"""The stored form of a tagger: fixed sizes but for the names of its tags."""

import struct
from typing import Final

import numpy as np

from state import tag_table
from state.codec import Codec, StateCorruptError, StateError, register
from state.online_model import CalibrationState
from state.tagger import Progress, Tagger, TaggerConfig, TaggerState, at_rest, at_work, empty

_HEAD = struct.Struct("<IIddQQQQQQ")  # words, tags, slope, intercept, progress
_NAME = struct.Struct("<H")
MAX_NAME_BYTES: Final = 400  # 100 characters of 4 bytes, see `topics.MAX_TOPIC_CHARS`


def max_bytes(cfg: TaggerConfig) -> int:
    """Return how large a stored tagger can become, whatever it learns.

    >>> round(max_bytes(TaggerConfig()) / 1e6, 2)
    1.16
    """
    numbers = 4 * (cfg.words * cfg.tags + cfg.tags + cfg.words) + 16 * cfg.tags
    return 3 + _HEAD.size + numbers + cfg.tags * (_NAME.size + MAX_NAME_BYTES)


def restore(cfg: TaggerConfig, raw: bytes | None) -> Tagger:
    """Return a stored tagger at work, or an empty one when nothing is stored.

    Raises:
        StateError: It was learned with another number of words or tags.
    """
    if raw is None:
        return at_work(cfg, empty(cfg))
    state = CODEC.loads(raw)
    if state.weights.shape != (cfg.words, cfg.tags):
        words, tags = state.weights.shape
        raise StateError(
            f"the stored tagger has {words} words and {tags} tags, the settings say {cfg.words} and "
            f"{cfg.tags}; set them back, or start the job without its state"
        )
    return at_work(cfg, state)


def store(tagger: Tagger) -> bytes:
    """Return what a tagger has learned as bytes. O(words x tags), 0.3 ms for a megabyte."""
    return CODEC.dumps(at_rest(tagger))


def _encode(tagger: TaggerState) -> bytes:
    names = [name.encode() for name in tagger.table.names]
    calibration, p = tagger.calibration, tagger.progress
    words, tags = tagger.weights.shape
    head = _HEAD.pack(
        *(words, tags, calibration.slope, calibration.intercept),
        *(p.learned, p.judged, p.right, p.suggested, p.suggested_right, p.frequent_right),
    )
    arrays = (tagger.table.counts, tagger.table.errors, tagger.bias, tagger.steps, tagger.weights)
    little = [array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes() for array in arrays]
    return b"".join((head, *little, *(_NAME.pack(len(name)) + name for name in names)))


def _decode_v1(payload: bytes) -> TaggerState:
    try:
        return _read(payload)
    except (struct.error, ValueError) as error:
        raise StateCorruptError(
            f"tagger v1 of {len(payload)} bytes: {error}; restore an older snapshot"
        ) from error


def _read(payload: bytes) -> TaggerState:
    words, tags, slope, intercept, *progress = _HEAD.unpack_from(payload)
    at = _HEAD.size
    parts = []
    for kind, count in (("<f8", tags), ("<f8", tags), ("<f4", tags), ("<f4", words), ("<f4", words * tags)):
        part = np.frombuffer(payload, kind, count, at)
        parts.append(part.copy())
        at += part.nbytes
    names = []
    for _ in range(tags):
        (size,) = _NAME.unpack_from(payload, at)
        at += _NAME.size + size
        names.append(payload[at - size : at].decode())
    if at != len(payload):
        raise ValueError(f"{at} bytes expected")
    counts, errors, bias, steps, weights = parts
    return TaggerState(
        table=tag_table.rebuilt(names, counts, errors),
        weights=weights.reshape(words, tags),
        bias=bias,
        steps=steps,
        calibration=CalibrationState(slope, intercept),
        progress=Progress(*progress),
    )


CODEC: Final[Codec[TaggerState]] = register(
    Codec(kind=b"tg", version=1, encode=_encode, decoders={1: _decode_v1})
)
