"""Close one pane of one shard, from the pieces that were collected to the verdict on each topic."""

from collections.abc import Iterable
from dataclasses import dataclass

from state import contributions
from state.pane_rows import PaneRows, pane_rows
from state.tail_sketch import TailSketch
from state.trend_config import TrendConfig
from state.trend_engine import KeyStore, Verdict, close_pane


@dataclass(frozen=True, slots=True)
class ClosedPane:
    """A complete pane of a shard.

    Attributes:
        rows: What was counted, all topics and scopes.
        verdict: What the engine says of the admitted ones.
    """

    rows: PaneRows
    verdict: Verdict


def fold(cfg: TrendConfig, pieces: Iterable[bytes]) -> bytes:
    """Return one encoded piece that says what many say, in fewer rows. O(n log n).

    Raises:
        StateCorruptError: Not pieces of one pane.
    """
    whole = contributions.joined(map(contributions.CODEC.loads, pieces))
    return contributions.CODEC.dumps(contributions.folded(whole, cfg.user_limit))


def close(cfg: TrendConfig, sketch: TailSketch, store: KeyStore, pieces: Iterable[bytes]) -> ClosedPane:
    """Count a complete pane and let the engine judge it. Changes sketch and store. O(n log n).

    In which pieces the pane came, in which order, and which of them were folded before, changes nothing.

    Raises:
        StateCorruptError: Not pieces of one pane.
        ValueError: The pane is older than one that was closed before.
    """
    whole = contributions.joined(map(contributions.CODEC.loads, pieces))
    rows = pane_rows(contributions.folded(whole, cfg.user_limit), cfg.user_cap)
    return ClosedPane(rows, close_pane(cfg, sketch, store, rows))
