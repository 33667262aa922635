"""The page beside a demonstration: a server process that lives as long as it."""

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from groundswell.stack import ports

PORT = 8080
_START_S = 20.0
_END_S = 10.0
_ADDRESS = re.compile(r"serving on (http://\S+)")


@contextmanager
def page(redis_url: str, log: Path) -> Iterator[str]:
    """Yield the address of the page; empty when it could not be started, which is no reason to stop.

    Args:
        redis_url: What it shows.
        log: Where it writes.
    """
    port = PORT if ports.is_free(PORT) else 0
    command = [sys.executable, "-m", "groundswell.cli", "serve", "--redis", redis_url]
    with (
        log.open("w", encoding="utf-8") as out,
        subprocess.Popen(
            [*command, "--port", str(port), "--metrics-port", "0"],
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # the interrupt that ends the table ends it by our own hand
        ) as server,
    ):
        try:
            yield _address(server, log)
        finally:
            server.terminate()
            try:
                server.wait(_END_S)
            except subprocess.TimeoutExpired:
                server.kill()


def _address(server: "subprocess.Popen[bytes]", log: Path) -> str:
    pause = threading.Event()
    for _ in range(round(_START_S / 0.1)):
        if found := _ADDRESS.search(log.read_text(encoding="utf-8")):
            return found[1]
        if server.poll() is not None:
            break
        pause.wait(0.1)
    return ""
