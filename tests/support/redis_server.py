"""A Redis server of a test's own: on its own port, in its own folder, gone afterwards."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from groundswell.stack import ports, redis

_START_S = 15.0


@contextmanager
def running_redis(folder: Path) -> Iterator[str]:
    """Yield the address of a server that lives as long as the block."""
    port = ports.choose(["redis"])["redis"]
    program = redis.find().program
    with (
        (folder / "redis.log").open("wb") as log,
        subprocess.Popen(redis.arguments(program, folder, port), stdout=log, stderr=log) as server,
    ):
        try:
            deadline_s = time.monotonic() + _START_S
            while not redis.answers(port):
                assert server.poll() is None, (folder / "redis.log").read_text()
                assert time.monotonic() < deadline_s, "Redis did not answer PING"
                time.sleep(0.02)
            yield f"redis://{ports.LOOPBACK}:{port}/0"
        finally:
            server.terminate()
            server.wait(10)
