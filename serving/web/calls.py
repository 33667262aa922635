"""The store's blocking reads from asynchronous code, each with a deadline."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

from serving.errors import StoreUnavailableError

THREADS = 4
T = TypeVar("T")


class Calls:
    """Runs reads in threads. What watches the store has threads of its own, so requests never delay it."""

    def __init__(self) -> None:
        self._requests = ThreadPoolExecutor(THREADS, "store")
        self._watch = ThreadPoolExecutor(THREADS, "store-watch")

    async def watched(self, read: Callable[[], T]) -> T:
        """Run a read of the task that watches the store; only the store's own timeout ends it."""
        return await asyncio.get_running_loop().run_in_executor(self._watch, read)

    async def asked(self, read: Callable[[], T]) -> T:
        """Run a read that a request needs; only the store's own timeout ends it.

        The thread sees the request's context, so that what it waits for is part of the request's trace.
        """
        run = copy_context().run
        return await asyncio.get_running_loop().run_in_executor(self._requests, run, read)

    async def asked_within(self, seconds: float, read: Callable[[], T]) -> T:
        """Run a read that a request needs; it goes on when the request gives up on it.

        Raises:
            StoreUnavailableError: It took longer.
        """
        work = asyncio.create_task(self.asked(read))
        work.add_done_callback(heard)
        return await within(seconds, work)

    def close(self) -> None:
        """Let threads end; reads that have not begun never will."""
        for pool in (self._requests, self._watch):
            pool.shutdown(wait=False, cancel_futures=True)


async def within(seconds: float, work: "asyncio.Task[T]") -> T:
    """Return the result of work that goes on when this caller gives up on it.

    Raises:
        StoreUnavailableError: It took longer.
    """
    try:
        return await asyncio.wait_for(asyncio.shield(work), seconds)
    except (TimeoutError, asyncio.TimeoutError) as error:  # two classes on Python 3.10
        raise StoreUnavailableError(
            f"the store took longer than {seconds:g} s; the read goes on, ask again"
        ) from error


def heard(work: "asyncio.Task[T]") -> None:
    """Take note of how work ended that nobody may be waiting for any more."""
    if not work.cancelled():
        work.exception()
