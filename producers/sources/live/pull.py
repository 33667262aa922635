"""A bridge from an asynchronous stream to a plain iterator that can also wait for a while and get nothing.

One thread: the event loop runs only inside `take`. While the caller is busy elsewhere the stream is not read,
and the server feels it as back-pressure.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import Generic, TypeVar

T = TypeVar("T")

CAPACITY = 10_000


class Pull(Generic[T]):
    """Takes items from an asynchronous generator; close it when done."""

    def __init__(self, source: AsyncGenerator[T, None], capacity: int = CAPACITY) -> None:
        self._loop = asyncio.new_event_loop()
        self._queue: asyncio.Queue[T] = asyncio.Queue(capacity)
        self._feeding = self._loop.create_task(self._feed(source))

    async def _feed(self, source: AsyncGenerator[T, None]) -> None:
        async with aclosing(source) as items:
            async for item in items:
                await self._queue.put(item)

    @property
    def ended(self) -> bool:
        """Nothing more will come."""
        return self._feeding.done() and self._queue.empty()

    def take(self, most: int, wait_s: float) -> list[T]:
        """Items that are there, or come within `wait_s`; at most `most`, perhaps none.

        Raises:
            StreamError: What the stream raised, after its last item was taken.
        """
        return self._loop.run_until_complete(self._take(most, wait_s))

    async def _take(self, most: int, wait_s: float) -> list[T]:
        items: list[T] = []
        until_s = self._loop.time() + wait_s
        while len(items) < most:
            with suppress(asyncio.QueueEmpty):
                items.append(self._queue.get_nowait())
                continue
            left_s = until_s - self._loop.time()
            if self._feeding.done() or left_s <= 0:
                break
            getting = self._loop.create_task(self._queue.get())
            await asyncio.wait({getting, self._feeding}, timeout=left_s, return_when=asyncio.FIRST_COMPLETED)
            if getting.done():
                items.append(getting.result())
            else:
                getting.cancel()
                with suppress(asyncio.CancelledError):
                    await getting
        if not items and self._feeding.done():
            self._feeding.result()
        return items

    def close(self) -> None:
        """Close the connection and the loop; safe after an interrupt."""
        if self._loop.is_closed():
            return
        self._loop.run_until_complete(self._cancel())
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    async def _cancel(self) -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
