"""Laws of the weights of actions."""

from hypothesis import given
from hypothesis import strategies as st

from state.actions import MAX_WEIGHT, ActionWeights

ACTIONS = ("share", "reply", "follow", "search", "like", "click")
weights = st.dictionaries(st.sampled_from(ACTIONS), st.floats(0, MAX_WEIGHT))


@given(weights)
def test_undo_is_the_negative_of_any_weight(table: dict[str, float]) -> None:
    """For every table, and an action that is not in it weighs nothing."""
    got = ActionWeights(engagement=table)
    done = got.milli("engagement", ACTIONS)
    assert (done == -got.milli("engagement", [f"un{a}" for a in ACTIONS])).all()
    assert done.tolist() == [round(1000 * table.get(a, 0.0)) for a in ACTIONS]
