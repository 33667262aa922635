"""A shard settles undos by its timers: within a minute, once, wherever its worker is; little is written."""

from dataclasses import replace

import numpy as np
import pytest

from flink_jobs.trending import news
from flink_jobs.trending.kept_panes import MOST_CHANGES, KeptPanes
from flink_jobs.trending.rows import step_of
from flink_jobs.trending.shard import NEWS
from schemas.served import TrendRecord
from state.contributions import CODEC, folded
from state.kept_pane import KeptPane, Lowered
from state.moderation import Decision
from state.shard_correction import UNDONE, WITHDRAWN
from state.trend_config import TrendConfig
from state.undo_split import moment_of, open_step, pane_of, steps_at
from tests.support.pane_parts import piece
from tests.support.shard_flow import Deed, MapState, ShardFlow, routed

CFG = TrendConfig(quiet_start_ms=0, undo_share=0.0)
PANE_MS = CFG.burst.pane_ms
START_MS = 1_772_150_400_000
LATER_MS = START_MS + PANE_MS + 70_000  # in the next pane


def _burst(size: int = 40) -> ShardFlow:
    """Return a shard in which some people's posts about tea have just closed a pane."""
    flow = ShardFlow(CFG)
    flow.take([Deed(START_MS + i, i, i, "create") for i in range(1, size + 1)])
    flow.until(START_MS + PANE_MS)
    return flow


def _told(flow: ShardFlow, since: int) -> list[tuple[int, TrendRecord]]:
    raws = [message[1:] for message in flow.messages[since:] if message[:1] == NEWS]
    return [
        (news.moment_of(raw), record)
        for raw in raws
        if news.list_of(raw) == "tag|global"
        for record in news.joined([news.body_of(raw)]).records
    ]


@pytest.mark.parametrize("action", ["uncreate", "delete"])
def test_undoing_all_of_a_burst_withdraws_it_within_a_minute(action: str) -> None:
    """The topic leaves at the end of the undos' minute, 2 ms later, and not at the end of their pane."""
    flow = _burst()
    before = len(flow.messages)
    flow.take([Deed(LATER_MS, i, i, action) for i in range(1, 41)])
    flow.until(LATER_MS + 60_000)
    ((at_ms, record),) = _told(flow, before)
    assert (at_ms % 60_000, record.topic, record.rank, record.reasons) == (2, "tea", 0.0, (WITHDRAWN,))
    assert 0 < at_ms - LATER_MS <= 60_000
    assert max(record.history) == 0.0


def test_undoing_some_lowers_a_place() -> None:
    """The topic stays, at the place of what remains."""
    flow = _burst()
    ((_, first),) = _told(flow, 0)
    before = len(flow.messages)
    flow.take([Deed(LATER_MS, i, i, "uncreate") for i in range(1, 21)])
    flow.until(LATER_MS + 60_000)
    ((_, record),) = _told(flow, before)
    assert record.reasons == (UNDONE,)
    assert 0.0 < record.rank < first.rank
    assert max(record.history) == pytest.approx(max(first.history) / 2, abs=0.01)


def test_one_undo_hardly_changes_a_place_hours_later() -> None:
    """What is normal has grown since the burst; that is no reason to judge the burst anew."""
    flow = _burst()
    (rank,) = flow.state()[0]["rank"].tolist()
    for pane in range(1, 12):
        flow.take([Deed(START_MS + pane * PANE_MS + i, 500 + i, 900 * pane + i, "create") for i in range(9)])
    at_ms = START_MS + 12 * PANE_MS + 1000
    flow.until(at_ms)
    (grown,) = flow.state()[0]["rank"].tolist()
    flow.take([Deed(at_ms, 1, 1, "uncreate")])
    flow.until(at_ms + 60_000)
    (left,) = flow.state()[0]["rank"].tolist()
    assert grown >= rank
    assert grown - 0.2 < left <= grown


def test_a_like_again_in_the_pane_of_the_undo_counts() -> None:
    """The undo took the first like away; its own weight does not take the second."""
    flow = _burst()
    flow.take([Deed(START_MS + PANE_MS + 5, 77, 7, "like")])
    flow.until(START_MS + 2 * PANE_MS)
    at_ms = START_MS + 2 * PANE_MS
    flow.take([Deed(at_ms + 1, 77, 7, "unlike"), Deed(at_ms + 2, 77, 7, "like")])
    flow.until(at_ms + PANE_MS)
    history = flow.state()[1]["history"][0]
    assert history[-2] == 0.0
    assert history[-1] == pytest.approx(np.log2(1.3), abs=1e-3)


