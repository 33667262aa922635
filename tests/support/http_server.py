"""An application on a real server on loopback: what clients see, without a process of its own."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import uvicorn
from fastapi import FastAPI

from serving.web.run import listen

_START_S = 10.0


@contextmanager
def running_app(app: FastAPI, *, ready: bool = True) -> Iterator[str]:
    """Serve an application until the block ends, on sockets as the real server has; give its address."""
    listening = listen("127.0.0.1", 0)
    config = uvicorn.Config(app, log_level="critical", access_log=False, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    try:
        _until(lambda: server.started)
        base = f"http://127.0.0.1:{listening.getsockname()[1]}"
        if ready:
            _until(lambda: httpx.get(f"{base}/ready").status_code == httpx.codes.OK)
        yield base
    finally:
        app.state.service.close()
        server.should_exit = True
        thread.join(10)
        listening.close()


def _until(done: object) -> None:
    assert callable(done)
    deadline_s = time.monotonic() + _START_S
    while not done():
        assert time.monotonic() < deadline_s, "the server was not ready in time"
        time.sleep(0.01)
