"""One shard of items: acts of a pane wait for its end, then items grow and pools hear of it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from flink_jobs._shell.met_panes import MetPanes
from flink_jobs._shell.waiting import Bytes, WaitingPieces
from flink_jobs.feed import pieces
from flink_jobs.feed.options import FeedOptions
from flink_jobs.feed.pieces import POOLS, Target
from schemas.hashing import hash64
from schemas.served_feed import PARTS
from state import feed_cards
from state.feed_cards import Card, Grown
from state.feed_pools import Row
from state.scopes import GLOBAL

CARD_MAPS: Final = ("cards", "pieces", "met")


class CardShards:
    """All shards of items of a worker; Flink says which one is current."""

    def __init__(self, options: FeedOptions, maps: Mapping[str, Bytes]) -> None:
        self._o = options
        self._maps = maps
        self._waiting = WaitingPieces(maps["pieces"], pieces.joined_acts)
        panes = -(-options.cards.window_ms // options.pane_ms)
        self._met = MetPanes(maps["met"], options.pane_ms, panes)

    def take(self, raw: bytes) -> int:
        """Keep a piece; return the moment to come back at."""
        pane = pieces.pane_of(raw)
        self._waiting.add(pane, pieces.body_of(raw))
        return (pane + 1) * self._o.pane_ms

    def at(self, shard: int, now_ms: int) -> Iterator[bytes]:
        """Close the pane that ends now."""
        pane = now_ms // self._o.pane_ms - 1
        if bodies := self._waiting.pop(pane):
            yield from self._close(shard, pane, bodies)

    def _close(self, shard: int, pane: int, bodies: Sequence[bytes]) -> Iterator[bytes]:
        end_ms = (pane + 1) * self._o.pane_ms
        before, new_day = self._met.before(shard, pane)
        acts = [act for body in bodies for act in pieces.acts_of(body)]
        items, met = feed_cards.grown(acts, before)
        self._met.add(shard, pane, met)
        out: dict[int, list[tuple[Target, Row]]] = {}
        for item in sorted(items):
            card = self._grow(item, items[item], end_ms)
            for target, row in self._rows(item, card, items[item].met):
                to = hash64(target[1].encode()) % PARTS
                out.setdefault(to, []).append((target, row))
        if new_day:
            self._sweep(end_ms)
        for to, rows in sorted(out.items()):
            yield pieces.piece(POOLS, to, pane, rows)

    def _grow(self, item: str, more: Grown, end_ms: int) -> Card:
        raw = self._maps["cards"].get(item)
        held = None if raw is None else feed_cards.CODEC.loads(raw)
        card = feed_cards.apply(self._o.cards, held, more, end_ms)
        self._maps["cards"].put(item, feed_cards.CODEC.dumps(card))
        return card

    def _rows(self, item: str, card: Card, more: int) -> Iterator[tuple[Target, Row]]:
        """Yield what each pool that the item belongs to hears."""
        ranks = {scope: feed_cards.rank(self._o.cards, card, scope) for scope in card.likes}

        def row(rank: float, scopes: tuple[tuple[str, float], ...] = ()) -> Row:
            return Row(item, card.author, card.topics, card.first_ms, card.met, more, rank, scopes)

        for topic in card.topics:
            yield ("topic", topic), row(ranks[GLOBAL])
        for scope, likes in card.likes.items():
            if likes > 0:
                yield ("popular", scope), row(ranks[scope])
        if card.author:
            yield ("creator", card.author), row(ranks[GLOBAL], tuple(ranks.items()))

    def _sweep(self, now_ms: int) -> None:
        """Forget items that nobody met for long; reads all."""
        for item, raw in list(self._maps["cards"].items()):
            if feed_cards.CODEC.loads(raw).seen_ms < now_ms - self._o.item_ttl_ms:
                self._maps["cards"].remove(item)
