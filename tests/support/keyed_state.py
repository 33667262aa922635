"""Keyed state of one key in memory, for what stands between Flink and the pure part."""

from collections.abc import Iterator


class MapState(dict[str, bytes]):
    """A map state; Flink's own fails where an entry is not there, too."""

    def put(self, key: str, value: bytes) -> None:
        """Store."""
        self[key] = value

    def remove(self, key: str) -> None:
        """Remove."""
        del self[key]

    def items(self) -> Iterator[tuple[str, bytes]]:  # type: ignore[override]
        """Return all."""
        return iter(list(super().items()))


class CellState:
    """A value state."""

    value: bytes | None = None

    def get(self) -> bytes | None:
        """Return it."""
        return self.value

    def put(self, value: bytes) -> None:
        """Replace it."""
        self.value = value
