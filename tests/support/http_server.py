"""An application on a real server on loopback: what clients see, without a process of its own."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import uvicorn
from fastapi import FastAPI

_START_S = 10.0


@contextmanager
def running_app(app: FastAPI, *, ready: bool = True) -> Iterator[str]:
    """Serve an application until the block ends; give its address when it is ready."""
    config = uvicorn.Config(app, port=0, log_level="critical", access_log=False, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        _until(lambda: server.started)
        port = server.servers[0].sockets[0].getsockname()[1]
        base = f"http://127.0.0.1:{port}"
        if ready:
            _until(lambda: httpx.get(f"{base}/ready").status_code == httpx.codes.OK)
        yield base
    finally:
        app.state.service.close()
        server.should_exit = True
        thread.join(10)


def _until(done: object) -> None:
    assert callable(done)
    deadline_s = time.monotonic() + _START_S
    while not done():
        assert time.monotonic() < deadline_s, "the server was not ready in time"
        time.sleep(0.01)
