"""What the endpoints share."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from schemas.served import list_key
from serving.store import TrendStore
from serving.web.board import Board
from serving.web.calls import Calls
from serving.web.metrics import Metrics
from serving.web.options import WebOptions
from serving.web.problems import ProblemError
from serving.web.shortcut import Queries
from serving.web.snapshot import ListKey
from serving.web.topics import Topics

if TYPE_CHECKING:
    from serving.web.slate_log import SlateLog

WARM_KINDS = ("tag", "link")


class Service:
    """One server's lists, topics and streams. For one event loop.

    Attributes:
        options: Settings.
        board: Lists.
        topics: Single topics.
        queries: What was asked before, and found right.
        calls: Reads of the store in threads.
        metrics: What is counted.
        slates: The log of feeds' decisions.
        closing: The process is about to end: streams end.
    """

    def __init__(self, store: TrendStore, options: WebOptions) -> None:
        self.options = options
        self.calls = Calls()
        warm = [ListKey("global", kind, options.allowed_only, fill=True) for kind in WARM_KINDS]
        self.board = Board(store, self.calls, options, warm)
        self.queries = Queries()
        self.topics = Topics(store, self.calls, options.deadline_s)
        self.metrics = Metrics()
        self.metrics.watch(self.board)
        self.slates: SlateLog | None = None
        self.closing = False
        self._streams: Counter[str] = Counter()

    def list_key(self, scope: str, kind: str, *, allowed: bool, fill: bool) -> ListKey:
        """Return the key of a list.

        Raises:
            ServedError: There can be no such list.
        """
        list_key(scope, kind)
        return ListKey(scope, kind, allowed or self.options.allowed_only, fill)

    def close(self) -> None:
        """End all streams, soon."""
        self.closing = True
        self.board.wake()

    @contextmanager
    def streaming(self, client: str, most: int) -> Iterator[None]:
        """Count a stream as long as the block lasts.

        Raises:
            ProblemError: There are too many.
        """
        if self._streams.total() >= self.options.streams or self._streams[client] >= most:
            raise ProblemError("too-many-streams", "close one, or come back later", 10)
        self._streams[client] += 1
        self.metrics.streams.inc()
        try:
            yield
        finally:
            self.metrics.streams.dec()
            self._streams[client] -= 1
            if not self._streams[client]:
                del self._streams[client]
