"""Laws of taking back: what is banned leaves rolling counts and histories as if it had never come."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from state import contributions, shard_pane, tail_sketch
from state.moderation import Decision, Rules, take_effect
from state.shard_correction import correct
from state.trend_config import TrendConfig
from state.trend_key import loads_many
from tests.property.test_trend_engine_laws import DictStore
from tests.support.pane_parts import ALL_VIEWS, Row, piece, spread_out, user_hash

CFG = TrendConfig(quiet_start_ms=0, admit_pane_users=1, views=ALL_VIEWS)
HOUR_PANES = CFG.burst.panes(3_600_000)
BANNED = 20  # users from here on are banned in the end
rows = st.lists(st.tuples(st.integers(1, 30), st.integers(1, 9), st.integers(1, 150)), max_size=12)
panes = st.lists(
    st.tuples(st.integers(1, 9), st.dictionaries(st.sampled_from(["tea", "milk"]), rows)),
    min_size=1,
    max_size=6,
)
Panes = list[tuple[int, dict[str, list[Row]]]]


def _run(listed: Panes, rules: Rules) -> tuple[DictStore, list[contributions.Contributions], int]:
    store, sketch, kept, pane = DictStore(), tail_sketch.empty(), [], 1000
    for gap, topics in listed:
        pane += gap
        raw = contributions.CODEC.dumps(spread_out(piece(pane, topics), pane))
        kept.append(shard_pane.close(CFG, sketch, store, rules, [raw]).kept)
    return store, kept, pane


def _ban(rules: Rules) -> list[Decision]:
    rules.due += [(1, Decision(1, "ban", "user", target=user_hash(u))) for u in range(BANNED, 31)]
    return take_effect(rules, 1)


@settings(max_examples=40, deadline=None)
@given(panes)
def test_a_ban_leaves_counts_as_if_they_had_never_come(listed: Panes) -> None:
    """Rolling count and history of every topic equal those of a stream that was muted from the start."""
    rules, muted_before = Rules(), Rules()
    store, kept, pane = _run(listed, rules)
    _ban(muted_before)
    never, _, _ = _run(listed, muted_before)
    at_ms = (pane + 1) * CFG.burst.pane_ms + 1
    correct(CFG, store, rules, _ban(rules), kept, at_ms)
    for key in set(store) & set(never):
        (core, extra), (core_never, extra_never) = loads_many([store[key]]), loads_many([never[key]])
        assert np.allclose(core["recent"], core_never["recent"], rtol=1e-3, atol=1e-3), key
        # Who was silent for an hour may have forgotten what was before.
        newest, newest_never = extra["history"][:, -HOUR_PANES:], extra_never["history"][:, -HOUR_PANES:]
        assert np.allclose(newest, newest_never, atol=1e-3), key


@settings(max_examples=20, deadline=None)
@given(panes)
def test_correcting_twice_is_correcting_once(listed: Panes) -> None:
    """The same ban again changes no byte."""
    rules = Rules()
    store, kept, pane = _run(listed, rules)
    at_ms = (pane + 1) * CFG.burst.pane_ms + 1
    correct(CFG, store, rules, _ban(rules), kept, at_ms)
    before = dict(store)
    correct(CFG, store, rules, _ban(rules), kept, at_ms)
    assert dict(store) == before


@settings(max_examples=20, deadline=None)
@given(panes)
def test_a_ban_never_lifts_a_topic(listed: Panes) -> None:
    """No place in a list gets better by taking people away."""
    rules = Rules()
    store, kept, pane = _run(listed, rules)
    before = {key: float(loads_many([raw])[0]["rank"][0]) for key, raw in store.items()}
    correct(CFG, store, rules, _ban(rules), kept, (pane + 1) * CFG.burst.pane_ms + 1)
    assert all(float(loads_many([store[key]])[0]["rank"][0]) <= rank for key, rank in before.items())
