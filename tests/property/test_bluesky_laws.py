"""Laws of live messages: whatever a server sends becomes an event that can be encoded, or a reason."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.encode import EventEncoder
from producers.mapping.event import Mapped, Rejected, Skipped
from producers.sources.live.bluesky import COLLECTIONS, Translator
from producers.sources.live.frames import read_v1, read_v2
from producers.sources.live.message import DisconnectedError, Message
from producers.sources.live.source import Translate
from producers.sources.live.wikimedia import translator
from schemas.codec import decode_value
from schemas.registry import FileRegistry

ENCODER = EventEncoder(FileRegistry())
TRANSLATORS: dict[str, Translate] = {"bluesky": Translator(memory=50), "wikimedia": translator(["*"])}

keys = st.sampled_from(
    [
        "text",
        "langs",
        "tags",
        "facets",
        "features",
        "$type",
        "tag",
        "subject",
        "uri",
        "embed",
        "record",
        "reply",
        "parent",
        "images",
        "image",
        "ref",
        "$link",
        "meta",
        "id",
        "dt",
        "title",
        "user",
        "wiki",
        "revision",
        "new",
        "type",
        "server_name",
    ]
)
texts = st.text(max_size=12) | st.sampled_from(
    ["at://did:plc:a/app.bsky.feed.post/k1", "app.bsky.richtext.facet#tag"]
)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2**40) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=5),
    max_leaves=12,
)
commits = st.fixed_dictionaries(
    {
        "kind": st.just("commit"),
        "did": st.sampled_from(["did:plc:a", "did:plc:b"]),
        "time_us": st.integers(1, 2**51),
        "collection": st.sampled_from(COLLECTIONS),
        "rkey": st.sampled_from(["k1", "k2"]),
        "operation": st.sampled_from(["create", "update", "delete"]),
        "rev": st.text("abc", min_size=1, max_size=3),
        "record": values,
    }
)


@pytest.mark.parametrize("name", sorted(TRANSLATORS))
@given(body=commits | st.dictionaries(keys | texts, values, max_size=8))
def test_any_message_is_an_event_or_a_reason(name: str, body: dict[str, object]) -> None:
    """An event always has bytes that decode again; nothing raises."""
    found = TRANSLATORS[name](body)
    assert isinstance(found, (Mapped, Rejected, Skipped))
    if isinstance(found, Mapped):
        event, record = decode_value(ENCODER.encode(found)[1], FileRegistry())
        assert event == found.event
        assert getattr(record, "event_id") == found.event_id  # noqa: B009 - panes have none


@given(body=commits)
def test_ids_do_not_depend_on_the_record_or_the_time(body: dict[str, object]) -> None:
    """Read again later, or from a server that saw it at another time, a commit has its old id."""
    first, second = Translator()(body), Translator()(body | {"time_us": 1})
    if isinstance(first, Mapped) and isinstance(second, Mapped):
        assert first.event_id == second.event_id


@given(frame=st.binary(max_size=60) | values.map(lambda value: json.dumps({"payload": value}).encode()))
def test_any_frame_is_a_message(frame: bytes) -> None:
    """Both wires take any bytes; only an error frame ends a connection."""
    assert isinstance(read_v1(frame, "s"), Message)
    with suppress(DisconnectedError):
        assert isinstance(read_v2(frame, "s"), Message)
