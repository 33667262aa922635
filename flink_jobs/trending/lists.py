"""The lists' life between Flink's state and timers and the pure functions of ``state``."""

from collections.abc import Iterator, Mapping
from typing import Final

from flink_jobs._shell.waiting import Bytes, OneBytes, WaitingPieces
from flink_jobs.trending import news, reviews, served
from state import list_news, trend_list_codec
from state.list_state import ListState
from state.trend_config import TrendConfig
from state.trend_list import settle

SERVED, REVIEWS = b"S", b"R"  # first byte of a message: for readers, for moderators
LIST_MAPS: Final = ("news",)
LIST_CELLS: Final = ("list",)


class Lists:
    """All lists of a worker; Flink says which one is current. Flink's state is the truth, as for shards."""

    def __init__(
        self,
        cfg: TrendConfig,
        maps: Mapping[str, Bytes],
        cells: Mapping[str, OneBytes],
        requests: reviews.ReviewRecords,
    ) -> None:
        self._cfg = cfg
        self._news = WaitingPieces(maps["news"], lambda raws: list_news.CODEC.dumps(news.joined(raws)))
        self._cells = cells
        self._requests = requests
        self._lists: dict[str, ListState] = {}

    def take(self, raw: bytes) -> int:
        """Keep routed news of a shard; return the event time at which all shards have told theirs."""
        moment_ms = news.moment_of(raw)
        self._news.add(moment_ms, news.body_of(raw))
        return moment_ms

    def at(self, name: str, now_ms: int) -> Iterator[bytes]:
        """Settle the current list at a moment of event time; yield messages."""
        told = self._news.pop(now_ms)
        if not told:
            return
        kind, _, scope = name.partition("|")
        state = self._list_of(name)
        change = settle(self._cfg, state, news.joined(told), now_ms)
        self._cells["list"].put(trend_list_codec.CODEC.dumps(state))
        # A correction that nobody can see leaves the list's version alone, as if it had not been.
        if now_ms % self._cfg.burst.pane_ms == 0 or change.moved or change.records:
            yield SERVED + served.message_of(self._cfg, kind, scope, now_ms, change)
        for request in self._requests.of(now_ms, change.ask):
            yield REVIEWS + request

    def _list_of(self, name: str) -> ListState:
        if name not in self._lists:
            raw = self._cells["list"].get()
            self._lists[name] = trend_list_codec.CODEC.loads(raw) if raw else ListState()
        return self._lists[name]
