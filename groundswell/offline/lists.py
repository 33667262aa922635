"""The lists of all scopes in this process, as the job settles them pane by pane: for evaluation."""

from groundswell.offline.trends import ClosedPane
from state import list_news
from state.list_state import ListChange, ListState
from state.trend_config import TrendConfig
from state.trend_list import settle

Key = tuple[str, str]  # kind, scope


class OfflineLists:
    """Feed closed panes in the order of time."""

    def __init__(self, cfg: TrendConfig) -> None:
        self._cfg = cfg
        self._lists: dict[Key, ListState] = {}

    def settle(self, pane: ClosedPane) -> dict[Key, ListChange]:
        """Settle every list that a pane has news for."""
        told: dict[Key, list[list_news.ListNews]] = {}
        for shard in pane.shards:
            verdict = shard.verdict
            for key, news in list_news.of_pane(shard.rows, verdict.records, verdict.sources).items():
                told.setdefault(key, []).append(news)
        end_ms = pane.start_ms + self._cfg.burst.pane_ms
        return {
            key: settle(self._cfg, self._lists.setdefault(key, ListState()), list_news.together(news), end_ms)
            for key, news in sorted(told.items())
        }
