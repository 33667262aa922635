"""Laws of counting a batch: it equals a plain loop, and batches add up."""

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from schemas.avro_decode import decode
from schemas.avro_plan import compile_plan
from schemas.released import schema_of
from state.actions import ActionWeights
from state.entries import MARKER, users_of
from state.pane_batch import PaneRows, aggregate
from state.pane_events import counted_events, merge
from tests.support.avro_rows import reference_encode
from tests.support.plain_count import count

PANE_MS = 300_000
START_MS = 1_767_225_600_000
MANY = 1 << 20
Row = dict[str, object]
Key = tuple[str, str, int]

_SHARED: dict[str, st.SearchStrategy[object]] = {
    "event_id": st.just("e"),
    "source_ms": st.integers(START_MS, START_MS + 3 * PANE_MS),
    "received_ms": st.just(START_MS),
    "actor_id": st.sampled_from(["ann", "bob", "çem", "dai"]),
    "item_id": st.sampled_from(["i1", "i2", "i3"]),
    "item_type": st.just("post"),
    "topics": st.lists(st.sampled_from(["a", "A", "#a", "b_c", "B  c", "ß", "#", "東京"]), max_size=4),
    "lang": st.sampled_from(["", "en", "EN-us", "de", "?"]),
    "region": st.sampled_from(["", "us", "AT", "Europe"]),
}
_ACTIONS = {
    event: compile_plan(schema_of(event)).field("action").symbols for event in ("engagement", "content")
}


def events_of(event: str) -> st.SearchStrategy[list[Row]]:
    """Draw records of an event."""
    return st.lists(
        st.fixed_dictionaries({**_SHARED, "action": st.sampled_from(_ACTIONS[event])}), max_size=25
    )


def counted(event: str, records: Sequence[Row], limit: int = MANY) -> PaneRows | None:
    """Count records the fast way."""
    schema = schema_of(event)
    plan = compile_plan(schema)
    columns = decode(plan, [reference_encode(schema, r) for r in records])
    assert columns.ok.all(), columns.reason(int(np.argmin(columns.ok)))
    events = counted_events(event, plan.field("action").symbols, columns, columns.ok, ActionWeights())
    assert events is not None
    return aggregate(events, PANE_MS, limit)


def add(total: dict[Key, list[object]], rows: PaneRows) -> dict[Key, list[object]]:
    """Add rows: weights and events as sums, users as sets."""
    users = users_of(rows.entries)
    for i in range(len(rows.events)):
        key = rows.topics[rows.topic[i]], rows.scopes[rows.scope[i]], int(rows.pane_start_ms[i])
        part = slice(int(rows.offsets[i]), int(rows.offsets[i + 1]))
        old = total.setdefault(key, [0, 0, set()])
        people = set(users[part][rows.entries["centi"][part] != MARKER].tolist())
        total[key] = [
            old[0] + int(rows.weight_milli[i]),  # type: ignore[operator]
            old[1] + int(rows.events[i]),  # type: ignore[operator]
            old[2] | people,  # type: ignore[operator]
        ]
    return total


def _plain(event: str, records: Sequence[Row]) -> dict[Key, tuple[int, int, int]]:
    return count([{**r, "event": event} for r in records], PANE_MS)


def _sizes(total: dict[Key, list[object]]) -> dict[Key, tuple[object, object, int]]:
    return {k: (w, n, len(u)) for k, (w, n, u) in total.items()}  # type: ignore[arg-type]


@given(st.sampled_from(["engagement", "content"]), st.data())
def test_counting_equals_a_plain_loop(event: str, data: st.DataObject) -> None:
    """Weight, events and users of every topic, scope and pane, as an independent loop counts them."""
    records = data.draw(events_of(event))
    assert _sizes(add({}, counted(event, records))) == _plain(event, records)


@given(events_of("engagement"), st.integers(0, 25))
def test_two_batches_add_up_to_one(records: list[Row], at: int) -> None:
    """Where a batch ends does not matter."""
    halves = add(add({}, counted("engagement", records[:at])), counted("engagement", records[at:]))
    assert halves == add({}, counted("engagement", records))


@given(events_of("engagement"))
def test_a_limit_changes_no_sum(records: list[Row]) -> None:
    """With room for one user only, weights and events stay; rows list one user."""
    small, large = add({}, counted("engagement", records, 1)), add({}, counted("engagement", records))
    assert {k: v[:2] for k, v in small.items()} == {k: v[:2] for k, v in large.items()}
    for key, (_, _, users) in small.items():
        assert users == {min(large[key][2])}  # type: ignore[call-overload]


@given(st.lists(st.sampled_from(["", "a", "b", "c"]), min_size=1, max_size=6), st.data())
def test_equal_names_get_one_code(names: list[str], data: st.DataObject) -> None:
    """Codes still name the same texts; no name is -1."""
    codes = np.array(data.draw(st.lists(st.integers(0, len(names) - 1), max_size=9)), np.int64)
    merged, distinct = merge(codes, names)
    assert [distinct[c] if c >= 0 else "" for c in merged.tolist()] == [names[c] for c in codes.tolist()]
    assert len(set(distinct)) == len(distinct)
