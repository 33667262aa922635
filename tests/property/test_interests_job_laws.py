"""What the interests job learns does not depend on batches, on leaps of event time or on restarts."""

from hypothesis import given, settings
from hypothesis import strategies as st

from flink_jobs.interests.options import InterestsOptions
from state.interest_drift import DriftConfig
from state.interest_turn import TurnConfig
from state.outcome_join import JOINED_ACTIONS, Deed, JoinConfig
from tests.support.interest_flow import END_MS, InterestFlow
from tests.support.plain_join import final_labels

JOIN = JoinConfig(window_ms=30_000, due_step_ms=5_000, most_kept=1_000)
# Blocks and stretches so short that some of each are full.
OPTIONS = InterestsOptions(
    shards=2,
    pane_ms=10_000,
    join=JOIN,
    turn=TurnConfig(past_step_ms=20_000),
    drift=DriftConfig(block_labels=2, blocks=10, threshold=1.0, delta=0.5),
)
START_MS = 1_772_150_400_000
deeds = st.lists(
    st.builds(
        Deed,
        user=st.sampled_from(["ann", "bob", "eve"]),
        at_ms=st.integers(START_MS, START_MS + 90_000),
        event_id=st.integers(0, 10_000).map(lambda n: f"e{n:05}"),
        action=st.one_of(st.just("impression"), st.sampled_from(sorted(JOINED_ACTIONS))),
        item=st.sampled_from("abcd"),
        author=st.sampled_from(["", "max"]),
        topics=st.sampled_from([(), ("tea",), ("tea", "chess")]),
        decision=st.sampled_from(["", "d1"]),
        position=st.integers(-1, 3),
    ),
    min_size=1,
    max_size=40,
).map(lambda some: list({one.event_id: one for one in some}.values()))


def _plain(some: list[Deed]) -> InterestFlow:
    flow = InterestFlow(OPTIONS)
    flow.take([_copy(one) for one in some])
    flow.until(END_MS)
    return flow


def _copy(one: Deed) -> Deed:
    return Deed(*(getattr(one, name) for name in one.__struct_fields__))


def _told(flow: InterestFlow) -> tuple[list[object], object]:
    return sorted((row.event_id, row.source_ms, row.kind, row) for row in flow.examples), (
        flow.redis,
        flow.past,
        sorted(flow.noted, key=repr),
    )


@settings(max_examples=60)
@given(
    deeds,
    st.lists(st.tuples(st.integers(0, 100_000), st.booleans()), max_size=6),
    st.sampled_from([1, 5, 1_000]),
    st.randoms(),
)
def test_batches_leaps_and_restarts_change_nothing(
    some: list[Deed], stops: list[tuple[int, bool]], most_again: int, shuffle: st.DataObject
) -> None:
    """Deeds come in any order that event time allows, twice, with event time stopping anywhere.

    People are stored after each turn, now and then, or never; a restart makes up for what is not stored.
    """
    whole = _plain(some)
    flow = InterestFlow(OPTIONS, most_again)
    left = [_copy(one) for one in some]
    for stop_ms, restart in sorted(stops):
        mark_ms = START_MS + stop_ms
        now = [one for one in left if one.at_ms <= mark_ms]
        left = [one for one in left if one.at_ms > mark_ms]
        early = left[:2]  # what comes before its time
        left = left[2:]
        batch = now + early + [_copy(one) for one in now[:1]]
        shuffle.shuffle(batch)  # type: ignore[attr-defined]
        for one in batch:
            flow.take([one])
        flow.until(mark_ms)
        if restart:
            flow.restart()
    flow.take(left)
    flow.until(END_MS)
    assert _told(flow) == _told(whole)


@settings(max_examples=60)
@given(deeds)
def test_labels_are_those_of_a_plain_look_at_the_history(some: list[Deed]) -> None:
    """Per person, the last label of each example is what the whole history says."""
    flow = _plain(some)
    found: dict[str, int] = {}
    for row in flow.examples:
        found[row.event_id] = row.label
        if row.kind == "undo":
            del found[row.event_id]
    plain: dict[str, int | None] = {}
    for user in {one.user for one in some}:
        plain |= final_labels(JOIN, [one for one in some if one.user == user])
    assert found == {key: label for key, label in plain.items() if label is not None}
