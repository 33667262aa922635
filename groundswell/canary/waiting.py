"""Canaries that were sent and not yet seen, by job and stage. No clock: time comes in."""

from collections.abc import Iterable, Iterator
from itertools import product
from typing import Final

STAGES: Final = ("redis", "api")
Place = tuple[str, str]  # job, stage


class Waiting:
    """What is under way. Bounded: what was not seen in time is lost and forgotten.

    Args:
        jobs: Through which jobs each canary goes.
        patience_ms: When one that was not seen is lost.
        stages: Where each is looked for.
    """

    def __init__(self, jobs: Iterable[str], patience_ms: int, stages: Iterable[str] = STAGES) -> None:
        self._patience_ms = patience_ms
        self._sent: dict[Place, set[int]] = {place: set() for place in product(jobs, stages)}

    @property
    def places(self) -> tuple[Place, ...]:
        """All jobs with all stages."""
        return tuple(self._sent)

    def sent(self, at_ms: int) -> None:
        """Expect a canary everywhere."""
        for sent in self._sent.values():
            sent.add(at_ms)

    def waits(self, stage: str) -> bool:
        """Say whether anything is expected at a stage."""
        return any(sent for (_, where), sent in self._sent.items() if where == stage)

    def seen(self, place: Place, at_ms: int | None, now_ms: int) -> float | None:
        """Return a canary's lag in seconds when it is seen for the first time, else None."""
        sent = self._sent.get(place)
        if sent is None or at_ms not in sent:
            return None
        sent.discard(at_ms)
        return max(now_ms - at_ms, 0) / 1000

    def lost(self, now_ms: int) -> Iterator[tuple[Place, int]]:
        """Yield place and event time of each canary whose time is over."""
        for place, sent in self._sent.items():
            for at_ms in [one for one in sent if now_ms - one > self._patience_ms]:
                sent.discard(at_ms)
                yield place, at_ms
