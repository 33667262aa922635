"""Close one pane of one shard, from the pieces that were collected to the verdict on each topic."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from state import contributions, undo
from state.contributions import Contributions
from state.moderation import Rules, approved, muted
from state.pane_rows import PaneRows, pane_rows
from state.retraction import only
from state.spam_flags import explained
from state.tail_sketch import TailSketch
from state.trend_config import TrendConfig
from state.trend_engine import KeyStore, Verdict, close_pane


@dataclass(frozen=True, slots=True)
class ClosedPane:
    """A complete pane of a shard.

    Attributes:
        rows: What was counted, all topics and scopes.
        verdict: What the engine says of the admitted ones.
        kept: Contributions to the admitted topics, for corrections.
    """

    rows: PaneRows
    verdict: Verdict
    kept: Contributions


def fold(cfg: TrendConfig, pieces: Iterable[bytes]) -> bytes:
    """Return one encoded piece that says what many say, in fewer rows. O(n log n).

    Raises:
        StateCorruptError: Not pieces of one pane.
    """
    whole = contributions.joined(map(contributions.CODEC.loads, pieces))
    return contributions.CODEC.dumps(contributions.folded(whole, cfg.user_limit))


def close(
    cfg: TrendConfig,
    sketch: TailSketch,
    store: KeyStore,
    rules: Rules,
    pieces: Iterable[bytes],
    given: Sequence[bytes] = (),
) -> ClosedPane:
    """Count a complete pane and let the engine judge it. Changes sketch and store. O(n log n).

    In which pieces the pane came, in which order, and which of them were folded before, changes nothing.

    Args:
        cfg: Settings.
        sketch: Of the shard.
        store: Of the shard.
        rules: What moderators decided.
        pieces: All of the pane.
        given: What undos of the pane found in earlier ones (``undo_correction.Settled``).

    Raises:
        StateCorruptError: Not pieces of one pane.
        ValueError: The pane is older than one that was closed before.
    """
    joined = contributions.joined(map(contributions.CODEC.loads, pieces))
    whole = contributions.folded(joined, cfg.user_limit)
    whole, kept = undo.settled(whole, [contributions.CODEC.loads(raw) for raw in given], cfg.user_limit)
    start_ms = whole.pane * cfg.burst.pane_ms
    rows = pane_rows(replace(whole, rows=muted(rules, whole.rows, start_ms)), cfg.user_cap, cfg.views)
    verdict = close_pane(cfg, sketch, store, _showable(rows, rules, start_ms))
    told = explained(rows, verdict.records, verdict.sources)
    verdict = replace(verdict, records=approved(rules, told, start_ms))
    admitted = frozenset(verdict.topics)
    return ClosedPane(rows, verdict, only(kept, admitted))


def _showable(rows: PaneRows, rules: Rules, start_ms: int) -> PaneRows:
    """Leave out topics that must not be shown: nothing is learnt of them, and they have no place."""
    if not rules.denied:
        return rows
    names = zip(rows.topics, rows.scopes, strict=True)
    return rows.take(np.flatnonzero([not rules.denies(topic, scope, start_ms) for topic, scope in names]))
