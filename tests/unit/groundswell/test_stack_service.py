"""The life of a service, with real small programs and a clock moved by hand."""

import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from groundswell.stack import processes
from groundswell.stack.errors import StartError
from groundswell.stack.service import Runner, Service

SLEEP = (sys.executable, "-c", "import time; time.sleep(60)")
FAIL = (sys.executable, "-c", "print('no such file: x.properties'); raise SystemExit(3)")
STACK_ID = uuid.uuid4().hex


RUNNERS: list[Runner] = []


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    """End what a test started."""
    yield
    while RUNNERS:
        RUNNERS.pop().restart(0.0)
    assert processes.marked(STACK_ID) == []


def runner(tmp_path: Path, argv: tuple[str, ...], **changes: object) -> Runner:
    """Return a runner for a program that is ready at once unless told otherwise."""
    told: dict[str, object] = {
        "name": "x",
        "argv": argv,
        "env": {},
        "log": tmp_path / "log",
        "ready": lambda: True,
    }
    made = Runner(Service(**{**told, **changes}), STACK_ID)  # type: ignore[arg-type]
    RUNNERS.append(made)
    return made


def until(run: Runner, done: Callable[[], bool], now_s: float = 0.0) -> None:
    """Tick with a standing clock until something holds."""
    deadline_s = time.monotonic() + 10
    while not done():
        assert time.monotonic() < deadline_s, f"still {run.phase}"
        run.tick(now_s)
        time.sleep(0.01)


def test_preparation_runs_first_and_once(tmp_path: Path) -> None:
    """Formatting the storage must have ended well before the broker starts."""
    marker = tmp_path / "formatted"
    prepare = (sys.executable, "-c", f"open({str(marker)!r}, 'a').write('x')")
    run = runner(tmp_path, SLEEP, prepare=(prepare,))
    until(run, lambda: run.phase == "ready")
    assert marker.read_text() == "x"
    run.restart(0.0)
    until(run, lambda: run.phase == "ready")
    assert marker.read_text() == "x"
    assert run.restarts == 1


def test_a_first_start_that_ends_shows_the_logs_last_words(tmp_path: Path) -> None:
    """The message holds what the program said, not only its code."""
    run = runner(tmp_path, FAIL, ready=lambda: False)
    with pytest.raises(
        StartError, match=r"x ended with code 3 while starting[\s\S]*no such file: x\.properties"
    ):
        until(run, lambda: False)


def test_a_first_start_that_stays_silent_ends(tmp_path: Path) -> None:
    """A start has a limit."""
    run = runner(tmp_path, SLEEP, ready=lambda: False, timeout_s=5.0)
    run.tick(0.0)
    run.tick(4.9)
    with pytest.raises(StartError, match="did not answer within 5 s"):
        run.tick(5.1)


def test_a_lost_service_is_started_again_and_said_once(tmp_path: Path) -> None:
    """The supervisor hears of a loss exactly once."""
    run = runner(tmp_path, SLEEP)
    until(run, lambda: run.phase == "ready")
    assert run.identity is not None
    processes.stop([run.identity], grace_s=1.0)
    heard = [run.tick(1.0) for _ in range(3)]
    assert heard == [True, False, False]
    until(run, lambda: run.phase == "ready", now_s=1.0)
    assert run.restarts == 1


def test_a_service_that_keeps_dying_is_started_less_and_less_often(tmp_path: Path) -> None:
    """At once, then after 1, 2, 5 s ...: a broken service must not eat the machine."""
    run = runner(tmp_path, SLEEP)
    until(run, lambda: run.phase == "ready")
    waits_s = []
    now_s = 0.0
    for _ in range(4):
        assert run.identity is not None
        processes.stop([run.identity], grace_s=1.0)
        run.tick(now_s)
        lost_s = now_s
        run.tick(now_s)
        while run.identity is None:
            now_s += 0.5
            run.tick(now_s)
        waits_s.append(now_s - lost_s)
        until(run, lambda: run.phase == "ready", now_s)
    assert waits_s == [0, 1, 2, 5]


def test_folders_are_cleaned_before_every_start(tmp_path: Path) -> None:
    """A killed TaskManager leaves files that the next one must not find."""
    cleaned: list[int] = []
    run = runner(tmp_path, SLEEP, clean=lambda: cleaned.append(1))
    until(run, lambda: run.phase == "ready")
    run.restart(0.0)
    until(run, lambda: run.phase == "ready")
    assert len(cleaned) == 2
