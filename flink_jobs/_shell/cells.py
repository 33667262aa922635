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
    """Many bytes values per key, by a string.

    In thread mode, what is put waits here until `flush` and then crosses to Java in one call: a call there
    costs more than the writing. `steps.ShardStep` flushes at the end of every call by Flink, while the key is
    current.
    """

    def __init__(self, context: RuntimeContext, name: str, mode: Mode) -> None:
        self._state = context.get_map_state(MapStateDescriptor(name, Types.STRING(), bytes_type(mode)))
        self._waits = mode == "thread"  # put_all fails in process mode (2.2.1, 2.3.0)
        self._fresh: dict[str, bytes] = {}

    def get(self, key: str) -> bytes | None:
        """Return a value, None when there is none."""
        if key in self._fresh:
            return self._fresh[key]
        raw = self._state.get(key)
        return None if raw is None else bytes(raw)

    def put(self, key: str, value: bytes) -> None:
        """Store a value, at the latest at `flush`."""
        if self._waits:
            self._fresh[key] = value
        else:
            self._state.put(key, value)

    def pop(self, key: str) -> bytes | None:
        """Return a value and remove it."""
        raw = self.get(key)
        if raw is not None:
            self.remove(key)
        return raw

    def items(self) -> Iterator[tuple[str, bytes]]:
        """Return all entries; reads everything."""
        self.flush()
        return iter([(str(key), bytes(value)) for key, value in self._state.items()])

    def remove(self, key: str) -> None:
        """Remove an entry that exists."""
        self._fresh.pop(key, None)
        self._state.remove(key)

    def clear(self) -> None:
        """Remove all entries, in one call."""
        self._fresh = {}
        self._state.clear()

    def flush(self) -> None:
        """Write what waits."""
        if self._fresh:
            self._state.put_all(self._fresh)
            self._fresh = {}
