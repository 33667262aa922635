"""The pipeline's health beside a demonstration, so that the page can show it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_EVERY_S = 5
_END_S = 10.0


@contextmanager
def collector(bootstrap: str, redis_url: str, flink_url: str, log: Path) -> Iterator[None]:
    """Collect as long as the block lasts. When it cannot, the page says that nobody collects.

    Args:
        bootstrap: Of Kafka.
        redis_url: Where the page reads.
        flink_url: Flink's REST interface.
        log: Where it writes.
    """
    command = [sys.executable, "-m", "groundswell.cli", "health", "--every", str(_EVERY_S), "--json"]
    where = ["--bootstrap", bootstrap, "--redis", redis_url, "--flink", flink_url]
    with (
        log.open("w", encoding="utf-8") as out,
        subprocess.Popen(
            [*command, *where],
            stdout=subprocess.DEVNULL,
            stderr=out,
            start_new_session=True,  # the interrupt that ends the table ends it by our own hand
        ) as process,
    ):
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(_END_S)
            except subprocess.TimeoutExpired:
                process.kill()
