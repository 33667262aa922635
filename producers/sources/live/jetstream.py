"""Bluesky Jetstream over WebSocket, protocols v1 and v2.

Source: bluesky-social/jetstream, README.md (v1) and network.bsky.jetstream.subscribeEvents (v2).
"""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI
from websockets.typing import Subprotocol

from producers.sources.errors import StreamError
from producers.sources.live.frames import read_v1, read_v2
from producers.sources.live.message import DisconnectedError, Message, Position

V1_PATH = "/subscribe"
V2_PATH = "/xrpc/network.bsky.jetstream.subscribeEvents"
V2_SUBPROTOCOL = "xrpc.v1.json"
MAX_MESSAGE_BYTES = 1_048_576
_SECOND_US = 1_000_000
_TRY_AGAIN_FROM, _TOO_MANY, _BAD_REQUEST = 500, 429, 400


@dataclass(frozen=True, slots=True)
class Jetstream:
    """One server and what is wanted of it.

    Attributes:
        url: `wss://host` (or ws), with or without the path; the path tells an auto protocol.
        collections: Record types, or prefixes such as `app.bsky.feed.*`.
        protocol: v1, v2 or auto.
        rewind_s: How far before the position to resume, seconds: v1 cursors are times, which can tie, and
            clocks of servers differ.
        silence_s: Reconnect when no message came for so long.
    """

    url: str
    collections: tuple[str, ...]
    protocol: str = "auto"
    rewind_s: float = 5.0
    silence_s: float = 60.0

    @property
    def is_v2(self) -> bool:
        """Protocol v2 is spoken."""
        if self.protocol == "auto":
            return urlsplit(self.url).path.rstrip("/").endswith("subscribeEvents")
        return self.protocol == "v2"

    @property
    def server(self) -> str:
        """Scheme and host: what a v2 cursor belongs to."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"

    def address(self, position: Position | None) -> str:
        """Full address that resumes at a position; None = only what is new."""
        path = urlsplit(self.url).path.rstrip("/") or (V2_PATH if self.is_v2 else V1_PATH)
        if self.is_v2:
            query = [("kinds", "commit"), *(("collections", name) for name in self.collections)]
        else:
            query = [("wantedCollections", name) for name in self.collections]
        query += [("maxMessageSizeBytes", str(MAX_MESSAGE_BYTES)), *self._cursor(position)]
        return f"{self.server}{path}?{urlencode(query)}"

    def _cursor(self, position: Position | None) -> list[tuple[str, str]]:
        if position is None:
            return []
        # A v2 seq is exact, but only on the server that gave it. Anything from 1e15 up is read as a time.
        if self.is_v2 and position.token and position.server == self.server:
            return [("cursor", position.token)]
        if not position.time_us:
            return []
        return [("cursor", str(max(1, position.time_us - round(self.rewind_s * _SECOND_US))))]

    async def open(self, position: Position | None) -> AsyncGenerator[Message, None]:
        """Connect and yield messages until the stream breaks off.

        Raises:
            DisconnectedError: It broke off or could not be opened.
            StreamError: The server refuses for good.
        """
        address = self.address(position)
        try:
            async with connect(
                address,
                subprotocols=[Subprotocol(V2_SUBPROTOCOL)] if self.is_v2 else None,
                max_size=4 * MAX_MESSAGE_BYTES,
                open_timeout=15,
                close_timeout=2,
            ) as socket:
                while True:
                    frame = await asyncio.wait_for(socket.recv(), self.silence_s)
                    yield read_v2(frame, self.server) if self.is_v2 else read_v1(frame, self.server)
        except InvalidStatus as error:
            raise self._refused(error, position) from error
        except InvalidURI as error:
            raise StreamError(f"{self.url}: {error}; expected ws:// or wss://") from error
        except ConnectionClosed as error:
            raise DisconnectedError(f"{self.server}: {error}") from error
        except asyncio.TimeoutError as error:  # Python 3.10: not yet the built-in one
            reason = str(error) or f"nothing came for {self.silence_s:g} s"
            raise DisconnectedError(f"{self.server}: {reason}") from error
        except (OSError, InvalidHandshake) as error:
            raise DisconnectedError(f"{self.server}: {str(error) or type(error).__name__}") from error

    def _refused(self, error: InvalidStatus, position: Position | None) -> Exception:
        status = error.response.status_code
        said = (error.response.body or b"").decode(errors="replace")[:200].strip()
        if status >= _TRY_AGAIN_FROM or status == _TOO_MANY:
            return DisconnectedError(f"{self.server} answered {status} {said}")
        if status == _BAD_REQUEST and "CursorTooOld" in said and position is not None and position.token:
            return DisconnectedError(
                f"{self.server} no longer has all events since the cursor: some are lost ({said})",
                forget=True,
            )
        return StreamError(f"{self.server} refused with {status}: {said or 'no reason given'}")
