"""What Flink's processes push is shown as they said it, on loopback, until it is old."""

from collections.abc import Iterator

import httpx
import pytest

from groundswell.stack import metrics_gate
from groundswell.stack.metrics_gate import PUSH_EVERY_S, Pushed


class Clock:
    """A clock that the test moves."""

    now_s = 100.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    """One for each test."""
    return Clock()


@pytest.fixture
def address(clock: Clock) -> Iterator[str]:
    """A gate on a free port."""
    server = metrics_gate.start(0, Pushed(clock))
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def _ask(address: str, path: str, method: str = "GET", body: bytes | None = None) -> tuple[int, bytes]:
    answer = httpx.request(method, address + path, content=body, timeout=5)
    return answer.status_code, answer.content


def test_what_was_pushed_is_shown_until_it_is_old(address: str, clock: Clock) -> None:
    """A process that died is missing, not frozen; one that ends takes its own away."""
    path = "/metrics/job/taskmanager-1"
    assert _ask(address, path)[0] == 404
    assert _ask(address, path, "PUT", b"a 1\n")[0] == 202
    assert _ask(address, path) == (200, b"a 1\n")
    assert _ask(address, path, "PUT", b"a 2\n")[0] == 202
    assert _ask(address, path) == (200, b"a 2\n")
    clock.now_s += 4 * PUSH_EVERY_S
    assert _ask(address, path)[0] == 404
    _ask(address, path, "PUT", b"a 3\n")
    assert _ask(address, path, "DELETE")[0] == 202
    assert _ask(address, path)[0] == 404


@pytest.mark.parametrize("path", ["/", "/metrics/job/", "/metrics/job/A", "/metrics/job/../x"])
def test_other_paths_are_refused(address: str, path: str) -> None:
    """Nothing else is kept."""
    assert _ask(address, path, "PUT", b"a 1\n")[0] == 404


def test_the_number_of_processes_is_bounded(clock: Clock) -> None:
    """A gate is no store; those that are known may go on."""
    pushed = Pushed(clock)
    kept = [pushed.put(f"/metrics/job/p{number}", b"x") for number in range(80)]
    assert sum(kept) == 64
    assert pushed.put("/metrics/job/p0", b"y")
