"""One shard of people, and one part of what is barred: acts wait until event time has passed them."""

from collections.abc import Iterator, Mapping
from typing import Final

from flink_jobs._shell.for_readers import Served
from flink_jobs._shell.waiting import Bytes, OneBytes, WaitingPieces
from flink_jobs.feed import pieces, served
from flink_jobs.feed.options import FeedOptions
from flink_jobs.feed.pieces import SERVED
from state import feed_bars, feed_viewer
from state.feed_acts import ERASED, Act
from state.feed_bars import BAR_ACTS, Bars
from state.feed_viewer import Seen, Wishes

VIEWER_MAPS: Final = ("wishes", "seen", "waiting")
VIEWER_CELLS: Final = ("bars", "done")
_TIME_BYTES = 8


class ViewerShards:
    """All shards of people of a worker; Flink says which one is current."""

    def __init__(
        self, options: FeedOptions, maps: Mapping[str, Bytes], cells: Mapping[str, OneBytes]
    ) -> None:
        self._o = options
        self._maps = maps
        self._cells = cells
        self._waiting = WaitingPieces(maps["waiting"], pieces.joined_acts)

    def take(self, raw: bytes) -> list[int]:
        """Keep acts until their time has come; return the moments of event time at which they are due."""
        due: dict[int, list[Act]] = {}
        done_ms = int.from_bytes(self._cells["done"].get() or b"", "big")
        for act in pieces.acts_of(pieces.body_of(raw)):
            act.at_ms = max(act.at_ms, done_ms)  # what comes late counts now
            tick = act.at_ms // self._o.tick_ms
            due.setdefault((tick + 1) * self._o.tick_ms, []).append(act)
        for moment, acts in due.items():
            self._waiting.add(moment, pieces.encode(acts))
        return list(due)

    def at(self, shard: int, now_ms: int) -> Iterator[bytes]:
        """Handle the acts whose time has come, in order."""
        bodies = self._waiting.pop(now_ms)
        if not bodies:
            return
        acts = [act for body in bodies for act in pieces.acts_of(body)]
        acts.sort(key=lambda act: (act.at_ms, act.event_id))
        self._cells["done"].put(now_ms.to_bytes(_TIME_BYTES, "big"))
        if out := list(self._handled(shard, acts)):
            yield SERVED + pieces.encode(out)

    def _handled(self, shard: int, acts: list[Act]) -> Iterator[Served]:
        raw = self._cells["bars"].get()
        bars = feed_bars.CODEC.loads(raw) if raw else Bars()
        people: dict[str, list[Act]] = {}
        barred, last = False, ""
        for act in acts:
            if act.event_id == last:
                continue
            last = act.event_id
            if act.action in BAR_ACTS:
                barred |= feed_bars.bar(bars, act)
            else:
                people.setdefault(act.user, []).append(act)
        if barred:
            self._cells["bars"].put(feed_bars.CODEC.dumps(bars))
            yield served.of_bars(shard, bars)
        for user, own in people.items():
            yield from self._person(user, own)

    def _person(self, user: str, acts: list[Act]) -> Iterator[Served]:
        cfg = self._o.viewers
        wishes, seen = self._wishes(user), self._seen(user)
        wished = met = False
        erased_ms = 0
        for act in acts:
            if act.action == ERASED:
                wishes, seen, wished, met, erased_ms = Wishes(), Seen(), False, False, act.at_ms
                continue
            wished |= feed_viewer.wish(cfg, wishes, act)
            met |= feed_viewer.meet(cfg, seen, act)
        if erased_ms:
            self._forget(user)
            yield from served.of_nobody(user, erased_ms)
        if wished:
            self._maps["wishes"].put(user, feed_viewer.WISHES_CODEC.dumps(wishes))
            yield served.of_wishes(user, wishes)
        if met:
            self._maps["seen"].put(user, feed_viewer.SEEN_CODEC.dumps(seen))
            yield served.of_seen(cfg, user, seen)

    def _wishes(self, user: str) -> Wishes:
        raw = self._maps["wishes"].get(user)
        return feed_viewer.WISHES_CODEC.loads(raw) if raw else Wishes()

    def _seen(self, user: str) -> Seen:
        raw = self._maps["seen"].get(user)
        return feed_viewer.SEEN_CODEC.loads(raw) if raw else Seen()

    def _forget(self, user: str) -> None:
        for name in ("wishes", "seen"):
            if self._maps[name].get(user) is not None:
                self._maps[name].remove(user)
