"""Laws of counting: it equals a plain loop, however the events were cut into batches and shards."""

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from schemas.avro_decode import decode
from schemas.avro_plan import compile_plan
from schemas.released import schema_of
from schemas.served import KINDS, Kind
from state.actions import ActionWeights
from state.contributions import Contributions, folded, joined
from state.pane_events import counted_events
from state.pane_rows import pane_rows
from state.pane_split import pieces, shard_of
from state.reach import reach_of
from state.scopes import USUAL_VIEWS, ViewName
from state.topic_kinds import kind_of, name_of
from state.topic_sources import merge
from tests.support.avro_rows import reference_encode
from tests.support.plain_count import Count, count

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
    "item_type": st.sampled_from(["post", "post", "user", "query"]),
    "topics": st.lists(st.sampled_from(["a", "A", "#a", "b_c", "B  c", "ß", "#", "東京"]), max_size=4),
    "lang": st.sampled_from(["", "en", "EN-us", "de", "?", "zxx"]),
    "item_lang": st.sampled_from(["", "en", "zxx"]),
    "community": st.sampled_from(["", "gardening", "books"]),
    "region": st.sampled_from(["", "us", "AT", "Europe"]),
}
_OWN: dict[str, dict[str, st.SearchStrategy[object]]] = {
    "engagement": {
        "author_id": st.sampled_from(["", "ann", "bob"]),
        "query": st.sampled_from(["", "Tea", "#tea", "b_c"]),
    },
    "content": {
        "share_of": st.sampled_from(["", "i1", "i9"]),
        "text": st.sampled_from(["", "a cup of tea", "#tea https://a.example 🍵"]),
        "media": st.sampled_from([[], ["image:1"]]),
    },
}
VIEWS: tuple[ViewName, ...] = (*USUAL_VIEWS, "community", "tag")
_ACTIONS = {
    event: compile_plan(schema_of(event)).field("action").symbols for event in ("engagement", "content")
}


def events_of(event: str) -> st.SearchStrategy[list[Row]]:
    """Draw records of an event."""
    return st.lists(
        st.fixed_dictionaries({**_SHARED, **_OWN[event], "action": st.sampled_from(_ACTIONS[event])}),
        max_size=25,
    )


def pieces_of(
    event: str, records: Sequence[Row], shards: int, kinds: Sequence[Kind] = ("tag",)
) -> list[tuple[int, Contributions]]:
    """Split records the fast way."""
    schema = schema_of(event)
    plan = compile_plan(schema)
    columns = decode(plan, [reference_encode(schema, r) for r in records])
    assert columns.ok.all(), columns.reason(int(np.argmin(columns.ok)))
    events = counted_events(event, plan.field("action").symbols, columns, columns.ok, ActionWeights(), kinds)
    assert events is not None
    return pieces(events, PANE_MS, shards, reach_of(event, columns, events, VIEWS))


def counted(split: Sequence[tuple[int, Contributions]], limit: int = MANY) -> dict[Key, Count]:
    """Put pieces together by shard and pane, and count."""
    together: dict[tuple[int, int], list[Contributions]] = {}
    for shard, piece in split:
        together.setdefault((shard, piece.pane), []).append(piece)
    out: dict[Key, Count] = {}
    for (_, pane), parts in together.items():
        rows = pane_rows(folded(joined(parts), limit), 1.0, VIEWS)
        assert rows.pane == pane
        numbers = zip(rows.milli.tolist(), rows.events.tolist(), rows.who.users.tolist(), strict=True)
        for topic, scope, total in zip(rows.topics, rows.scopes, numbers, strict=True):
            assert (topic, scope, pane * PANE_MS) not in out, "a topic belongs to one shard"
            out[topic, scope, pane * PANE_MS] = total
    return out


@given(st.sampled_from(["engagement", "content"]), st.integers(1, 5), st.data())
def test_every_kind_is_counted_as_a_plain_loop_does(event: str, shards: int, data: st.DataObject) -> None:
    """All kinds together: each has its own topics, none changes another."""
    records = data.draw(events_of(event))
    got = counted(pieces_of(event, records, shards, KINDS))
    for kind in ("tag", "post", "creator", "query"):
        mine = {(name_of(t), scope, at): n for (t, scope, at), n in got.items() if kind_of(t) == kind}
        assert mine == count([{**r, "event": event} for r in records], PANE_MS, kind, in_places=True)


def _plain(event: str, records: Sequence[Row]) -> dict[Key, Count]:
    return count([{**r, "event": event} for r in records], PANE_MS, in_places=True)


@given(st.sampled_from(["engagement", "content"]), st.integers(1, 5), st.data())
def test_counting_equals_a_plain_loop(event: str, shards: int, data: st.DataObject) -> None:
    """Weight, events and users of every topic, scope and pane, as an independent loop counts them."""
    records = data.draw(events_of(event))
    assert counted(pieces_of(event, records, shards)) == _plain(event, records)


@given(events_of("engagement"), st.integers(0, 25))
def test_where_a_batch_ends_does_not_matter(records: list[Row], at: int) -> None:
    """Pieces of two batches are the pieces of one."""
    halves = [*pieces_of("engagement", records[at:], 2), *pieces_of("engagement", records[:at], 2)]
    assert counted(halves) == counted(pieces_of("engagement", records, 2))


@given(events_of("engagement"))
def test_a_limit_changes_no_sum(records: list[Row]) -> None:
    """With room for one user in each cell, weights and events stay as they are."""
    split = pieces_of("engagement", records, 1)
    small, large = counted(split, 1), counted(split)
    assert {k: v[:2] for k, v in small.items()} == {k: v[:2] for k, v in large.items()}


@given(events_of("content"))
def test_pieces_come_one_for_each_shard_and_pane(records: list[Row]) -> None:
    """Each topic lies in its shard, each piece names just its own topics."""
    split = pieces_of("content", records, 3)
    assert len({(shard, piece.pane) for shard, piece in split}) == len(split)
    for shard, piece in split:
        assert {shard_of(topic, 3) for topic in piece.topics} == {shard}
        assert np.array_equal(np.unique(piece.rows["topic"]), np.arange(len(piece.topics)))


@given(st.lists(st.sampled_from(["", "a", "b", "c"]), min_size=1, max_size=6), st.data())
def test_equal_names_get_one_code(names: list[str], data: st.DataObject) -> None:
    """Codes still name the same texts; no name is -1."""
    codes = np.array(data.draw(st.lists(st.integers(0, len(names) - 1), max_size=9)), np.int64)
    merged, distinct = merge(codes, names)
    assert [distinct[c] if c >= 0 else "" for c in merged.tolist()] == [names[c] for c in codes.tolist()]
    assert len(set(distinct)) == len(distinct)
