"""Server-sent events over HTTP, resumed by `Last-Event-ID`.

Source: WHATWG HTML, "Server-sent events"; parsing by httpx-sse. Comments and `retry:` need no answer.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass

import httpx
import httpx_sse
import msgspec

from producers.sources.errors import StreamError
from producers.sources.live.message import DisconnectedError, Message, Position

USER_AGENT = "groundswell/0.1 (live trends from public streams; python-httpx)"
_TRY_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
_OK = 200


@dataclass(frozen=True, slots=True)
class SseStream:
    """One address that streams JSON objects.

    Attributes:
        url: http or https.
        user_agent: Wikimedia refuses anonymous programs: it wants a name and a way to reach a person.
        silence_s: Reconnect when nothing, not even a comment, came for so long.
    """

    url: str
    user_agent: str = USER_AGENT
    silence_s: float = 60.0

    async def open(self, position: Position | None) -> AsyncGenerator[Message, None]:
        """Connect and yield messages until the stream breaks off.

        Raises:
            DisconnectedError: It broke off or could not be opened.
            StreamError: The server refuses for good.
        """
        headers = {"User-Agent": self.user_agent}
        if position is not None and position.token:
            headers["Last-Event-ID"] = position.token
        timeout = httpx.Timeout(15.0, read=self.silence_s)
        try:
            async with (
                httpx.AsyncClient(timeout=timeout, follow_redirects=True) as client,
                httpx_sse.aconnect_sse(client, "GET", self.url, headers=headers) as stream,
            ):
                _check(stream.response)
                async for event in stream.aiter_sse():
                    if event.event == "message" and event.data:
                        yield _message(event.data, event.id, self.url)
        except httpx.ReadTimeout as error:
            raise DisconnectedError(f"{self.url}: nothing came for {self.silence_s:g} s") from error
        except httpx_sse.SSEError as error:
            raise StreamError(f"{self.url} is not an event stream: {error}") from error
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise StreamError(f"{self.url}: {error}; expected http:// or https://") from error
        except httpx.TransportError as error:
            raise DisconnectedError(f"{self.url}: {str(error) or type(error).__name__}") from error


def _check(response: httpx.Response) -> None:
    status = response.status_code
    if status in _TRY_AGAIN:
        asked = response.headers.get("Retry-After", "")
        raise DisconnectedError(
            f"{response.url} answered {status}", retry_after_s=float(asked) if asked.isdecimal() else 0.0
        )
    if status != _OK:
        raise StreamError(
            f"{response.url} answered {status}, expected 200; check the address and the user agent"
        )


def _message(data: str, event_id: str, server: str) -> Message:
    # An id moves the position even when the data is malformed: asking for it again gives the same data.
    position = Position(event_id, server=server) if event_id else None
    try:
        body = msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError):
        return Message(None, position, fault="not JSON")
    if not isinstance(body, dict):
        return Message(None, position, fault="expected a JSON object")
    return Message(body, position)
