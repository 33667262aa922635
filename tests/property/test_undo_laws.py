"""Laws of undoing: what is undone in time leaves counts as if it had never been done, whatever came when."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from state.trend_config import TrendConfig
from tests.support.pane_parts import user_hash
from tests.support.shard_flow import Deed, ShardFlow

CFG = TrendConfig(quiet_start_ms=0, admit_pane_users=1, undo_share=0.0)
PANE_MS = CFG.burst.pane_ms
START_MS = 1_772_150_400_000
PANES = 6
END_MS = START_MS + PANES * PANE_MS
TOPICS = ("milk", "tea")
_UNDONE = {"like": "unlike", "reply": "unreply"}
_at = st.integers(START_MS, END_MS - 1)


def _talk() -> list[Deed]:
    """Return two posts on each topic in each pane: both streams of a law know the same panes."""
    return [
        Deed(START_MS + pane * PANE_MS + 1000 * i, 900 + i, 900 + i, "create", topic)
        for pane in range(PANES + 1)
        for topic in TOPICS
        for i in range(2)
    ]


@st.composite
def _deeds(draw: st.DrawFn, first_post: int) -> list[Deed]:
    """Draw likes and replies, each on a post of its own: which deed an undo means is never in doubt."""
    parts = st.tuples(_at, st.integers(1, 9), st.sampled_from(sorted(_UNDONE)), st.sampled_from(TOPICS))
    some = draw(st.lists(parts, max_size=8))
    return [
        Deed(at_ms, user, first_post + i, action, topic, lang=draw(st.integers(0, 1)))
        for i, (at_ms, user, action, topic) in enumerate(some)
    ]


@st.composite
def _undos(draw: st.DrawFn, deeds: Sequence[Deed]) -> list[Deed]:
    """Draw for each deed a later moment at which it is undone, perhaps elsewhere."""
    return [
        replace(
            deed,
            at_ms=draw(st.integers(deed.at_ms, END_MS - 1)),
            action=_UNDONE[deed.action],
            lang=draw(st.integers(0, 1)),
        )
        for deed in deeds
    ]


def _run(deeds: Sequence[Deed], end_ms: int = END_MS + PANE_MS + 60_002) -> ShardFlow:
    """Let deeds come one after the other, each as soon as it was done."""
    flow = ShardFlow(CFG)
    for deed in sorted(deeds, key=lambda d: d.at_ms):
        flow.until(deed.at_ms - 1)
        flow.take([deed])
    flow.until(end_ms)
    return flow


def _assert_alike(a: ShardFlow, b: ShardFlow) -> None:
    for topic in TOPICS:
        (core, extra), (other_core, other_extra) = a.state(topic), b.state(topic)
        assert np.allclose(core["recent"], other_core["recent"], rtol=1e-3, atol=1e-3), topic
        assert np.allclose(extra["history"], other_extra["history"], rtol=1e-3, atol=1e-3), topic


@settings(max_examples=40, deadline=None)
@given(_deeds(100), _deeds(200), st.data())
def test_deed_and_undo_are_neither(stay: list[Deed], go: list[Deed], data: st.DataObject) -> None:
    """Rolling count and history equal those of a stream in which neither happened; nobody is left over."""
    undos = data.draw(_undos(go))
    left = [*_talk(), *stay]
    flow = _run([*left, *go, *undos])
    _assert_alike(flow, _run(left))
    for topic in TOPICS:
        people = {user_hash(deed.user) >> 16 for deed in left if deed.topic == topic}
        assert set(flow.state(topic)[1]["user"].ravel().tolist()) <= people | {0}


@settings(max_examples=40, deadline=None)
@given(_deeds(100), _deeds(200), st.data())
def test_undoing_twice_is_undoing_once(stay: list[Deed], go: list[Deed], data: st.DataObject) -> None:
    """A second undo finds nothing left."""
    undos = data.draw(_undos(go))
    again = [replace(undo, at_ms=data.draw(st.integers(undo.at_ms, END_MS - 1))) for undo in undos]
    once, twice = (_run([*_talk(), *stay, *go, *undos, *more]) for more in ([], again))
    _assert_alike(once, twice)
    for topic in TOPICS:
        assert once.state(topic)[0]["rank"] == twice.state(topic)[0]["rank"]


@settings(max_examples=40, deadline=None)
@given(_deeds(100), st.lists(st.tuples(_at, st.integers(1, 9)), max_size=8), st.data())
def test_a_deleted_post_takes_everything_with_it(
    stay: list[Deed], likes: list[tuple[int, int]], data: st.DataObject
) -> None:
    """The post, and who liked and shared it in closed panes or in that of the deletion: as if never there."""
    post = Deed(data.draw(_at), 1, 300, "create")
    deleted = replace(post, at_ms=data.draw(st.integers(post.at_ms, END_MS - 1)), action="delete")
    last_ms = deleted.at_ms // PANE_MS * PANE_MS + PANE_MS - 1
    on_it = [
        Deed(at_ms, user, 300, action)
        for (at_ms, user), action in zip(likes, ["like", "create"] * len(likes), strict=False)
        if post.at_ms <= at_ms <= last_ms
    ]
    whole = _run([*_talk(), *stay, post, *on_it, deleted])
    _assert_alike(whole, _run([*_talk(), *stay]))


@settings(max_examples=30, deadline=None)
@given(_deeds(100), _deeds(200), st.data())
def test_order_of_arrival_and_restarts_change_no_byte(
    stay: list[Deed], go: list[Deed], data: st.DataObject
) -> None:
    """Early or late, alone or in a batch, with one worker or many: state and messages are the same."""
    deeds = [*_talk(), *stay, *go, *data.draw(_undos(go))]
    deeds += [replace(deed, action="delete", at_ms=END_MS - 1) for deed in stay[:2]]
    early = _run(deeds)
    flow = ShardFlow(CFG, restarts=True)
    step_ms = data.draw(st.sampled_from([7_000, 50_000, PANE_MS]))
    for start_ms in range(START_MS, END_MS + PANE_MS, step_ms):
        now = [deed for deed in deeds if start_ms <= deed.at_ms < start_ms + step_ms]
        now = data.draw(st.permutations(now))
        cut = data.draw(st.integers(0, len(now)))
        for batch in (now[:cut], now[cut:]):
            flow.take(batch)
        flow.until(start_ms + step_ms - 1)
    flow.until(END_MS + PANE_MS + 60_002)
    assert flow.messages == early.messages
    assert flow.stored() == early.stored()


@settings(max_examples=30, deadline=None)
@given(_deeds(100), _deeds(200), st.data())
def test_an_undo_never_lifts_a_topic(stay: list[Deed], go: list[Deed], data: st.DataObject) -> None:
    """No place gets better by what is taken away."""
    end_ms = END_MS - 1
    deeds = [*_talk(), *stay, *go]
    before = _run([d for d in deeds if d.at_ms < end_ms - 60_000], END_MS)
    undos = [replace(undo, at_ms=end_ms) for undo in data.draw(_undos(go))]
    after = _run([*[d for d in deeds if d.at_ms < end_ms - 60_000], *undos], END_MS + 60_002)
    for topic in TOPICS:
        assert after.state(topic)[0]["rank"] <= before.state(topic)[0]["rank"]


@settings(max_examples=20, deadline=None)
@given(_deeds(100), _deeds(200))
def test_undos_of_what_nobody_did_change_no_state(stay: list[Deed], never: list[Deed]) -> None:
    """Nothing is found, nothing is written, nobody is told."""
    undos = [replace(deed, action=_UNDONE[deed.action]) for deed in never]
    flow, calm = _run([*_talk(), *stay, *undos]), _run([*_talk(), *stay])
    assert flow.maps["undone"] == {}
    _assert_alike(flow, calm)
    assert all("/" not in key for key in flow.maps["kept"])
