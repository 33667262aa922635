"""A proxy on loopback that can be slow, mute or gone: the faults of a network, on demand."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_CHUNK = 65_536


class Proxy:
    """Passes bytes on to a port.

    Attributes:
        port: Where it listens.
        delay_s: How long answers are held back.
        mute: Nothing passes; connections stay open.
    """

    def __init__(self, target: int) -> None:
        self._target = target
        self.port = 0
        self.delay_s = 0.0
        self.mute = False
        self._gone = False
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._ready = threading.Event()
        self._writers: set[asyncio.StreamWriter] = set()

    @property
    def gone(self) -> bool:
        """Connections are refused, and open ones are cut."""
        return self._gone

    @gone.setter
    def gone(self, value: bool) -> None:
        self._gone = value
        self._loop.call_soon_threadsafe(self._cut)

    def _cut(self) -> None:
        for writer in list(self._writers) if self._gone else []:
            writer.transport.abort()

    @contextmanager
    def running(self) -> Iterator["Proxy"]:
        """Listen until the block ends."""
        thread = threading.Thread(target=self._loop.run_until_complete, args=(self._main(),))
        thread.start()
        try:
            assert self._ready.wait(10)
            yield self
        finally:
            self._loop.call_soon_threadsafe(self._stop.set)
            thread.join(10)
            self._loop.close()

    async def _main(self) -> None:
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        self._gone = True
        self._cut()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        if others:
            await asyncio.wait(others, timeout=2)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._gone:
            writer.transport.abort()
            return
        there, out = await asyncio.open_connection("127.0.0.1", self._target)
        self._writers |= {writer, out}
        try:
            await asyncio.gather(self._pass(reader, out, 0.0), self._pass(there, writer, None))
        finally:
            self._writers -= {writer, out}
            for one in (writer, out):
                one.transport.abort()

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay_s: float | None
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(_CHUNK):
                await asyncio.sleep(self.delay_s if delay_s is None else delay_s)
                while self.mute and not self._gone:  # noqa: ASYNC110 - set by another thread
                    await asyncio.sleep(0.01)
                writer.write(data)
                await writer.drain()
        writer.transport.abort()
