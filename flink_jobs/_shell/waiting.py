"""Messages that wait in Flink's state for their moment of event time."""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

FOLD_PIECES = 64


class Bytes(Protocol):
    """A map of bytes for the shard that Flink has made current (``BytesMap``)."""

    def get(self, key: str) -> bytes | None:
        """Return a value, None when there is none."""

    def put(self, key: str, value: bytes) -> None:
        """Store a value."""

    def remove(self, key: str) -> None:
        """Remove an entry that exists."""

    def items(self) -> Iterator[tuple[str, bytes]]:
        """Return all entries."""

    def clear(self) -> None:
        """Remove all entries."""


class OneBytes(Protocol):
    """One value of the shard that Flink has made current (``BytesCell``)."""

    def get(self) -> bytes | None:
        """Return the value, None when there is none."""

    def put(self, value: bytes) -> None:
        """Replace the value."""


class WaitingPieces:
    """Pieces by pane: a counter under ``<pane>``, pieces under ``<pane>/<number>``.

    Undos wait in the same way, by step. A prefix tells several kinds apart that share a cell.
    """

    def __init__(self, cell: Bytes, fold: Callable[[Sequence[bytes]], bytes], prefix: str = "") -> None:
        self._cell = cell
        self._fold = fold
        self._prefix = prefix

    def add(self, pane: int, piece: bytes) -> None:
        """Keep a piece; many are folded into one. O(1), and O(pieces) at every 64th."""
        name = f"{self._prefix}{pane}"
        count = self._count(name)
        if count >= FOLD_PIECES:
            piece, count = self._fold([*self._take(name, count), piece]), 0
        self._cell.put(f"{name}/{count}", piece)
        self._cell.put(name, (count + 1).to_bytes(2, "big"))

    def pop(self, pane: int) -> list[bytes]:
        """Return the pieces of a pane and forget them."""
        name = f"{self._prefix}{pane}"
        count = self._count(name)
        if not count:
            return []
        self._cell.remove(name)
        return self._take(name, count)

    def _count(self, name: str) -> int:
        return int.from_bytes(self._cell.get(name) or b"", "big")

    def _take(self, name: str, count: int) -> list[bytes]:
        out = []
        for number in range(count):
            key = f"{name}/{number}"
            out.append(self._cell.get(key) or b"")
            self._cell.remove(key)
        return out
