"""A ban takes its burst back, whoever else is there stays, and a denied topic leaves its lists."""

from collections.abc import Sequence

import numpy as np

from schemas.served import TrendRecord
from state import contributions, shard_pane, tail_sketch
from state.moderation import Decision, Rules, take_effect
from state.shard_correction import DENIED, WITHDRAWN, correct
from state.topic_kinds import typed
from state.trend_config import TrendConfig
from tests.property.test_trend_engine_laws import DictStore
from tests.support.pane_parts import Row, piece, user_hash

CFG = TrendConfig()
PANE_MS = CFG.burst.pane_ms
BURST = 1400


class World:
    """A shard with a quiet day behind it."""

    def __init__(self) -> None:
        self.store, self.sketch, self.rules = DictStore(), tail_sketch.empty(), Rules()
        self.kept: list[contributions.Contributions] = []
        self.rng = np.random.default_rng(3)
        for pane in range(BURST - 400, BURST):
            self.close(pane, {})

    def close(self, pane: int, bursts: dict[str, Sequence[Row]]) -> list[TrendRecord]:
        """Close a pane in which some twenty people talk of tea and of milk, and of what is given."""
        talk = {
            name: [(1000 + int(u), 1000 + int(u), 100) for u in self.rng.integers(0, 900, 20)]
            for name in ("tea", "milk")
        }
        rows = {name: [*talk.get(name, ()), *bursts.get(name, ())] for name in {*talk, *bursts}}
        closed = shard_pane.close(
            CFG, self.sketch, self.store, self.rules, [contributions.CODEC.dumps(piece(pane, rows))]
        )
        self.kept.append(closed.kept)
        return closed.verdict.records

    def decide(self, pane: int, *decisions: Decision) -> dict[str, TrendRecord]:
        """Let decisions take effect after a pane."""
        at_ms = (pane + 1) * PANE_MS + 1
        self.rules.due += [(at_ms, d) for d in decisions]
        done = take_effect(self.rules, at_ms)
        records = correct(CFG, self.store, self.rules, done, self.kept[-72:], at_ms)
        return {record.topic: record for record in records}


def _crowd(first: int, size: int) -> list[Row]:
    return [(first + i, first + i, 100) for i in range(size)]


def _ban(first: int, size: int) -> list[Decision]:
    return [Decision(1, "ban", "user", target=user_hash(first + i)) for i in range(size)]


def _listed(records: list[TrendRecord]) -> dict[str, TrendRecord]:
    return {record.topic: record for record in records}


def test_a_ban_of_its_people_withdraws_a_burst() -> None:
    """The alert falls, the place in the list goes, the history forgets; another topic is not touched."""
    world = World()
    before = _listed(world.close(BURST, {"tea": _crowd(1, 200)}))["tea"]
    assert before.alert
    got = world.decide(BURST, *_ban(1, 200))
    assert got["tea"].reasons == (WITHDRAWN,)
    assert not got["tea"].alert
    assert got["tea"].peak_strength < before.peak_strength / 20  # what its usual talk is worth
    assert max(got["tea"].history) < 40
    assert "milk" not in got
    after = _listed(world.close(BURST + 1, {"tea": _crowd(1, 200)}))
    assert "tea" not in after or not after["tea"].alert


def test_a_ban_of_a_few_leaves_a_real_burst() -> None:
    """Two hundred people minus ten are still a burst; the record says that it was corrected."""
    world = World()
    before = _listed(world.close(BURST, {"tea": _crowd(1, 200)}))["tea"]
    got = world.decide(BURST, *_ban(1, 10))["tea"]
    assert got.alert
    assert got.reasons == ("corrected",)
    assert 0.7 * before.peak_strength < got.peak_strength < before.peak_strength


def test_a_new_topic_of_banned_people_only_leaves_the_list() -> None:
    """Nothing remains of it: rank 0."""
    world = World()
    world.close(BURST, {"spam": _crowd(1, 50)})
    got = world.decide(BURST, *_ban(1, 50))["spam"]
    assert (got.rank, got.peak_strength, max(got.history)) == (0.0, 0.0, 0.0)


def test_a_real_burst_after_a_withdrawn_one_alerts() -> None:
    """The hold of the withdrawn alert does not silence it."""
    world = World()
    world.close(BURST, {"tea": _crowd(1, 200)})
    world.decide(BURST, *_ban(1, 200))
    for pane in range(BURST + 1, BURST + 40):
        world.close(pane, {})
    assert _listed(world.close(BURST + 40, {"tea": _crowd(5000, 400)}))["tea"].alert


def test_people_who_touched_nothing_change_nothing() -> None:
    """No state is read or written."""
    world = World()
    world.close(BURST, {"tea": _crowd(1, 200)})
    before = dict(world.store)
    assert world.decide(BURST, *_ban(90_000, 5)) == {}
    assert dict(world.store) == before


def test_a_denied_topic_leaves_and_stays_away() -> None:
    """It is out at once, and later panes do not bring it back until it is allowed again."""
    world = World()
    world.close(BURST, {"tea": _crowd(1, 200)})
    got = world.decide(BURST, Decision(1, "deny", "topic", topic="tea"))["tea"]
    assert (got.rank, got.reasons) == (0.0, (DENIED,))
    assert "tea" not in _listed(world.close(BURST + 1, {"tea": _crowd(300, 300)}))
    assert world.decide(BURST + 1, Decision(2, "undeny", "topic", topic="tea")) == {}
    assert "tea" in _listed(world.close(BURST + 2, {"tea": _crowd(700, 300)}))


def test_a_denied_link_is_not_the_tag_of_that_name() -> None:
    """Only the topic of the kind that was named leaves; records carry kind and bare name."""
    world, name = World(), "https://a.example/"
    link = typed("link", name)
    before = world.close(BURST, {name: _crowd(1, 60), link: _crowd(100, 60)})
    assert {(r.kind, r.topic) for r in before if r.topic == name} == {("tag", name), ("link", name)}
    got = world.decide(BURST, Decision(1, "deny", "topic", topic=link))
    assert [(r.kind, r.topic, r.rank, r.reasons) for r in got.values()] == [("link", name, 0.0, (DENIED,))]
    after = world.close(BURST + 1, {name: _crowd(300, 60), link: _crowd(400, 60)})
    assert [r.kind for r in after if r.topic == name] == ["tag"]
