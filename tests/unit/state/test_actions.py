"""Weights of actions: undos take back, and what says nothing about trends has none."""

import pytest

from schemas.released import newest
from state.actions import ActionWeightError, ActionWeights


@pytest.mark.parametrize("action", ["share", "reply", "follow", "search", "like", "click"])
def test_an_undo_is_worth_the_negative(action: str) -> None:
    """Action and undo add up to nothing, whatever the weight."""
    for weights in (ActionWeights(), ActionWeights(engagement={action: 2.5})):
        done, undone = weights.milli("engagement", [action, f"un{action}"]).tolist()
        assert done == -undone
        assert done > 0


def test_a_deletion_takes_the_creation_back() -> None:
    """Edits are not counted by default."""
    assert ActionWeights().milli("content", ["create", "edit", "delete"]).tolist() == [1000, 0, -1000]


def test_turning_away_is_not_counted() -> None:
    """Blocks, mutes, reports and their undos have no weight; neither have unknown actions and events."""
    symbols = ["hide", "block", "mute", "report", "unhide", "unblock", "unmute", "unreport", "dance"]
    assert not ActionWeights().milli("engagement", symbols).any()
    assert not ActionWeights().milli("moderation", ["share", "create"]).any()


def test_refusals_come_together() -> None:
    """Unknown actions, turning away, negative, too large and not a number: one line each."""
    engagement = {
        "dance": 1.0,
        "hide": 1.0,
        "unlike": 1.0,
        "like": -0.1,
        "share": 100.5,
        "click": float("nan"),
    }
    with pytest.raises(ActionWeightError) as caught:
        ActionWeights(engagement=engagement, content={"delete": 1.0})
    lines = str(caught.value).splitlines()
    assert len(lines) == 7
    assert all("expected one of" in line for line in lines)


def test_the_released_events_have_counted_actions() -> None:
    """Both counted events are released ones."""
    assert {"engagement", "content"} <= set(newest())
