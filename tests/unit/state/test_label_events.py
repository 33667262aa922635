"""Tags that a label suggests count as the post's own would, once."""

import pyarrow as pa
import pytest

from schemas.avro_decode import decode
from schemas.avro_plan import compile_plan
from schemas.released import schema_of
from schemas.served import KINDS
from state.actions import ActionWeights
from state.near_dup import id_text, text_fingerprint
from state.pane_events import CountedEvents, counted_events
from tests.support.avro_rows import reference_encode

ROW: dict[str, object] = {
    "event_id": "e",
    "source_ms": 1_767_225_600_000,
    "received_ms": 1_767_225_600_000,
    "actor_id": "ann",
    "item_id": "i1",
    "action": "create",
}
LABEL: dict[str, object] = {
    "tags": [{"tag": "tea", "prob": 0.8}, {"tag": "milk", "prob": 0.6}],
    "tags_from": "model",
    "lang": "de",
    "request_lang": "en-us",
    "request_region": "US",
}
TEXT = "a cup of something hot"


def _counted(event: str, change: dict[str, object]) -> CountedEvents:
    schema = schema_of(event)
    plan = compile_plan(schema)
    columns = decode(plan, [reference_encode(schema, {**ROW, **change})])
    assert columns.ok.all()
    events = counted_events(event, plan.field("action").symbols, columns, columns.ok, ActionWeights(), KINDS)
    assert events is not None
    return events


@pytest.mark.parametrize("share_of", ["", "i9"])
def test_a_label_counts_as_its_post_with_these_tags(share_of: str) -> None:
    """Same person, post, text, scope, trust and weight."""
    (near_dup_id,) = id_text(text_fingerprint(pa.array([TEXT]))).to_pylist()
    who = {"account_age_days": 0, "followers": 0, "automated": False, "share_of": share_of}
    label = _counted("content_label", {**LABEL, **who, "near_dup_id": near_dup_id})
    post = _counted(
        "content",
        {**who, "topics": ["tea", "milk"], "text": TEXT, "item_type": "post", "lang": "en", "region": "US"},
    )
    tags = slice(0, 2)  # the content has phrases and the post it shares, too
    assert label.topics == post.topics[tags] == ["tea", "milk"]
    for name in ("user", "fingerprint", "item", "lang", "region", "weight_milli", "source_ms"):
        assert getattr(label, name).tolist() == getattr(post, name).tolist(), name
    assert label.centi.tolist() == post.centi[tags].tolist()


@pytest.mark.parametrize(
    "change", [{"tags_from": "author"}, {"action": "edit"}, {"action": "unknown"}, {"tags": []}]
)
def test_what_the_content_event_said_already_is_not_counted_again(change: dict[str, object]) -> None:
    """Authors' tags came with the content, and an edit makes no second post."""
    assert _counted("content_label", {**LABEL, **change}).topic_row.tolist() == []


def test_an_id_that_is_none_is_the_item() -> None:
    """A foreign writer's near-duplicate id breaks nothing."""
    odd, none = (_counted("content_label", {**LABEL, "near_dup_id": text}) for text in ("not hex", ""))
    assert odd.fingerprint.tolist() == none.fingerprint.tolist() == none.item.tolist()
