"""The engine lists what many people do, never what one does, and closes panes in order."""

import numpy as np
import pytest

from state import tail_sketch
from state.pane_rows import PaneRows, pane_rows
from state.trend_config import TrendConfig
from state.trend_engine import close_pane
from tests.property.test_trend_engine_laws import DictStore
from tests.support.pane_parts import piece

CFG = TrendConfig()


def _pane(pane: int, users: int, posts_each: int = 1) -> PaneRows:
    posts = [(u + 1, u * posts_each + p + 1, 100) for u in range(users) for p in range(posts_each)]
    return pane_rows(piece(pane, {"tea": posts}), 1.0)


def test_steady_is_quiet_and_a_burst_alerts() -> None:
    """A day of about twenty people a pane never alerts; three hundred people with their own words do."""
    store, sketch, rng = DictStore(), tail_sketch.empty(), np.random.default_rng(3)
    for pane in range(1000, 1400):
        verdict = close_pane(CFG, sketch, store, _pane(pane, int(rng.poisson(20)) + 1))
        assert not any(r.alert for r in verdict.records), pane
    verdict = close_pane(CFG, sketch, store, _pane(1400, 300))
    assert [(r.topic, r.scope, r.alert) for r in verdict.records] == [("tea", "global", True)]


def test_one_user_alone_is_never_listed() -> None:
    """However much they post, whatever came before."""
    store, sketch = DictStore(), tail_sketch.empty()
    for pane in range(1000, 1100):
        assert not close_pane(CFG, sketch, store, _pane(pane, 1, 1 + pane % 50)).records


def test_panes_close_in_order() -> None:
    """An older pane is refused, and so is the same one again."""
    store, sketch = DictStore(), tail_sketch.empty()
    close_pane(CFG, sketch, store, _pane(1000, 30))
    for pane in (999, 1000):
        with pytest.raises(ValueError, match="pane"):
            close_pane(CFG, sketch, store, _pane(pane, 30))
