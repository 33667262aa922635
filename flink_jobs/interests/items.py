"""One shard of items: deeds go on to their people with what was known of the item; panes make it grow."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from flink_jobs._shell.met_panes import MetPanes
from flink_jobs._shell.waiting import Bytes, WaitingPieces
from flink_jobs.interests import pieces, served
from flink_jobs.interests.options import InterestsOptions
from flink_jobs.interests.pieces import DEEDS, SERVED
from flink_jobs.interests.stores import ShardValues, Values
from state import interest_items, interest_stats
from state.interest_items import FACTS, ItemFacts
from state.interest_turn import ERASE
from state.outcome_join import Deed

ITEM_MAPS: Final = ("items", "pieces", "met")
_MOST_ITEMS = 200_000


class ItemShards:
    """All shards of items of a worker; Flink says which one is current.

    A deed goes on as soon as all panes before its own are closed, and waits here until then.
    """

    def __init__(self, options: InterestsOptions, maps: Mapping[str, Bytes]) -> None:
        self._o = options
        self._cells = maps
        self._items = Values(maps["items"], FACTS, _MOST_ITEMS)
        self._open = WaitingPieces(maps["pieces"], pieces.joined, prefix="open/")
        self._held = WaitingPieces(maps["pieces"], pieces.joined, prefix="held/")
        panes = -(-options.join.window_ms // options.pane_ms)
        self._met = MetPanes(maps["met"], options.pane_ms, panes)

    def take(self, raw: bytes, watermark_ms: int) -> tuple[list[int], list[bytes]]:
        """Take a piece; return moments to come back at, and messages."""
        shard, pane, body = pieces.shard_of(raw), pieces.pane_of(raw), pieces.item_body(raw)
        start_ms = pane * self._o.pane_ms
        if start_ms <= watermark_ms:
            self._open.add(pane, body)
            return [start_ms + self._o.pane_ms], list(self._routed(shard, pieces.deeds_of(body)))
        self._held.add(pane, body)
        return [start_ms, start_ms + self._o.pane_ms], []

    def at(self, shard: int, now_ms: int) -> Iterator[bytes]:
        """Close the pane that ends now, and let go the deeds of the one that begins."""
        pane = now_ms // self._o.pane_ms
        if bodies := self._open.pop(pane - 1):
            yield from self._close(shard, pane - 1, bodies)
        if held := self._held.pop(pane):
            body = pieces.joined(held) if len(held) > 1 else held[0]
            self._open.add(pane, body)
            yield from self._routed(shard, pieces.deeds_of(body))

    def _close(self, shard: int, pane: int, bodies: Sequence[bytes]) -> Iterator[bytes]:
        end_ms = (pane + 1) * self._o.pane_ms
        deeds = [deed for body in bodies for deed in pieces.deeds_of(body) if deed.action != ERASE]
        before, new_day = self._met.before(shard, pane)
        items, met = interest_items.grown(self._o.join, deeds, before)
        self._met.add(shard, pane, met)
        values = self._items.of(shard)
        out = []
        for item, more in items.items():
            facts = interest_items.apply(self._o.model, values.get(item), more, end_ms)
            values.put(item, facts)
            out.append(served.of_item(self._o.model, item, facts))
        if new_day:
            self._sweep(values, end_ms)
        values.flush()
        self._items.trim()
        if out:
            yield SERVED + pieces.encode(out)

    def _routed(self, shard: int, deeds: Sequence[Deed]) -> Iterator[bytes]:
        """Yield deeds by shard of their people, each with what was known of its item."""
        values = self._items.of(shard)
        known: dict[str, tuple[ItemFacts, bytes] | None] = {}
        out: dict[int, list[Deed]] = {}
        for deed in deeds:
            item = deed.item
            if item not in known:
                facts = values.get(item) if item else None
                known[item] = None if facts is None else (facts, interest_stats.CODEC.dumps(facts.stats))
            found = known[item]
            if found is not None:
                deed.author = deed.author or found[0].author
                deed.topics = deed.topics or found[0].topics
                deed.facts = found[1]
            out.setdefault(deed.shard, []).append(deed)
        for to, some in out.items():
            yield DEEDS + pieces.people_piece(to, some)

    def _sweep(self, values: ShardValues[ItemFacts], now_ms: int) -> None:
        """Forget items that nobody met for long; reads all."""
        for item, facts in list(values.items()):
            if facts.stats.seen_ms < now_ms - self._o.item_ttl_ms:
                held = values.get(item)
                if held is None or held.stats.seen_ms < now_ms - self._o.item_ttl_ms:
                    values.remove(item)
