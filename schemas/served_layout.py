"""Records of a layout: MessagePack arrays whose first element is the version."""

from typing import Protocol, TypeVar

import msgspec

from schemas.served import ServedError


class _Versioned(Protocol):
    @property
    def version(self) -> int: ...


R = TypeVar("R", bound=_Versioned)


def read_record(kind: type[R], raw: bytes, version: int) -> R:
    """Decode a record of a kind and a version of its layout.

    Raises:
        ServedError: Other bytes, or another layout.
    """
    try:
        record: R = msgspec.msgpack.decode(raw, type=kind)
    except msgspec.MsgspecError as error:
        raise ServedError(f"not a {kind.__name__} of layout {version}: {error}; update the reader") from error
    if record.version != version:
        raise ServedError(f"record layout {record.version}; this build reads {version}. Update it.")
    return record