def test_undos_of_the_same_pane_and_of_unknown_topics_write_nothing() -> None:
    """They wait for their minute, and then are gone."""
    flow = _burst()
    flow.take([Deed(LATER_MS, 90, 90, "like"), Deed(LATER_MS + 1, 90, 90, "unlike")])
    flow.take([Deed(LATER_MS, 91, 91, "unlike", topic="nobody")])
    before, told = dict(flow.maps["kept"]), len(flow.messages)
    flow.until(LATER_MS + 60_000)
    assert (dict(flow.maps["kept"]), flow.maps["undone"], len(flow.messages)) == (before, {}, told)


def test_muted_people_stay_muted_when_others_undo() -> None:
    """A correction by undo counts under the moderators' rules."""
    flow = _burst()
    ban = Decision(LATER_MS, "ban", "user", target=int(CODEC.loads(_kept(flow)).rows["user"][0]))
    rules = flow._at_work()._rules_of(0)
    rules.users[ban.target] = ban.until_ms
    (before,) = flow.state()[0]["recent"].tolist()
    flow.take([Deed(LATER_MS, i, i, "uncreate") for i in range(1, 41)])
    flow.until(LATER_MS + 60_000)
    (left,) = flow.state()[0]["recent"].tolist()
    assert left == pytest.approx(before - 39, abs=1e-3)  # the muted post had been counted when it came


def _kept(flow: ShardFlow) -> bytes:
    return next(iter(flow.maps["kept"].values()))


def test_a_late_undo_of_an_open_pane_is_settled_in_the_next_minute() -> None:
    """Its minute is over; its pane is not."""
    flow = _burst()
    (raw,) = [raw for raw in routed(CFG, [Deed(LATER_MS, 1, 1, "uncreate")]) if step_of(raw) is not None]
    flow.until(LATER_MS + 100_000)
    flow.give(raw)
    flow.until(LATER_MS + 160_002)
    assert flow.maps["undone"].keys() == {
        "given/" + str((LATER_MS) // PANE_MS),
        f"given/{LATER_MS // PANE_MS}/0",
    }


@pytest.mark.parametrize("pane_ms", [1_000, 10_000, 90_000, 300_000])
def test_steps_lie_within_panes_and_are_settled_once(pane_ms: int) -> None:
    """Every step belongs to one moment; a late one moves on, but never out of its pane."""
    moments = [step for m in range(1, 8) for step in steps_at(60_000 * m + 2, pane_ms)]
    assert moments == list(range(len(moments)))
    assert all(step in steps_at(moment_of(step, pane_ms), pane_ms) for step in moments)
    for step in moments:
        pane = pane_of(step, pane_ms)
        for watermark_ms in range(0, (pane + 1) * pane_ms - 1, 977):
            later = open_step(step, pane_ms, watermark_ms)
            assert pane_of(later, pane_ms) == pane
            assert moment_of(later, pane_ms) > watermark_ms


def test_changes_of_a_kept_pane_add_up_and_are_folded() -> None:
    """A new worker reads what the old one wrote; many small changes become one pane."""
    cell = MapState()
    fold = lambda whole: folded(whole, CFG.user_limit)  # noqa: E731
    kept = KeptPanes(cell, fold)
    part = fold(replace(piece(7, {"tea": [(i, i, 30_000) for i in range(1, 9)]})))
    kept.keep(3, part, 0)
    (pane,) = kept.panes(3)
    one = Lowered(np.array([2]), np.array([100]), np.array([1000]))
    for count in range(1, MOST_CHANGES + 3):
        kept.change(3, [pane.lower(one)])
        assert len(cell) == 1 + count % MOST_CHANGES
        for worker in (kept, KeptPanes(cell, fold, most_bytes=0)):
            (seen,) = worker.panes(3)
            assert seen.part.rows["centi"].sum() == 8 * 30_000 - 100 * count
    kept.keep(3, replace(part, pane=8), 8)
    assert set(cell) == {"8"}


def test_a_pane_finds_only_what_was_asked() -> None:
    """Neither another topic nor another user nor another post."""
    pane = KeptPane(piece(7, {"tea": [(1, 1, 30)], "milk": [(1, 1, 30)]}))
    assert pane.has("tea")
    assert not pane.has("coffee")
    part = pane.of_topics(["milk"])
    assert (part.topics, len(part.rows)) == (["milk"], 1)
