"""Play events back in event time: at their own speed, any multiple of it, or as fast as possible."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from producers.errors import ConfigError


@dataclass(slots=True)
class Pacer:
    """Hold each batch back until its event time has come.

    The first event leaves at once; an event `d` milliseconds later in event time leaves `d / speed`
    milliseconds later on the clock. A source that falls behind is never slept for: it catches up.

    Attributes:
        speed: Event seconds per second, > 0; None = as fast as possible.
        clock: Monotonic seconds.
        sleep: Blocks for a number of seconds.
    """

    speed: float | None = None
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _first_ms: int | None = field(default=None, init=False)
    _started_s: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        if self.speed is not None and not self.speed > 0:
            raise ConfigError(
                f"speed is {self.speed}, expected more than 0 (1 = as it happened, 60 = an hour a minute)"
            )

    def wait_for(self, event_ms: int) -> float:
        """Sleep until `event_ms` is due; return how late it is then, in seconds (0 when on time)."""
        if self.speed is None:
            return 0.0
        if self._first_ms is None:
            self._first_ms, self._started_s = event_ms, self.clock()
        due_s = self._started_s + (event_ms - self._first_ms) / 1000 / self.speed
        early_s = due_s - self.clock()
        if early_s > 0:
            self.sleep(early_s)
            return 0.0
        return -early_s
