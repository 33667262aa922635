"""Records of a batch to pieces of acts and dead letters: decode, validate, normalise, in columns."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from flink_jobs._shell.raw_batch import RawBatch, WirePlans
from flink_jobs._shell.read import Bools, Unwanted, by_shard_and_pane, refusals, topics_of
from flink_jobs.feed.pieces import CARDS, VIEWERS, piece
from schemas.avro_decode import decode
from schemas.avro_plan import Plan
from schemas.columns import Columns
from schemas.records import RECORDS
from schemas.registry import Registry
from schemas.served_feed import PARTS
from state import feed_acts
from state.canary import canaries
from state.exact import Ints
from state.feed_acts import ABOUT_CREATORS, CREATED, ERASED, FEED_ACTS, ITEM_ACTS, NO_ITEMS, REMOVED, WISHES
from state.feed_bars import BAR_ACTS
from state.feed_cards import MAX_TOPICS
from state.scopes import NONE, language_scope, region_code, region_scope, spoken_code
from state.validate import GOOD, verdict

ENGAGEMENT, CONTENT, MODERATION, ERASURE = "engagement", "content", "moderation", "erasure"
LATE_TEXT = "its moment was over before it came; raise out_of_order_ms if this is common"
_PAIR = np.uint64(0x9E3779B97F4A7C15)
_Acts = list[tuple[object, ...]]


@lru_cache(maxsize=4096)
def _lang(text: str) -> str:
    code = spoken_code(text)
    return "" if code == NONE else language_scope(code)


@lru_cache(maxsize=4096)
def _region(text: str) -> str:
    code = region_code(text)
    return "" if code == NONE else region_scope(code)


class ActDecoder:
    """Turns raw Kafka records into acts by shard and pane. One per worker."""

    def __init__(self, registry: Registry, pane_ms: int) -> None:
        events = (ENGAGEMENT, CONTENT, MODERATION, ERASURE)
        self._plans = WirePlans(registry, {RECORDS[event].__name__: event for event in events})
        self._pane_ms = pane_ms

    def read(self, batch: RawBatch, watermark_ms: Ints) -> tuple[list[bytes], list[str]]:
        """Return (pieces, refused records) of a batch. Never raises for bad input.

        What came late grows no item and is refused, but what a person or a moderator wants always counts.

        Args:
            batch: Records.
            watermark_ms: Event time that was complete when each record came; NO_TIME_MS at the start.

        Raises:
            RegistryUnavailableError: A registry server had to be asked about a schema and did not answer.
        """
        pieces: list[bytes] = []
        refused: list[str] = []
        for plan, members in self._plans.sort(batch):
            if isinstance(plan, str):
                refused += [batch.refused(i, "unreadable", plan) for i in members.tolist()]
                continue
            event, compiled = plan
            values = [batch.values[i] or b"" for i in members.tolist()]
            columns = decode(compiled, values)
            code = verdict(event, columns, batch.record_ms[members])
            good = code == GOOD
            if event == ENGAGEMENT:
                good &= ~canaries(good, columns.hash64("actor_id"))
            late = good & (columns.ints("source_ms") <= watermark_ms[members])
            if event == ENGAGEMENT:
                late = self._engagement(compiled, columns, good, late, pieces)
            elif event == CONTENT:
                late = self._content(compiled, columns, good, late, pieces)
            else:
                late[:] = False
                self._decisions(event, compiled, columns, good, pieces)
            refused += refusals(event, columns, code, batch, members, Unwanted(late, "late", LATE_TEXT))
        return pieces, refused

    def _engagement(
        self, plan: Plan, columns: Columns, good: Bools, late: Bools, pieces: list[bytes]
    ) -> Bools:
        symbols = plan.field("action").symbols
        action = columns.symbols("action")
        names = [symbols[one] for one in action.tolist()]
        kinds = columns.strings("item_type").to_pylist()
        items, authors = columns.strings("item_id").to_pylist(), columns.strings("author_id").to_pylist()
        about = np.array([kind in NO_ITEMS for kind in kinds], np.bool_)
        creators = np.array([name.removeprefix("un") in ABOUT_CREATORS for name in symbols])[action]
        shown = [
            ("" if no_item else item, item if no_item and kind == "user" else author)
            for item, author, kind, no_item in zip(
                items, authors, kinds, (about | creators).tolist(), strict=True
            )
        ]
        wishes = np.array([name in WISHES for name in symbols])[action]
        grows = np.array([name in ITEM_ACTS for name in symbols])[action] & ~about
        wanted = good & np.array([name in FEED_ACTS for name in symbols])[action] & (grows | creators)
        users, hashes = columns.hash64("actor_id"), columns.hash64("item_id")
        rows: _Acts = list(
            zip(
                columns.strings("actor_id").to_pylist(),
                columns.ints("source_ms").tolist(),
                columns.strings("event_id").to_pylist(),
                names,
                [item for item, _ in shown],
                [author for _, author in shown],
                topics_of(columns, MAX_TOPICS),
                map(_lang, columns.strings("lang").to_pylist()),
                map(_region, columns.strings("region").to_pylist()),
                [0] * columns.n,
                (users * _PAIR ^ hashes).tolist(),
                strict=True,
            )
        )
        at_ms = columns.ints("source_ms")
        growing = np.flatnonzero(wanted & grows & ~late)
        pieces += self._split(CARDS, rows, growing, at_ms[growing] // self._pane_ms, hashes[growing])
        seeing = np.flatnonzero(wanted & (~late | wishes))
        pieces += self._split(VIEWERS, rows, seeing, at_ms[seeing] * 0, users[seeing])
        refused: Bools = wanted & late & ~wishes
        return refused

    def _content(self, plan: Plan, columns: Columns, good: Bools, late: Bools, pieces: list[bytes]) -> Bools:
        symbols = plan.field("action").symbols
        names = np.array([symbols[one] for one in columns.symbols("action").tolist()])
        created, deleted = good & (names == "create"), good & (names == "delete")
        at_ms, hashes = columns.ints("source_ms"), columns.hash64("item_id")
        times, ids = at_ms.tolist(), columns.strings("event_id").to_pylist()
        items, authors = columns.strings("item_id").to_pylist(), columns.strings("actor_id").to_pylist()
        langs = columns.strings("lang").to_pylist()
        regions, topics = columns.strings("region").to_pylist(), topics_of(columns, MAX_TOPICS)
        new: _Acts = [
            (author, at, one, CREATED, item, author, of, _lang(lang), _region(region), 0, 0)
            for author, at, one, item, of, lang, region in zip(
                authors, times, ids, items, topics, langs, regions, strict=True
            )
        ]
        born = np.flatnonzero(created & ~late)
        pieces += self._split(CARDS, new, born, at_ms[born] // self._pane_ms, hashes[born])
        gone: _Acts = [
            (item, at, one, REMOVED, "", "", (), "", "", 0, 0)
            for item, at, one in zip(items, times, ids, strict=True)
        ]
        some = np.flatnonzero(deleted)
        pieces += self._split(VIEWERS, gone, some, at_ms[some] * 0, hashes[some])
        refused: Bools = created & late
        return refused

    def _decisions(self, event: str, plan: Plan, columns: Columns, good: Bools, pieces: list[bytes]) -> None:
        """Add what moderators decided about posts and people, and requests to forget somebody."""
        at_ms, ids = columns.ints("source_ms"), columns.strings("event_id").to_pylist()
        if event == ERASURE:
            target, names = "actor_id", np.full(columns.n, ERASED)
            until_ms, wanted = [0] * columns.n, good
        else:
            target = "target_id"
            actions, kinds = (plan.field(name).symbols for name in ("action", "target_type"))
            names = np.array([actions[one] for one in columns.symbols("action").tolist()])
            whom = [kinds[one] for one in columns.symbols("target_type").tolist()]
            ends = np.where(columns.present("until_ms"), columns.ints("until_ms"), 0)
            until_ms = ends.tolist()
            fits = [_POST_OR_USER.get(name) == kind for name, kind in zip(names.tolist(), whom, strict=True)]
            wanted = good & np.array(fits, np.bool_)
        targets = columns.strings(target).to_pylist()
        rows: _Acts = [
            (whom, at, one, name, "", "", (), "", "", end, 0)
            for whom, at, one, name, end in zip(
                targets, at_ms.tolist(), ids, names.tolist(), until_ms, strict=True
            )
        ]
        some = np.flatnonzero(wanted)
        pieces += self._split(VIEWERS, rows, some, at_ms[some] * 0, columns.hash64(target)[some])

    @staticmethod
    def _split(
        what: bytes, rows: Sequence[object], taken: Ints, pane: Ints, hashes: npt.NDArray[np.uint64]
    ) -> Iterable[bytes]:
        """Return the rows as one piece for each shard and pane."""
        shard = (hashes % np.uint64(PARTS)).astype(np.int64)
        return [piece(what, to, of, some) for to, of, some in by_shard_and_pane(rows, taken, shard, pane)]


_POST_OR_USER = {
    name: "post" if name in {feed_acts.DELETED, feed_acts.UNDELETED} else "user"
    for name in BAR_ACTS - {feed_acts.REMOVED, feed_acts.RESTORED}
}
