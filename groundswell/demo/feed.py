"""Run the producer command as a user would, and read its last line."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from groundswell.demo.plan import SCENARIO_HOURS, SHOW_S, DemoPlan

_STOP_S = 20
COUNTED = frozenset({"engagement", "content"})


class FeedError(RuntimeError):
    """The producer ended badly; the message holds its words."""


@dataclass(frozen=True, slots=True)
class Span:
    """First and last event time of a file, its size, and the topics that its events go to."""

    first_ms: int
    last_ms: int
    events: int
    topics: tuple[str, ...]


class Feed:
    """A producer command that runs beside us."""

    def __init__(self, arguments: Sequence[str], log: Path) -> None:
        self._log = log
        self._out = log.with_suffix(".out")
        with log.open("wb") as errors, self._out.open("wb") as out:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "groundswell.cli", "produce", *arguments, "--json"],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=errors,
                env={**os.environ, "NO_COLOR": "1"},
            )

    def running(self) -> bool:
        """Return whether it still sends."""
        return self._process.poll() is None

    def result(self) -> dict[str, object]:
        """Wait for its end and return its summary.

        Raises:
            FeedError: It could not start, or not every event was acknowledged.
        """
        code = self._process.wait()
        words = self._out.read_text(encoding="utf-8").strip().splitlines()
        if code != 0 or not words:
            said = self._log.read_text(encoding="utf-8", errors="replace").strip()[-2000:]
            raise FeedError(f"the producer ended with code {code}; it said:\n{said}")
        return dict(json.loads(words[-1]))

    def stop(self) -> None:
        """End it if it still runs: an interrupt, so that it flushes, then by force."""
        if self.running():
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_STOP_S)
        if self.running():
            self._process.kill()
            self._process.wait()


def scenario(plan: DemoPlan, bootstrap: str, truth: Path, log: Path) -> Feed:
    """Start sending the planted scenario."""
    speed = str(round(SCENARIO_HOURS * 3600 / SHOW_S)) if plan.watch else "max"
    return Feed(
        [
            "simulate",
            *("--events", str(plan.events)),
            *("--seed", str(plan.seed)),
            *("--end", plan.end_text),
            *("--hours", str(SCENARIO_HOURS)),
            *("--malformed", str(plan.malformed)),
            *("--truth", str(truth)),
            *("--speed", speed),
            *("--bootstrap", bootstrap),
        ],
        log,
    )


def replay(plan: DemoPlan, span: Span, bootstrap: str, log: Path) -> Feed:
    """Start replaying a file."""
    speed = str(max(1, round((span.last_ms - span.first_ms) / 1000 / SHOW_S))) if plan.watch else "max"
    return Feed(["replay", *_source(plan), "--speed", speed, "--bootstrap", bootstrap], log)


def span_of(plan: DemoPlan, log: Path) -> Span:
    """Read the file once, sending nothing: does its mapping fit, and which time does it cover?

    Raises:
        FeedError: The file or the mapping cannot be used.
    """
    found = Feed(["replay", *_source(plan), "--dry-run"], log).result()
    first, last, events = found.get("first_ms"), found.get("last_ms"), found.get("events")
    kinds = found.get("kinds")
    if not isinstance(first, int) or not isinstance(last, int) or not isinstance(events, int):
        raise FeedError(f"{plan.input}: no event could be read from it; see {log}")
    topics = sorted({str(kind).split(".")[0] for kind in kinds} & COUNTED) if isinstance(kinds, dict) else []
    if not topics:
        raise FeedError(f"{plan.input}: none of its {events} events can trend; they are {kinds}")
    return Span(first, last, events, tuple(topics))


def _source(plan: DemoPlan) -> list[str]:
    return [str(plan.input), *(["--mapping", plan.mapping] if plan.mapping else [])]
