"""What differs between two states of a list: places only, a pure function."""

from collections.abc import Mapping
from dataclasses import dataclass

Places = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Changes:
    """Differences of places.

    Attributes:
        entered: Topics that came in, in the order of the list.
        left: Topics that went.
        moved: (topic, place before, place now).
    """

    entered: tuple[str, ...]
    left: tuple[str, ...]
    moved: tuple[tuple[str, int, int], ...]

    def __bool__(self) -> bool:
        return bool(self.entered or self.left or self.moved)


def changes(before: Places, now: Places) -> Changes:
    """Return what happened between two states, each topic -> place in the order of the list. O(topics).

    >>> changes({"a": 1, "b": 2}, {"b": 1, "c": 2})
    Changes(entered=('c',), left=('a',), moved=(('b', 2, 1),))
    """
    return Changes(
        tuple(topic for topic in now if topic not in before),
        tuple(topic for topic in before if topic not in now),
        tuple(
            (topic, before[topic], place)
            for topic, place in now.items()
            if topic in before and before[topic] != place
        ),
    )


def top(places: Places, limit: int) -> Places:
    """Return the first topics of a state."""
    return places if len(places) <= limit else dict(list(places.items())[:limit])
