"""What counts, what does not, and which contents are copies of each other."""

import numpy as np
import pytest

from schemas.avro_decode import decode
from schemas.avro_plan import compile_plan
from schemas.released import schema_of
from state.actions import ActionWeights
from state.pane_events import CountedEvents, counted_events
from state.pane_split import pieces
from tests.support.avro_rows import reference_encode

WHO = {
    "event_id": "e",
    "source_ms": 1_767_225_600_000,
    "received_ms": 1_767_225_600_000,
    "actor_id": "ann",
    "item_id": "i1",
    "item_type": "post",
    "topics": ["tea"],
    "lang": "en",
    "region": "",
}


def _events(event: str, *changes: dict[str, object], good: list[bool] | None = None) -> CountedEvents:
    schema = schema_of(event)
    plan = compile_plan(schema)
    action = {"action": "share" if event == "engagement" else "create"}
    columns = decode(plan, [reference_encode(schema, {**WHO, **action, **c}) for c in changes])
    marks = columns.ok if good is None else np.array(good)
    events = counted_events(event, plan.field("action").symbols, columns, marks, ActionWeights())
    assert events is not None
    return events


def test_copies_of_a_text_are_one_content() -> None:
    """Links, mentions, tags, digits, case and punctuation do not make a new text."""
    got = _events(
        "content",
        {"text": "Buy now! https://a.example/1 @bob", "item_id": "i1"},
        {"text": "buy NOW 77 #deal https://b.example/2", "item_id": "i2"},
        {"text": "something else", "item_id": "i3"},
    ).fingerprint.tolist()
    assert got[0] == got[1]
    assert got[0] != got[2]


def test_a_share_is_a_copy_of_its_original_and_no_text_is_the_item() -> None:
    """The original wins over the text; without words the item itself is the content."""
    got = _events(
        "content",
        {"text": "x", "share_of": "i9"},
        {"text": "y", "share_of": "i9"},
        {"text": "", "item_id": "i9"},
        {"text": "!!!", "item_id": "i8"},
    ).fingerprint.tolist()
    assert got[0] == got[1] == got[2]
    assert got[3] != got[2]


def test_robots_count_as_events_but_have_no_weight_of_their_own() -> None:
    """The signed weight is kept, the trusted one is 0."""
    got = _events("engagement", {"automated": True}, {"automated": False})
    assert got.weight_milli.tolist() == [700, 700]
    assert got.centi.tolist() == [0, 70]


def test_who_names_many_topics_says_less_about_each() -> None:
    """The weight is shared by the root of the number of topics; an undo takes back what was given."""
    many = {"topics": [f"t{i}" for i in range(25)]}
    got = _events(
        "engagement", {}, {"topics": ["a", "b", "#A", "c", "d"]}, many, {**many, "action": "unshare"}
    )
    first = np.unique(got.topic_row, return_index=True)[1]
    assert got.centi[first].tolist() == [70, 35, 14, -14]
    assert got.weight_milli.tolist() == [700, 700, 700, -700]
    assert _events("engagement", {**many, "action": "impression"}).centi.tolist() == [1] * 25


def test_refused_records_and_silent_actions_have_no_topic_rows() -> None:
    """Records that failed validation, and blocks, are left out."""
    got = _events("engagement", {}, {}, {"action": "block"}, good=[True, False, True])
    assert got.topic_row.tolist() == [0]


def test_moderation_is_never_counted() -> None:
    """Other events give nothing, without a look at their columns."""
    plan = compile_plan(schema_of("engagement"))
    columns = decode(plan, [])
    assert counted_events("moderation", (), columns, columns.ok, ActionWeights()) is None


def test_a_batch_that_cannot_be_numbered_is_refused() -> None:
    """Numbers are 62 bits: panes x shards x topics beyond that raise instead of mixing rows up."""
    got = _events("engagement", {"topics": ["tea", "coffee"]}, {"topics": ["milk"]})
    got.source_ms[1] = 1 << 61
    with pytest.raises(ValueError, match="make it smaller"):
        pieces(got, 1, 16)
