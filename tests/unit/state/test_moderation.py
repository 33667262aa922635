"""What a decision changes, when, and for how long."""

import numpy as np
import pytest

from state.codec import StateCorruptError
from state.moderation import (
    CODEC,
    FOREVER_MS,
    STEP_MS,
    Decision,
    Rules,
    dumps_decision,
    loads_decision,
    moment_of,
    muted,
    take_effect,
)
from tests.support.pane_parts import piece, user_hash

NOW_MS = 1_767_225_600_000


def _decide(rules: Rules, *decisions: Decision) -> list[Decision]:
    rules.due += [(d.at_ms, d) for d in decisions]
    return take_effect(rules, max(d.at_ms for d in decisions))


def test_a_banned_user_has_no_weight_until_the_ban_ends() -> None:
    """Other people keep theirs; events and signed weights are plain counts and stay."""
    rules, rows = Rules(), piece(1, {"tea": [(1, 1, 100), (2, 2, 50)]}).rows
    _decide(rules, Decision(1, "ban", "user", target=user_hash(1), until_ms=NOW_MS))
    got = muted(rules, rows, NOW_MS - 1)
    assert got["centi"].tolist() == [0, 50]
    assert got["milli"].tolist() == rows["milli"].tolist()
    assert muted(rules, rows, NOW_MS)["centi"].tolist() == [100, 50]
    assert rows["centi"].tolist() == [100, 50]


def test_a_deleted_post_has_no_weight() -> None:
    """Whoever engaged with it."""
    rules, rows = Rules(), piece(1, {"tea": [(1, 1, 100), (2, 2, 50)]}).rows.copy()
    rows["item"] = [7, 8]
    _decide(rules, Decision(1, "delete", "post", target=8))
    assert muted(rules, rows, NOW_MS)["centi"].tolist() == [100, 0]
    _decide(rules, Decision(2, "undelete", "post", target=8))
    assert muted(rules, rows, NOW_MS) is rows


def test_the_newer_word_about_a_topic_holds() -> None:
    """Deny and allow replace each other; a scope's word is for it alone, the global one for all."""
    rules = Rules()
    _decide(rules, Decision(1, "allow", "topic", topic="tea"), Decision(2, "deny", "topic", topic="tea"))
    assert rules.denies("tea", "lang:en", NOW_MS)
    assert not rules.approves("tea", "global", NOW_MS)
    _decide(rules, Decision(3, "undeny", "topic", topic="tea"))
    _decide(rules, Decision(4, "deny", "topic", topic="tea", scope="lang:de", until_ms=NOW_MS))
    assert rules.denies("tea", "lang:de", NOW_MS - 1)
    assert not rules.denies("tea", "lang:de", NOW_MS)
    assert not rules.denies("tea", "global", NOW_MS - 1)


def test_decisions_take_effect_in_their_order_and_once() -> None:
    """What comes later in time wins although it came first."""
    rules = Rules()
    late, early = Decision(20, "unban", "user", target=5), Decision(10, "ban", "user", target=5)
    rules.due = [(30, late), (30, early), (40, Decision(35, "ban", "user", target=6))]
    assert take_effect(rules, 30) == [early, late]
    assert rules.users == {}
    assert take_effect(rules, 30) == []
    assert [moment for moment, _ in rules.due] == [40]


@pytest.mark.parametrize("at_ms", [0, 1, STEP_MS, STEP_MS + 1, NOW_MS + 77])
@pytest.mark.parametrize("watermark_ms", [-(1 << 63), NOW_MS])
def test_the_moment_is_soon_and_never_the_end_of_a_pane(at_ms: int, watermark_ms: int) -> None:
    """At most ten seconds after the decision, or after what is already complete."""
    moment = moment_of(Decision(at_ms, "ban", "user"), watermark_ms)
    assert max(at_ms, watermark_ms) < moment <= max(at_ms, watermark_ms) + STEP_MS + 1
    assert moment % 1000 == 1


def test_rules_and_decisions_survive_storing() -> None:
    """With everything in them; damaged bytes are refused."""
    rules = Rules(
        users={1: 2}, posts={3: FOREVER_MS}, denied={("tea", "global"): 4}, allowed={("a", "b"): 5},
        due=[(6, Decision(1, "ban", "user", target=9))],
    )  # fmt: skip
    assert CODEC.loads(CODEC.dumps(rules)) == rules
    assert loads_decision(dumps_decision(rules.due[0][1])) == rules.due[0][1]
    with pytest.raises(StateCorruptError):
        loads_decision(b"\xc1")
    with pytest.raises(StateCorruptError):
        CODEC.loads(CODEC.dumps(Rules())[:3] + b"\xc1")


def test_markers_of_a_crowd_are_never_muted() -> None:
    """A marker's user is a threshold."""
    from state.contributions import folded  # noqa: PLC0415 - only here

    rules = Rules()
    crowd = folded(piece(1, {"tea": [(i, i, 100) for i in range(1, 9)]}), 4).rows
    _decide(rules, *(Decision(1, "ban", "user", target=int(u)) for u in crowd["user"]))
    got = muted(rules, crowd, NOW_MS)
    assert np.count_nonzero(got["centi"]) == 1
