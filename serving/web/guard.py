"""What stands in front of every endpoint: keys, rates, sizes, and counting. Plain ASGI: it costs little."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.web import page
from serving.web.bucket import Rate
from serving.web.keys import ANONYMOUS, KeysFile
from serving.web.limiter import Limiter
from serving.web.metrics import OTHER, Metrics
from serving.web.options import WebOptions
from serving.web.problems import ProblemError, problem

# The page, which holds no data, what monitors and readers of the description need, and what Mastodon's
# clients ask before they have a token.
OPEN = page.paths() | frozenset(
    {"/health", "/ready", "/openapi.json", "/api/v1/instance", "/api/v2/instance"}
)
_CLIENT = "groundswell.client"
_BEARER = b"bearer "
_UNLIMITED = 1_000_000


@dataclass(frozen=True, slots=True)
class Client:
    """Who asks.

    Attributes:
        name: Name of the key.
        streams: Streams at once.
        rate: How often; None = as often as it likes.
    """

    name: str
    streams: int = _UNLIMITED
    rate: Rate | None = None


_ANYBODY = Client(ANONYMOUS)


def client_of(scope: Scope) -> Client:
    """Return who makes a request."""
    found = scope.get(_CLIENT, _ANYBODY)
    return found if isinstance(found, Client) else _ANYBODY


class Guard:
    """Lets requests through, or answers them itself.

    Args:
        app: What is behind it.
        options: Settings.
        keys: Returns the keys file as it is now; None = everybody may ask.
        limiter: Holds rates.
        metrics: Counts.
        paths: Addresses that may be labels.
    """

    def __init__(
        self,
        app: ASGIApp,
        options: WebOptions,
        keys: Callable[[], KeysFile] | None,
        limiter: Limiter,
        metrics: Metrics,
        paths: frozenset[str],
    ) -> None:
        self._app, self._options, self._keys = app, options, keys
        self._limiter, self._metrics, self._paths = limiter, metrics, paths
        self._known: dict[str, Client] = {}
        self._known_of: KeysFile | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start_s, path = time.perf_counter(), scope["path"]
        status = 0

        async def counted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (b"x-content-type-options", b"nosniff")]
            await send(message)

        try:
            await self._admit(scope)
            await self._app(scope, self._bounded(receive), counted)
        except ProblemError as error:
            if status:
                raise
            await problem(error, path)(scope, receive, counted)
        finally:
            self._count(path, status, time.perf_counter() - start_s)

    async def _admit(self, scope: Scope) -> None:
        """Refuse what is too large, unknown, or too often."""
        if len(scope["query_string"]) > self._options.query_bytes:
            raise ProblemError("query-too-long", f"at most {self._options.query_bytes} bytes")
        headers = scope["headers"]
        for name, value in headers:
            # Not isdigit(): that knows digits of other scripts, which int() of bytes does not.
            if name == b"content-length" and (len(value) > 9 or int(value) > self._options.body_bytes):  # noqa: PLR2004
                raise ProblemError("too-large", f"at most {self._options.body_bytes} bytes")
        if (
            self._keys is None
            or (scope["path"].rstrip("/") or page.PAGE) in OPEN
            or scope["method"] == "OPTIONS"
        ):
            return
        client = self._who(headers, self._keys())
        scope[_CLIENT] = client
        if client.rate is not None:
            wait_s = await self._limiter.wait_s(client.name, client.rate)
            if wait_s > 0:
                self._metrics.limited.inc()
                said = f"{client.rate.per_s:g} a second, {client.rate.burst} at once"
                raise ProblemError("too-many-requests", f"this key may ask {said}", wait_s)

    def _who(self, headers: list[tuple[bytes, bytes]], keys: KeysFile) -> Client:
        if keys is not self._known_of:
            self._known, self._known_of = {}, keys
        shown = _shown(headers)
        if shown is None:
            if keys.anonymous is None:
                raise ProblemError("no-key", "send it as `Authorization: Bearer <key>` or `X-Api-Key: <key>`")
            grant = keys.anonymous
            return Client(ANONYMOUS, grant.streams, Rate(grant.per_s, grant.burst))
        client = self._known.get(shown)
        if client is None:
            found = keys.find(shown)
            if found is None:
                raise ProblemError("no-key", "this key is unknown, or was taken back")
            client = self._known[shown] = Client(found.name, found.streams, found.rate)
        return client

    def _bounded(self, receive: Receive) -> Receive:
        """Return a receive that takes no more than a body may have, also without a declared length."""
        left = self._options.body_bytes

        async def bounded() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise ProblemError("too-large", f"at most {self._options.body_bytes} bytes")
            return message

        return bounded

    def _count(self, path: str, status: int, took_s: float) -> None:
        known = path if path in self._paths else OTHER
        self._metrics.requests.labels(known, str(status or int(HTTPStatus.INTERNAL_SERVER_ERROR))).inc()
        if not path.endswith("/stream"):
            self._metrics.seconds.labels(known).observe(took_s)


def _shown(headers: list[tuple[bytes, bytes]]) -> str | None:
    """Return the key of a request; None when it shows none."""
    for name, value in headers:
        if name == b"x-api-key":
            return value.decode("latin-1")
        if name == b"authorization" and value[: len(_BEARER)].lower() == _BEARER:
            return value[len(_BEARER) :].strip().decode("latin-1")
    return None
