"""Who met what in the panes of a window, by shard: what is new in a pane shows against it."""

from collections.abc import Sequence

from flink_jobs._shell.waiting import Bytes
from state.interest_items import MET, Met

_DAY_MS = 86_400_000


class MetPanes:
    """Flink's state is the truth; what was read of a shard stays true until the worker ends.

    Args:
        cell: Pane -> stored pairs, of the shard that Flink has made current.
        pane_ms: Length of a pane.
        panes: How many panes before one still count.
    """

    def __init__(self, cell: Bytes, pane_ms: int, panes: int) -> None:
        self._cell, self._pane_ms, self._panes = cell, pane_ms, panes
        self._held: dict[int, dict[int, Met]] = {}

    def before(self, shard: int, pane: int) -> tuple[Sequence[Met], bool]:
        """Drop what is too old for a pane; return the rest, and whether a day began since its newest."""
        held = self._of(shard)
        newest = max(held, default=pane)
        for old in [one for one in held if one < pane - self._panes]:
            del held[old]
            self._cell.remove(str(old))
        day, new = (at * self._pane_ms // _DAY_MS for at in (newest, pane))
        return list(held.values()), day < new

    def add(self, shard: int, pane: int, met: Met) -> None:
        """Keep a pane."""
        self._of(shard)[pane] = met
        self._cell.put(str(pane), MET.dumps(met))

    def _of(self, shard: int) -> dict[int, Met]:
        if shard not in self._held:
            self._held[shard] = {int(pane): MET.loads(raw) for pane, raw in self._cell.items()}
        return self._held[shard]
