"""Redis keys and values of the model registry: which interest models there are, and which one is served.

=================================  ====  ======================================================
key                                type  content
=================================  ====  ======================================================
``groundswell:v1:models:entries``  HASH  name -> a model as JSON (`state/model_entry.py`), never changed
``groundswell:v1:models:current``  HASH  ``_v`` number of the switch, ``d`` one ModelPointer
=================================  ====  ======================================================

A registered model serves under keys of its own: ``groundswell:v1:model:<tag>:int:{<slot>}:<user>`` and so on,
where the job that runs without a name has ``groundswell:v1:int:{<slot>}:<user>``. The tag is the first 12
hexadecimal digits of the model's SHA-256.
"""

import re
from typing import Final

import msgspec

from schemas.served import ServedError

ENTRIES_KEY: Final = "groundswell:v1:models:entries"
CURRENT_KEY: Final = "groundswell:v1:models:current"
LAYOUT_VERSION: Final = 1
UNREGISTERED: Final = ""  # tag of what a job without a model's name serves
_TAG: Final = re.compile(r"[0-9a-f]{12}")


class ModelPointer(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """Which model is served, and which one was before.

    Attributes:
        version: Layout of this record.
        number: How often it was switched; 0 = never.
        current: Tag of the model that is served; empty = of the job without a name.
        previous: Tag of the model before; null = there is none to go back to.
        changed_ms: When it was switched, clock time, UTC.
    """

    version: int = LAYOUT_VERSION
    number: int = 0
    current: str = UNREGISTERED
    previous: str | None = None
    changed_ms: int = 0


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(ModelPointer)


def encode_pointer(pointer: ModelPointer) -> bytes:
    """Encode a pointer as MessagePack."""
    return _encoder.encode(pointer)


def decode_pointer(raw: bytes | None) -> ModelPointer:
    """Decode a pointer; nothing stored is a pointer that was never switched. About 1 us.

    Raises:
        ServedError: Other bytes, a newer layout, or a tag that is none.
    """
    if raw is None:
        return ModelPointer()
    try:
        pointer = _decoder.decode(raw)
    except msgspec.MsgspecError as error:
        raise ServedError(
            f"not a model pointer of layout {LAYOUT_VERSION}: {error}; update the reader"
        ) from error
    if pointer.version != LAYOUT_VERSION:
        raise ServedError(
            f"model pointer of layout {pointer.version}; this build reads {LAYOUT_VERSION}. Update it."
        )
    for tag in (pointer.current, pointer.previous or UNREGISTERED):
        check_tag(tag)
    return pointer


def check_tag(tag: str) -> str:
    """Return a tag that can be part of a key.

    Raises:
        ServedError: It is neither empty nor 12 hexadecimal digits.
    """
    if tag and not _TAG.fullmatch(tag):
        raise ServedError(f"model tag {tag!r}: expected 12 hexadecimal digits, or nothing")
    return tag
