"""What streams do not say again: a deletion names only an address, a like only the post. Bounded."""

from collections import OrderedDict
from typing import Generic, TypeVar

V = TypeVar("V")


class Memory(Generic[V]):
    """The newest values by key; the oldest go when it is full. O(1)."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[str, V] = OrderedDict()

    def __len__(self) -> int:
        return len(self._values)

    def put(self, key: str, value: V) -> None:
        """Remember a value; the same key again counts as new."""
        self._values[key] = value
        self._values.move_to_end(key)
        if len(self._values) > self._most:
            self._values.popitem(last=False)

    def get(self, key: str) -> V | None:
        """Value of a key, when it is still known."""
        return self._values.get(key)

    def first_time(self, key: str, value: V) -> bool:
        """Put a key that is not there; False when it was."""
        if key in self._values:
            return False
        self.put(key, value)
        return True
