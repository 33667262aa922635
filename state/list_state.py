"""What a list remembers, and what it tells readers."""

from dataclasses import dataclass, field

from schemas.served import TrendRecord
from state import recent_set
from state.crowd import Crowd
from state.list_review import Review
from state.recent_set import RecentSet


@dataclass(slots=True)
class Candidate:
    """A topic that may have a place.

    Attributes:
        record: As its shard told it.
        people: Of the last hour, as far as it was a candidate.
        contents: The same.
        passed_ms: Start of the pane in which it first had enough people, and so for good; 0 = not yet.
    """

    record: TrendRecord
    people: RecentSet = recent_set.EMPTY
    contents: RecentSet = recent_set.EMPTY
    passed_ms: int = 0


@dataclass(slots=True)
class ListState:
    """What a list remembers.

    Attributes:
        candidates: By topic.
        led_by: Alias to the name that leads it.
        crowds: Who was active, by pane, of the last hour.
        reviews: By topic.
        denied: Topics that may not be shown in this scope -> until ms.
        written: Checksum of the places that readers were last told of.
        told: Checksum of what readers were last told of each candidate.
    """

    candidates: dict[str, Candidate] = field(default_factory=dict)
    led_by: dict[str, str] = field(default_factory=dict)
    crowds: dict[int, Crowd] = field(default_factory=dict)
    reviews: dict[str, Review] = field(default_factory=dict)
    denied: dict[str, int] = field(default_factory=dict)
    written: int = 0
    told: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ListChange:
    """What readers shall learn.

    Attributes:
        places: (topic, rank) of all that trend, strongest first.
        allowed: Those of them that may be shown to everybody.
        records: What is new about topics, places or not.
        ask: (position, record) of topics that people have to look at.
        denied: (topic, until ms) of what may not be shown in this scope, also by those who fill its list.
        moved: Places, or who may be shown, are others than before.
    """

    places: list[tuple[str, float]]
    allowed: list[tuple[str, float]]
    records: list[TrendRecord]
    ask: list[tuple[int, TrendRecord]]
    denied: list[tuple[str, int]] = field(default_factory=list)
    moved: bool = True
