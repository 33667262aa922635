"""Follow a stream for as long as wanted: reconnect with growing pauses, resume after the last message."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import TypeAlias

from producers.sources.errors import StreamError
from producers.sources.live.message import DisconnectedError, Message, Position

Open: TypeAlias = Callable[[Position | None], AsyncGenerator[Message, None]]


@dataclass(slots=True)
class Backoff:
    """Pauses between attempts: doubled each time, back to the start after a message.

    Attributes:
        first_s: The first pause, seconds.
        most_s: The longest pause, seconds.
        give_up_s: Sum of pauses without any message after which to stop; 0 = never.
    """

    first_s: float = 0.5
    most_s: float = 30.0
    give_up_s: float = 600.0
    _next_s: float = 0.0
    _waited_s: float = 0.0

    def reset(self) -> None:
        """Hear that the stream works."""
        self._next_s = self._waited_s = 0.0

    def pause_s(self, reason: str, at_least_s: float = 0.0) -> float:
        """Seconds to wait now.

        Raises:
            StreamError: It has been tried for long enough.
        """
        if self.give_up_s and self._waited_s >= self.give_up_s:
            raise StreamError(
                f"no message after {self._waited_s:.0f} s of trying again ({reason}); "
                "check the address and the network, the cursor is kept"
            )
        self._next_s = min(self.most_s, self._next_s * 2 or self.first_s)
        pause_s = max(self._next_s, at_least_s)
        self._waited_s += pause_s
        return pause_s


async def follow(
    open_stream: Open,
    start: Position | None,
    backoff: Backoff,
    warn: Callable[[str], None],
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> AsyncGenerator[Message, None]:
    """Yield messages for ever; a disconnect is a pause, never an end.

    Messages around a disconnect may come twice: the protocols resume at or shortly before the position.

    Raises:
        StreamError: The server refuses for good, or too many attempts failed.
    """
    position = start
    while True:
        asked_s = 0.0
        try:
            async with aclosing(open_stream(position)) as messages:
                async for message in messages:
                    backoff.reset()
                    if message.position is not None:
                        position = message.position
                    yield message
            reason = "the server ended the stream"
        except DisconnectedError as error:
            reason, asked_s = str(error), error.retry_after_s
            if error.forget and position is not None:
                position = replace(position, token="")
        pause_s = backoff.pause_s(reason, asked_s)
        warn(f"{reason}; connecting again in {pause_s:.1f} s")
        await sleep(pause_s)
