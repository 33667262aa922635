"""The interest model by example: settings, sizes, what wins, what is refused."""

import struct

import pytest

from state import interest_head, interest_stats, interest_user, interest_user_codec
from state.burst_config import DAY_MS, HOUR_MS
from state.codec import StateCorruptError
from state.interest_config import InterestConfig, InterestConfigError
from state.interest_features import FEATURES
from state.interest_head import HeadState
from state.interest_model import About, learn, predict, top_topics, unpack
from state.interest_stats import ItemStats
from state.interest_user import UserState

CFG = InterestConfig()
T = 1_772_150_400_000


def test_settings_out_of_range_are_told_all_at_once() -> None:
    """One line each."""
    with pytest.raises(InterestConfigError) as told:
        InterestConfig(long_events=0, max_topics=0, head_variance=200, recent_items=999)
    for name in ("long_events = 0", "max_topics = 0", "head_variance = 200", "recent_items = 999"):
        assert name in str(told.value)


def test_a_typical_user_fits_500_bytes() -> None:
    """Fifteen topics with names of eight characters."""
    user = UserState()
    for at in range(15):
        interest_user.observe(CFG, user, [f"topic-{at:02}"], T + at, pos=1.0, n=1.0, item=f"i{at}")
    assert len(interest_user_codec.CODEC.dumps(user)) <= 520
    user.recent.clear()
    assert len(interest_user_codec.CODEC.dumps(user)) <= 490


def test_names_of_any_length_come_back() -> None:
    """Up to 254 bytes with one byte for the length, above with three."""
    user = UserState()
    names = ["", "a" * 254, "b" * 255, "\u6771" * 200, "short"]
    interest_user.observe(CFG, user, names, T, pos=1.0, n=1.0)
    assert interest_user_codec.CODEC.loads(interest_user_codec.CODEC.dumps(user)) == user


def test_a_liked_topic_is_likelier_and_fades() -> None:
    """Tea was liked, cats were not; after weeks both are nearer to anything else."""
    head, user = HeadState(), UserState()
    for at in range(30):
        for topic, label in (("tea", 1), ("cats", 0)):
            about = About((topic,))
            scored = predict(CFG, head, user, about, T + at * HOUR_MS)
            learn(CFG, head, user, about.topics, scored, label=label, at_ms=T + at * HOUR_MS)
    soon = T + 31 * HOUR_MS

    def gap(at_ms: int) -> float:
        return (
            predict(CFG, head, user, About(("tea",)), at_ms).p
            - predict(CFG, head, user, About(("cats",)), at_ms).p
        )

    assert gap(soon) > 0.5
    assert gap(soon + 400 * DAY_MS) < gap(soon)
    first, second = top_topics(CFG, user, soon)
    assert (first.topic, second.topic) == ("tea", "cats")
    assert first.slow == pytest.approx(1.0)
    assert second.slow == 0.0


def test_a_late_event_counts_as_of_its_time() -> None:
    """It neither turns time back nor counts as news."""
    user = UserState()
    interest_user.observe(CFG, user, ["tea"], T + 10 * DAY_MS, pos=1.0, n=1.0)
    interest_user.observe(CFG, user, ["cats"], T, pos=1.0, n=1.0)
    assert user.seen_ms == T + 10 * DAY_MS
    found = {one.topic: one.fast for one in top_topics(CFG, user, user.seen_ms)}
    assert found["cats"] < 0.01 < found["tea"]


def test_item_counts_start_at_their_first_event() -> None:
    """A day of the fast half-life halves the fast counts only."""
    stats = ItemStats()
    interest_stats.add(CFG, stats, 2.0, 4.0, T)
    interest_stats.add(CFG, stats, 0.0, 0.0, T + DAY_MS)
    assert stats.short_n == pytest.approx(2.0)
    assert stats.n == pytest.approx(4.0, rel=0.01)


def test_a_head_of_other_features_is_refused() -> None:
    """Weights that mean something else would be silent nonsense."""
    raw = interest_head.CODEC.dumps(HeadState())
    with pytest.raises(StateCorruptError, match="expected"):
        interest_head.CODEC.loads(raw[:-8])
    other = raw[:3] + struct.pack("<H", 3) + raw[5:]
    with pytest.raises(StateCorruptError, match=f"has 3 weights, expected {len(FEATURES)}"):
        interest_head.CODEC.loads(other)


def test_no_replica_is_a_fresh_head() -> None:
    """Merging nothing starts anew."""
    assert interest_head.merged([]) == HeadState()


def test_packed_predictions_have_one_length() -> None:
    """Anything else is refused."""
    with pytest.raises(struct.error):
        unpack(b"short")
