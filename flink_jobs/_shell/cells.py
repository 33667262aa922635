"""Keyed state that holds bytes, in both execution modes.

Checked on PyFlink 2.2.1: in process mode ``PRIMITIVE_ARRAY(BYTE)`` gives and takes ``bytes``. In thread mode
the same type turns each value into a tuple of numbers and fails on an absent one; a type that PyFlink does
not know is kept as a Java ``byte[]`` and handed over untouched.
"""

from collections.abc import Iterator
from typing import Literal

from pyflink.common import TypeInformation, Types
from pyflink.datastream import RuntimeContext
from pyflink.datastream.state import MapStateDescriptor, ValueStateDescriptor

Mode = Literal["thread", "process"]


class _JavaBytes(TypeInformation):  # type: ignore[misc]  # PyFlink publishes no types
    """Thread mode: a byte[] that crosses as bytes, without pickle."""


def bytes_type(mode: Mode) -> TypeInformation:
    """Return the type of a state value that is bytes."""
    return _JavaBytes() if mode == "thread" else Types.PRIMITIVE_ARRAY(Types.BYTE())


class BytesCell:
    """One bytes value per key."""

    def __init__(self, context: RuntimeContext, name: str, mode: Mode) -> None:
        self._state = context.get_state(ValueStateDescriptor(name, bytes_type(mode)))

    def get(self) -> bytes | None:
        """Return the value, None when there is none."""
        raw = self._state.value()
        return None if raw is None else bytes(raw)

    def put(self, value: bytes) -> None:
        """Replace the value."""
        self._state.update(value)


class BytesMap:
    """Many bytes values per key, by a string."""

    def __init__(self, context: RuntimeContext, name: str, mode: Mode) -> None:
        self._state = context.get_map_state(MapStateDescriptor(name, Types.STRING(), bytes_type(mode)))

    def get(self, key: str) -> bytes | None:
        """Return a value, None when there is none."""
        raw = self._state.get(key)
        return None if raw is None else bytes(raw)

    def put(self, key: str, value: bytes) -> None:
        """Store a value. One by one: put_all fails in process mode (2.2.1, 2.3.0)."""
        self._state.put(key, value)

    def pop(self, key: str) -> bytes | None:
        """Return a value and remove it."""
        raw = self.get(key)
        if raw is not None:
            self._state.remove(key)
        return raw

    def items(self) -> Iterator[tuple[str, bytes]]:
        """Return all entries; reads everything."""
        return iter([(str(key), bytes(value)) for key, value in self._state.items()])

    def remove(self, key: str) -> None:
        """Remove an entry that exists."""
        self._state.remove(key)
