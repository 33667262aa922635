"""Closed panes that a shard keeps in Flink's state, with what was taken out of them since."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Final

from flink_jobs._shell.waiting import Bytes
from state import contributions
from state.contributions import Contributions, joined
from state.kept_pane import KeptPane

MOST_CHANGES: Final = 64
MOST_BYTES: Final = 256 << 20


class KeptPanes:
    """Contributions of the last panes under ``<pane>``; changes since then under ``<pane>/<number>``.

    An undo changes a few rows of many panes, and panes are large: changes are stored beside a pane, and added
    up with it when they have become many. Decoded panes are remembered, up to ``most_bytes`` in a worker.
    """

    def __init__(
        self,
        cell: Bytes,
        fold: Callable[[Contributions], Contributions],
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._cell = cell
        self._fold = fold
        self._changes: dict[int, dict[int, int]] = {}  # shard -> pane -> number of changes
        self._seen: OrderedDict[tuple[int, int], KeptPane] = OrderedDict()
        self._most_bytes = most_bytes
        self._bytes = 0

    def keep(self, shard: int, part: Contributions, oldest: int) -> None:
        """Keep a pane and let those before ``oldest`` go."""
        panes = self._of(shard)
        for old in [pane for pane in panes if pane < oldest]:
            self._forget(shard, old)
            for number in range(panes.pop(old)):
                self._cell.remove(f"{old}/{number}")
            self._cell.remove(str(old))
        if part.pane >= oldest:
            self._cell.put(str(part.pane), contributions.CODEC.dumps(part))
            panes[part.pane] = 0

    def panes(self, shard: int) -> list[KeptPane]:
        """Return what is kept, oldest pane first; whoever changes weights has to tell ``change``."""
        out = [self._open(shard, pane) for pane in sorted(self._of(shard))]
        while self._bytes > self._most_bytes and self._seen:
            self._forget(*next(iter(self._seen)))
        return out

    def change(self, shard: int, changes: Sequence[Contributions]) -> None:
        """Store changes that were made to the panes in memory."""
        for change in changes:
            panes, pane = self._of(shard), change.pane
            self._cell.put(f"{pane}/{panes[pane]}", contributions.CODEC.dumps(change))
            panes[pane] += 1
            if panes[pane] >= MOST_CHANGES:
                whole = contributions.CODEC.dumps(self._load(pane, panes[pane]))
                for number in range(panes[pane]):
                    self._cell.remove(f"{pane}/{number}")
                self._cell.put(str(pane), whole)
                panes[pane] = 0

    def _open(self, shard: int, pane: int) -> KeptPane:
        found = self._seen.get((shard, pane))
        if found is None:
            found = KeptPane(self._load(pane, self._of(shard)[pane]))
            self._seen[shard, pane] = found
            self._bytes += found.size
        self._seen.move_to_end((shard, pane))
        return found

    def _load(self, pane: int, changes: int) -> Contributions:
        keys = (str(pane), *(f"{pane}/{number}" for number in range(changes)))
        parts = [contributions.CODEC.loads(self._cell.get(key) or b"") for key in keys]
        return self._fold(joined(parts)) if changes else parts[0]

    def _forget(self, shard: int, pane: int) -> None:
        found = self._seen.pop((shard, pane), None)
        if found is not None:
            self._bytes -= found.size

    def _of(self, shard: int) -> dict[int, int]:
        if shard not in self._changes:
            keys = [key.partition("/")[::2] for key, _ in self._cell.items()]
            panes = {int(pane): 0 for pane, number in keys if not number}
            for pane, number in keys:
                if number:
                    panes[int(pane)] += 1
            self._changes[shard] = panes
        return self._changes[shard]
