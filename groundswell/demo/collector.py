"""The pipeline's health beside a demonstration, so that the page can show it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from groundswell.demo.beside import beside

_EVERY_S = 5


@contextmanager
def collector(bootstrap: str, redis_url: str, flink_url: str, log: Path) -> Iterator[None]:
    """Collect as long as the block lasts. When it cannot, the page says that nobody collects.

    Args:
        bootstrap: Of Kafka.
        redis_url: Where the page reads.
        flink_url: Flink's REST interface.
        log: Where it writes.
    """
    where = ["--bootstrap", bootstrap, "--redis", redis_url, "--flink", flink_url]
    with beside(["health", "--every", str(_EVERY_S), "--json", *where], log, words=False):
        yield
