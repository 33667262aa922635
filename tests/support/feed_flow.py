"""The keyed steps of the feed job without Flink: acts in, event time by hand, values for Redis out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from flink_jobs._shell.for_readers import served_of
from flink_jobs.feed import pieces
from flink_jobs.feed.cards import CARD_MAPS, CardShards
from flink_jobs.feed.options import FeedOptions
from flink_jobs.feed.pools import POOL_MAPS, PoolShards
from flink_jobs.feed.viewers import VIEWER_CELLS, VIEWER_MAPS, ViewerShards
from schemas.hashing import hash64
from schemas.served_feed import PARTS, BarsRecord, FeedRecord, PoolRecord, SeenRecord, WishRecord, decode
from serving.memory_feed_store import MemoryFeedStore
from state.feed_acts import CREATED, ITEM_ACTS, Act
from tests.support.interest_flow import KeyedCell, KeyedMap

END_MS = (1 << 63) - 1
STEPS = ("cards", "pools", "viewers")  # time reaches them in this order
_MAPS = {"cards": CARD_MAPS, "pools": POOL_MAPS, "viewers": VIEWER_MAPS}


@dataclass
class FeedFlow:
    """All keyed steps; ``redis`` is key -> (fence, bytes) as the sink would leave it."""

    options: FeedOptions = field(default_factory=FeedOptions)
    watermark_ms: int = -(1 << 62)
    redis: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    writes: int = 0
    key: int = 0
    _timers: dict[str, set[tuple[int, int]]] = field(default_factory=lambda: {step: set() for step in STEPS})

    def __post_init__(self) -> None:
        """Make the states."""
        self.maps: dict[str, Any] = {
            step: {name: KeyedMap(lambda: self.key) for name in _MAPS[step]} for step in STEPS
        }
        self.cells: dict[str, Any] = {name: KeyedCell(lambda: self.key) for name in VIEWER_CELLS}
        self.restart()

    def restart(self) -> None:
        """Forget what is not in state, as a new worker does."""
        self.steps = {
            "cards": CardShards(self.options, self.maps["cards"]),
            "pools": PoolShards(self.options, self.maps["pools"]),
            "viewers": ViewerShards(self.options, self.maps["viewers"], self.cells),
        }

    def take(self, acts: Sequence[Act]) -> None:
        """Take a batch as the decoder would send it."""
        for act in acts:
            user, item = hash64(act.user.encode()), hash64(act.item.encode())
            act.pair = (user * 31 ^ item) % 2**64
            if act.item and (act.action in ITEM_ACTS or act.action == CREATED):
                self._give(pieces.piece(pieces.CARDS, item % PARTS, act.at_ms // self.options.pane_ms, [act]))
            if act.action != CREATED:
                self._give(pieces.piece(pieces.VIEWERS, user % PARTS, 0, [act]))

    def until(self, watermark_ms: int) -> None:
        """Move event time on: timers fire in order, those of the first step first."""
        self.watermark_ms = watermark_ms
        for step in STEPS:
            due = sorted(one for one in self._timers[step] if one[0] <= watermark_ms)
            self._timers[step] -= set(due)
            for moment, self.key in due:
                self._sort_out(self.steps[step].at(self.key, moment))

    def value(self, kind: type[FeedRecord], key: str) -> Any:
        """Return a served record; None when there is none."""
        held = self.redis.get(key)
        return None if held is None else decode(kind, held[1])  # type: ignore[type-var]

    def _give(self, raw: bytes) -> None:
        step = {pieces.CARDS: "cards", pieces.POOLS: "pools", pieces.VIEWERS: "viewers"}[raw[:1]]
        back, self.key = self.key, pieces.shard_of(raw)
        moments = self.steps[step].take(raw)
        self._timers[step] |= {
            (one, self.key) for one in (moments if isinstance(moments, list) else [moments])
        }
        self.key = back

    def _sort_out(self, messages: Iterable[bytes]) -> None:
        for message in list(messages):
            if message[:1] != pieces.SERVED:
                self._give(message)
                continue
            for one in served_of(message[1:]):
                held = self.redis.get(one.key)
                if held is not None and held[0] >= one.at_ms:
                    continue
                self.writes += 1
                if one.value is None:
                    self.redis.pop(one.key, None)
                else:
                    self.redis[one.key] = one.at_ms, one.value


def a_feed_store(flow: FeedFlow | None = None) -> MemoryFeedStore:
    """Return a store with what a flow served; by default a small world (`a_world`)."""
    flow = a_world() if flow is None else flow
    kinds: dict[str, type[FeedRecord]] = {
        "pool": PoolRecord, "wish": WishRecord, "seen": SeenRecord, "bars": BarsRecord,
    }  # fmt: skip
    store = MemoryFeedStore()
    for key, (_, raw) in flow.redis.items():
        store.put(key, decode(kinds[key.split(":")[2]], raw))  # type: ignore[type-var]
    return store


def a_world(at_ms: int = 1_772_150_400_000) -> FeedFlow:
    """Return a flow: Ann follows Max, saw p0, hid by0-0, blocked Eve, who is liked most; nobody met Zoe's."""
    flow, acts, number = FeedFlow(), list[Act](), 0

    def add(user: str, action: str, item: str = "", author: str = "") -> None:
        nonlocal number
        number += 1
        topics = ("tea",) if item else ()
        acts.append(Act(user, at_ms + number, f"e{number:05}", action, item, author, topics, "lang:en"))

    for n in range(8):
        for who in ("max", "eve", *(f"by{k}" for k in range(40))):
            item = f"p{n}" if who == "max" else f"{who}-{n}"
            add("x", "impression", item, who)
            if n % 2 == 0:
                add(f"u{n}", "like", item, who)
                if who == "eve":
                    add(f"v{n}", "like", item, who)
    for n in range(3):
        add(f"zoe{n}", CREATED, f"new{n}", f"zoe{n}")
    add("ann", "follow", author="max")
    add("ann", "impression", "p0", "max")
    add("ann", "hide", "by0-0", "by0")
    add("ann", "block", author="eve")
    flow.take(acts)
    flow.until(END_MS)
    return flow
