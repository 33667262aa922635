"""What a shard keeps: pieces come back whole, topics are read once and written through."""

from collections.abc import Iterator, Sequence

import pytest

from flink_jobs._shell.waiting import FOLD_PIECES, WaitingPieces
from flink_jobs.trending.shard_states import TopicStates


class Cell:
    """Keyed state that counts how often it is asked."""

    def __init__(self, **entries: bytes) -> None:
        self.entries = dict(entries)
        self.reads = 0

    def get(self, key: str) -> bytes | None:
        """Return a value."""
        self.reads += 1
        return self.entries.get(key)

    def put(self, key: str, value: bytes) -> None:
        """Store a value."""
        self.entries[key] = value

    def remove(self, key: str) -> None:
        """Remove an entry; Flink's own fails for one that is not there."""
        del self.entries[key]

    def items(self) -> Iterator[tuple[str, bytes]]:
        """Return all entries."""
        return iter(list(self.entries.items()))


def _joined(pieces: Sequence[bytes]) -> bytes:
    return b"".join(pieces)


@pytest.mark.parametrize("count", [0, 1, FOLD_PIECES, FOLD_PIECES + 1, 3 * FOLD_PIECES + 5])
def test_pieces_of_a_pane_come_back_and_leave_nothing(count: int) -> None:
    """All that was added, in few entries; another pane is not touched."""
    cell = Cell()
    waiting = WaitingPieces(cell, _joined)
    waiting.add(8, b"other")
    for i in range(count):
        waiting.add(7, bytes([i]))
        assert len(cell.entries) <= FOLD_PIECES + 3
    assert b"".join(waiting.pop(7)) == bytes(range(count))
    assert waiting.pop(7) == []
    assert waiting.pop(8) == [b"other"]
    assert cell.entries == {}


def test_a_new_worker_finds_the_pieces_of_the_old_one() -> None:
    """Nothing lies outside Flink's state."""
    cell = Cell()
    WaitingPieces(cell, _joined).add(7, b"a")
    WaitingPieces(cell, _joined).add(7, b"b")
    assert WaitingPieces(cell, _joined).pop(7) == [b"a", b"b"]


def test_topics_without_state_are_known_without_asking() -> None:
    """The long tail costs no read; what was read or written is remembered, and written through."""
    cell = Cell(tea=b"1")
    states = TopicStates(cell).of(3)
    assert states.get(["tea", "coffee", "milk"]) == [b"1", None, None]
    states.put({"milk": b"2"})
    assert states.get(["milk", "tea"]) == [b"2", b"1"]
    assert cell.reads == 0
    assert cell.entries == {"tea": b"1", "milk": b"2"}


def test_what_is_not_remembered_is_read_again() -> None:
    """More topics than may be remembered: Flink's state has them."""
    cell = Cell(a=b"1", b=b"2", c=b"3")
    states = TopicStates(cell, most=1)
    assert states.of(0).get(["a", "b", "c"]) == [b"1", b"2", b"3"]
    assert cell.reads > 0


def test_silent_topics_leave_everywhere() -> None:
    """After a sweep they are new again."""
    cell = Cell(old=b"x", new=b"y")
    states = TopicStates(cell).of(0)
    states.remove(lambda raw: raw == b"x")
    assert states.get(["old", "new"]) == [None, b"y"]
    assert cell.entries == {"new": b"y"}


def test_shards_do_not_share_topics() -> None:
    """The same name in two shards is two states; Flink switches the cell to the shard that is current."""
    cell = Cell()
    states = TopicStates(cell)
    states.of(0).put({"tea": b"0"})
    cell.entries = {}
    assert states.of(1).get(["tea"]) == [None]
