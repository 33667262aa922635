"""The keyed steps of the interests job without Flink: deeds in, event time by hand, messages out."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from flink_jobs._shell.for_readers import served_of
from flink_jobs.interests import examples, notes, pieces
from flink_jobs.interests.examples import _Row
from flink_jobs.interests.items import ITEM_MAPS, ItemShards
from flink_jobs.interests.options import InterestsOptions
from flink_jobs.interests.people import MOST_AGAIN, PEOPLE_CELLS, PEOPLE_MAPS, PeopleShards
from schemas.hashing import hash64
from state.outcome_join import Deed
from tests.support.keyed_state import CellState, MapState

END_MS = (1 << 63) - 1


class KeyedMap:
    """A map state of many keys; ``here`` says which one is current."""

    def __init__(self, here: Callable[[], int]) -> None:
        self._here = here
        self.of: dict[int, MapState] = {}

    def __getattr__(self, name: str) -> object:
        """Hand everything to the current key's map."""
        return getattr(self.of.setdefault(self._here(), MapState()), name)


class KeyedCell:
    """A value state of many keys."""

    def __init__(self, here: Callable[[], int]) -> None:
        self._here = here
        self.of: dict[int, CellState] = {}

    def __getattr__(self, name: str) -> object:
        """Hand everything to the current key's cell."""
        return getattr(self.of.setdefault(self._here(), CellState()), name)


@dataclass
class InterestFlow:
    """Both keyed steps, one after the other."""

    options: InterestsOptions
    most_again: int = MOST_AGAIN
    watermark_ms: int = -(1 << 62)
    examples: list[_Row] = field(default_factory=list)
    noted: list[notes.Note] = field(default_factory=list)
    past: dict[str, dict[str, bytes]] = field(default_factory=dict)
    redis: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    key: int = 0
    _timers: dict[str, set[tuple[int, int]]] = field(
        default_factory=lambda: {"items": set(), "people": set()}
    )

    def __post_init__(self) -> None:
        """Make the states."""
        self.maps = {
            "items": {name: KeyedMap(lambda: self.key) for name in ITEM_MAPS},
            "people": {name: KeyedMap(lambda: self.key) for name in PEOPLE_MAPS},
        }
        self.cells = {name: KeyedCell(lambda: self.key) for name in PEOPLE_CELLS}
        self.restart()

    def restart(self) -> None:
        """Forget what is not in state, as a new worker does."""
        self._items = ItemShards(self.options, self.maps["items"])  # type: ignore[arg-type]
        self._people = PeopleShards(
            self.options,
            self.maps["people"],  # type: ignore[arg-type]
            self.cells,  # type: ignore[arg-type]
            self.most_again,
        )

    def take(self, deeds: Sequence[Deed]) -> None:
        """Take a batch as the decoder would send it."""
        groups: dict[tuple[int, int], list[Deed]] = {}
        for deed in deeds:
            shards = self.options.shards
            user, item = hash64(deed.user.encode()), hash64((deed.item or deed.user).encode())
            deed.pair, deed.shard = (user * 31 ^ item) % 2**64, user % shards
            groups.setdefault((item % shards, deed.at_ms // self.options.pane_ms), []).append(deed)
        for (shard, pane), some in groups.items():
            self.key = shard
            moments, out = self._items.take(pieces.item_piece(shard, pane, some), self.watermark_ms)
            self._timers["items"] |= {(moment, shard) for moment in moments}
            self._sort_out(out)

    def until(self, watermark_ms: int) -> None:
        """Move event time on: timers fire, those of the first step first."""
        self.watermark_ms = watermark_ms
        for moment, key in self._due("items"):
            self.key = key
            self._sort_out(list(self._items.at(self.key, moment)))
        while due := self._due("people"):
            for _, key in due:
                self.key = key
                moments, out = self._people.at(self.key, watermark_ms)
                self._timers["people"] |= {(moment, self.key) for moment in moments}
                self._sort_out(out)

    def _due(self, step: str) -> list[tuple[int, int]]:
        """Return the timers of a step that event time has reached, in order, and forget them."""
        due = sorted(timer for timer in self._timers[step] if timer[0] <= self.watermark_ms)
        self._timers[step] -= set(due)
        return due

    def _sort_out(self, messages: Iterable[bytes]) -> None:
        back = self.key
        for message in messages:
            kind, body = message[:1], message[1:]
            if kind == pieces.DEEDS:
                self.key = pieces.shard_of(body)
                self._timers["people"].add((self._people.take(body), self.key))
            elif kind == pieces.EXAMPLES:
                self.examples += examples._decode(body)
            elif kind == pieces.NOTES:
                self.noted += notes.notes_of(body)
            else:
                self._write(body)
        self.key = back

    def _write(self, body: bytes) -> None:
        for one in served_of(body):
            held = self.redis.get(one.key)
            if one.value is None:
                self.redis.pop(one.key, None)
                self.past.pop(one.key, None)
            elif held is None or held[0] < one.at_ms:
                self.past.setdefault(one.key, {}).update(one.more)
                self.redis[one.key] = one.at_ms, one.value
