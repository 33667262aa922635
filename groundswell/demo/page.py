"""The page beside a demonstration: a server process that lives as long as it."""

import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from groundswell.demo.beside import beside
from groundswell.stack import ports

PORT = 8080
_START_S = 20.0
_ADDRESS = re.compile(r"serving on (http://\S+)")


@contextmanager
def page(redis_url: str, log: Path) -> Iterator[str]:
    """Yield the address of the page; empty when it could not be started, which is no reason to stop.

    Args:
        redis_url: What it shows.
        log: Where it writes.
    """
    port = PORT if ports.is_free(PORT) else 0
    where = ["--redis", redis_url, "--port", str(port), "--metrics-port", "0"]
    with beside(["serve", *where], log, words=True) as server:
        yield _address(server, log)


def _address(server: subprocess.Popen[bytes], log: Path) -> str:
    pause = threading.Event()
    for _ in range(round(_START_S / 0.1)):
        if found := _ADDRESS.search(log.read_text(encoding="utf-8")):
            return found[1]
        if server.poll() is not None:
            break
        pause.wait(0.1)
    return ""
