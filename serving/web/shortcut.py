"""Questions that were answered before are not parsed again.

The framework spends some 200 microseconds on the parameters of a request, and the answer lies ready. So the
endpoint notes what a query meant once it was found right, and the next request with the very same query goes
past the framework. The answer is made by the same functions; a test holds the two ways together.
"""

from typing import NamedTuple

from starlette.types import ASGIApp, Receive, Scope, Send

from serving.web.answers import respond
from serving.web.board import Board
from serving.web.snapshot import ListKey

PATH = "/v1/trends"
_QUERIES = 1_000


class Asked(NamedTuple):
    """What a query means: the first page of a list."""

    key: ListKey
    limit: int


class Queries:
    """Raw queries and what they mean, at most 1,000."""

    def __init__(self) -> None:
        self._known: dict[bytes, Asked] = {}

    def note(self, query: bytes, asked: Asked) -> None:
        """Keep what a query means."""
        if len(self._known) >= _QUERIES:
            self._known.clear()
        self._known[query] = asked

    def get(self, query: bytes) -> Asked | None:
        """Return what a query means, when it was asked before."""
        return self._known.get(query)


class Shortcut:
    """Answers what is known and kept; leaves the rest to the application behind it."""

    def __init__(self, app: ASGIApp, board: Board, queries: Queries) -> None:
        self._app, self._board, self._queries = app, board, queries

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        if scope["type"] == "http" and scope["path"] == PATH and scope["method"] == "GET":
            asked = self._queries.get(scope["query_string"])
            kept = self._board.held(asked.key) if asked else None
            if asked and kept:
                found = kept.page(kept.newest, 0, asked.limit, self._board.stale_ms)
                await respond(found, _if_none_match(scope))(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _if_none_match(scope: Scope) -> str | None:
    for name, value in scope["headers"]:
        if name == b"if-none-match":
            return str(value, "latin-1")
    return None
