"""How often a worker looks for unreachable cycles."""

import gc
from typing import Final

_NEW, _YOUNG, _MIDDLE = 100_000, 20, 100
_PACE: Final = (_NEW, _YOUNG, _MIDDLE)


def rare_collections() -> None:
    """Look for cycles after 100,000 new objects instead of 700; called when a step of a job opens.

    A step makes tens of thousands of small objects in one call and drops them together; they form no cycles,
    so nearly all of these searches find nothing, and they took about a tenth of a job's Python time
    (``benchmarks/interests_steps.py``). The rare ones stay, for what libraries leave behind.
    """
    gc.set_threshold(*_PACE)
