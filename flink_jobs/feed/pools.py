"""One shard of pools: rows of a pane wait for its end, then each pool takes its own and is served anew."""

from collections.abc import Iterator, Mapping
from typing import Final

from msgspec.structs import replace

from flink_jobs._shell.for_readers import Served
from flink_jobs._shell.waiting import Bytes, WaitingPieces
from flink_jobs.feed import pieces, served
from flink_jobs.feed.options import FeedOptions
from flink_jobs.feed.pieces import SERVED, Target
from schemas.served_feed import new_name
from state import feed_pools
from state.feed_pools import Pool, PoolKind, Row

POOL_MAPS: Final = ("pools", "new", "pieces", "days")
_DAY_MS = 86_400_000


class PoolShards:
    """All shards of pools of a worker; Flink says which one is current."""

    def __init__(self, options: FeedOptions, maps: Mapping[str, Bytes]) -> None:
        self._o = options
        self._maps = maps
        self._waiting = WaitingPieces(maps["pieces"], pieces.joined_rows)

    def take(self, raw: bytes) -> int:
        """Keep rows; return the moment to come back at."""
        pane = pieces.pane_of(raw)
        self._waiting.add(pane, pieces.body_of(raw))
        return (pane + 1) * self._o.pane_ms

    def at(self, shard: int, now_ms: int) -> Iterator[bytes]:
        """Let each pool take its rows of the pane that ends now."""
        bodies = self._waiting.pop(now_ms // self._o.pane_ms - 1)
        if not bodies:
            return
        pools: dict[Target, list[Row]] = {}
        for body in bodies:
            for target, row in pieces.rows_of(body):
                pools.setdefault(target, []).append(row)
        out: list[Served] = []
        creators: dict[str, tuple[int, list[Row]]] = {}
        for (kind, name), rows in sorted(pools.items()):
            pool = feed_pools.updated(self._o.pools, kind, self._pool(kind, name), rows, now_ms)
            out.append(self._store(kind, name, pool))
            if kind == "creator":
                creators[name] = pool.met, rows
        out += self._explore(shard, creators, now_ms)
        self._sweep(now_ms)
        yield SERVED + pieces.encode(out)

    def _explore(
        self, shard: int, creators: Mapping[str, tuple[int, list[Row]]], now_ms: int
    ) -> Iterator[Served]:
        """Yield this shard's pools of new creators' items: of each scope that a creator's item is met in."""
        cfg = self._o.pools
        fresh: dict[str, list[Row]] = {}
        gone: set[str] = set()
        for met, rows in creators.values():
            for row in rows:
                if feed_pools.is_new(cfg, row, met, now_ms):
                    for scope, _ in row.scopes:
                        fresh.setdefault(scope, []).append(row)
                else:
                    gone.add(row.item)
        done = frozenset(name for name, (met, _) in creators.items() if met >= cfg.new_creator_met)
        if gone or done:
            held = dict(self._maps["new"].items())
            fresh = {scope: fresh.get(scope, []) for scope in (*held, *fresh)}
        for scope in sorted(fresh):
            before = self._pool("new", scope)
            rows = [
                Row(row.item, row.author, row.topics, row.first_ms, row.met, 0, float(row.first_ms))
                for row in fresh[scope]
            ]
            pool = feed_pools.explored(cfg, before, rows, frozenset(gone), done, now_ms)
            if pool.rows != before.rows:
                yield self._store("new", scope, pool, new_name(scope, shard))

    def _at(self, kind: PoolKind, name: str) -> tuple[Bytes, str]:
        """Return where a pool is kept: those of new creators by themselves, since all are looked at."""
        return (self._maps["new"], name) if kind == "new" else (self._maps["pools"], f"{kind}:{name}")

    def _pool(self, kind: PoolKind, name: str) -> Pool:
        held, key = self._at(kind, name)
        raw = held.get(key)
        return Pool() if raw is None else feed_pools.CODEC.loads(raw)

    def _store(self, kind: PoolKind, name: str, pool: Pool, served_as: str = "") -> Served:
        pool.rows = [replace(row, more=0, scopes=()) if row.more or row.scopes else row for row in pool.rows]
        held, key = self._at(kind, name)
        held.put(key, feed_pools.CODEC.dumps(pool))
        return served.of_pool(self._o.cards, kind, served_as or name, pool)

    def _sweep(self, now_ms: int) -> None:
        """Once a day, forget pools that nothing changed for long; reads all."""
        day = str(now_ms // _DAY_MS).encode()
        last = self._maps["days"].get("last")
        if last == day:
            return
        self._maps["days"].put("last", day)
        for key, raw in list(self._maps["pools"].items()) if last else ():
            if feed_pools.CODEC.loads(raw).as_of_ms < now_ms - self._o.item_ttl_ms:
                self._maps["pools"].remove(key)
