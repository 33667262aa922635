"""What commits of Bluesky become, and what is known of a deletion."""

import pytest

from producers.mapping.event import Mapped, Rejected, Skipped
from producers.sources.live.bluesky import BLOCK, FOLLOW, LIKE, POST, REPOST, Translator
from producers.sources.live.frames import read_v1, read_v2
from producers.sources.live.memory import Memory
from producers.sources.live.message import DisconnectedError, Message, Position

ANN, BEN = "did:plc:ann", "did:plc:ben"
POST_URI = f"at://{ANN}/{POST}/p1"


def _body(
    did: str, collection: str, rkey: str, operation: str = "create", record: object = None
) -> dict[str, object]:
    return {
        "kind": "commit",
        "did": did,
        "time_us": 1_725_911_162_329_308,
        "collection": collection,
        "rkey": rkey,
        "operation": operation,
        "rev": f"{rkey}-{operation}",
        "record": record,
    }


def _post(**more: object) -> dict[str, object]:
    facets = [
        {"features": [{"$type": "app.bsky.richtext.facet#tag", "tag": "Cats"}]},
        {"features": [{"$type": "app.bsky.richtext.facet#link", "uri": "https://a.example"}]},
        {"features": "broken"},
    ]
    return {
        "text": "#Cats https://a.example",
        "langs": ["pt-BR", "en"],
        "facets": facets,
        "tags": ["pets"],
    } | more


def _mapped(translate: Translator, body: dict[str, object]) -> Mapped:
    mapped = translate(body)
    assert isinstance(mapped, Mapped), mapped
    return mapped


def test_post_carries_tags_language_links_media_reply_and_quotation() -> None:
    """Everything that a post tells about itself is kept; its time is the server's."""
    embed = {
        "$type": "app.bsky.embed.recordWithMedia",
        "record": {"record": {"uri": "at://q/w/e"}},
        "media": {
            "images": [{"image": {"ref": {"$link": "bafy1"}}}, {}],
            "video": {"ref": {"$link": "bafy2"}},
        },
    }
    reply = {"parent": {"uri": "at://x/y/z"}, "root": {"uri": "at://r"}}
    mapped = _mapped(Translator(), _body(ANN, POST, "p1", record=_post(embed=embed, reply=reply)))
    assert mapped.event == "content"
    assert mapped.record == {
        "event_id": mapped.event_id,
        "source_ms": 1_725_911_162_329,
        "actor_id": ANN,
        "client": "bluesky",
        "item_id": POST_URI,
        "action": "create",
        "topics": ["Cats", "pets"],
        "text": "#Cats https://a.example",
        "lang": "pt-br",
        "item_lang": "pt-br",
        "reply_to": "at://x/y/z",
        "share_of": "at://q/w/e",
        "links": ["https://a.example"],
        "media": ["image:bafy1", "video:bafy2"],
    }


def test_likes_and_reposts_of_a_known_post_carry_its_topics() -> None:
    """A like names only the post; what the post was about is remembered."""
    translate = Translator()
    translate(_body(ANN, POST, "p1", record=_post()))
    for collection, action in ((LIKE, "like"), (REPOST, "share")):
        mapped = _mapped(translate, _body(BEN, collection, "k", record={"subject": {"uri": POST_URI}}))
        assert (mapped.event, mapped.action, mapped.item_id) == ("engagement", action, POST_URI)
        assert mapped.record["author_id"] == ANN
        assert mapped.topics == ["Cats", "pets"]
        assert mapped.lang == ""  # that is the request's language, which nobody tells
        assert mapped.record["item_lang"] == "pt-br"
    unknown = _mapped(translate, _body(BEN, LIKE, "l", record={"subject": {"uri": "at://did:plc:x/p/1"}}))
    assert "topics" not in unknown.record


@pytest.mark.parametrize(
    ("collection", "action", "undo", "subject"),
    [
        (LIKE, "like", "unlike", {"uri": POST_URI}),
        (REPOST, "share", "unshare", {"uri": POST_URI}),
        (FOLLOW, "follow", "unfollow", BEN),
        (BLOCK, "block", "unblock", BEN),
    ],
)
def test_deletion_takes_back_what_is_remembered(
    collection: str, action: str, undo: str, subject: object
) -> None:
    """The deletion of a like is an unlike of the same post; one that nobody remembers is left out."""
    translate = Translator()
    translate(_body(ANN, POST, "p1", record=_post()))
    done = _mapped(translate, _body(ANN, collection, "k", record={"subject": subject}))
    undone = _mapped(translate, _body(ANN, collection, "k", "delete"))
    assert (done.action, undone.action) == (action, undo)
    assert (undone.item_id, undone.topics) == (done.item_id, done.topics)
    assert undone.event_id != done.event_id
    assert isinstance(translate(_body(ANN, collection, "other", "delete")), Skipped)
    assert isinstance(translate(_body(ANN, collection, "k", "update", {"subject": subject})), Skipped)


def test_deleted_post_takes_its_topics_back() -> None:
    """A delete names the tags that it takes back, as far as they are remembered; an update is an edit."""
    translate = Translator()
    translate(_body(ANN, POST, "p1", record=_post()))
    edited = _mapped(translate, _body(ANN, POST, "p1", "update", _post(tags=["dogs"])))
    deleted = _mapped(translate, _body(ANN, POST, "p1", "delete"))
    assert (edited.action, edited.topics) == ("edit", ["Cats", "dogs"])
    assert (deleted.action, deleted.topics, deleted.lang) == ("delete", ["Cats", "dogs"], "pt-br")
    assert _mapped(translate, _body(ANN, POST, "p9", "delete")).topics == []


def test_ids_come_from_the_source_alone() -> None:
    """Whenever and from whichever server a commit is read, its id is the same; other commits have others."""
    first = _mapped(Translator(), _body(ANN, POST, "p1", record=_post()))
    later = _mapped(Translator(), _body(ANN, POST, "p1", record=_post()) | {"time_us": 1})
    other = _mapped(Translator(), _body(BEN, POST, "p1", record=_post()))
    assert first.event_id == later.event_id != other.event_id


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (_body(ANN, POST, ""), "commit: expected did, collection, rkey, operation and rev"),
        (_body(ANN, POST, "\ud800"), "commit: expected did, collection, rkey, operation and rev"),
        (_body(ANN, POST, "x" * 500), "commit: the address is too long"),
        (_body("did:web:" + "x" * 260, POST, "k"), "commit: the address is too long"),
        (_body(ANN, POST, "k", "move"), "commit: expected create, update or delete"),
        (_body(ANN, POST, "k", record=[]), "post: expected a record"),
        (_body(ANN, LIKE, "k", record={"subject": POST_URI}), "like: expected a subject"),
        (_body(ANN, FOLLOW, "k", record={"subject": {"uri": BEN}}), "follow: expected a subject"),
    ],
)
def test_commits_that_make_no_sense_are_rejected(body: dict[str, object], reason: str) -> None:
    """Each missing or impossible part has its own reason."""
    assert isinstance(found := Translator()(body), Rejected)
    assert found.reason == reason


@pytest.mark.parametrize(
    "post",
    [
        {},
        {"text": 5, "langs": "en", "facets": {}, "tags": "x", "embed": [], "reply": 3},
        {"tags": ["x" * 201, "\ud800", 7, None, " "], "langs": [["en"]], "facets": [None, {"features": [1]}]},
    ],
)
def test_odd_posts_are_posts_without_the_odd_parts(post: dict[str, object]) -> None:
    """Clients write what they like into a record: the post counts, what cannot be read is left out."""
    mapped = _mapped(Translator(), _body(ANN, POST, "p1", record=post))
    assert mapped.topics == []
    assert not set(mapped.record) & {"lang", "links", "media", "reply_to"}


def test_many_tags_are_cut_at_what_an_event_takes() -> None:
    """The first 32 tags count."""
    mapped = _mapped(Translator(), _body(ANN, POST, "p1", record={"tags": [f"t{i}" for i in range(50)]}))
    assert mapped.topics == [f"t{i}" for i in range(32)]


def test_other_messages_are_skipped() -> None:
    """Identity and account events, and records of other kinds."""
    assert isinstance(Translator()({"kind": "identity", "did": ANN, "time_us": 1}), Skipped)
    assert isinstance(Translator()(_body(ANN, "app.bsky.actor.profile", "self")), Skipped)


def test_memory_forgets_the_oldest() -> None:
    """Memory is bounded; a value that is put again counts as new."""
    memory: Memory[int] = Memory(2)
    assert memory.first_time("a", 1)
    assert not memory.first_time("a", 2)
    memory.put("b", 2)
    memory.put("a", 3)
    memory.put("c", 4)
    assert (memory.get("a"), memory.get("b"), memory.get("c"), len(memory)) == (3, None, 4, 2)


@pytest.mark.parametrize(
    ("frame", "fault"),
    [
        ("{", "not a JSON object"),
        (b"\xff", "not a JSON object"),
        ("[]", "not a JSON object"),
        ('{"kind":"commit"}', "time_us: expected microseconds since 1970"),
        ('{"kind":"commit","time_us":true}', "time_us: expected microseconds since 1970"),
    ],
)
def test_bad_v1_frames_move_nothing(frame: str | bytes, fault: str) -> None:
    """A frame that cannot be read has no position."""
    assert read_v1(frame, "s") == Message(None, fault=fault)


@pytest.mark.parametrize(
    ("frame", "fault"),
    [
        ("{", "not a JSON object"),
        ('{"$type":"message"}', "expected an envelope with a payload"),
        ('{"payload":{"$type":"a#commit","time":"2026-01-01T00:00:00Z"}}', "seq: expected a whole number"),
        ('{"payload":{"$type":"a#commit","seq":1}}', "time: expected an RFC 3339 time"),
        ('{"payload":{"$type":"a#commit","seq":1,"time":"soon"}}', "time: expected an RFC 3339 time"),
    ],
)
def test_bad_v2_frames_move_nothing(frame: str, fault: str) -> None:
    """A frame that cannot be read has no position."""
    assert read_v2(frame, "s") == Message(None, fault=fault)


def test_v2_prefers_the_time_that_imports_cannot_change() -> None:
    """`witnessedAt` is what a time cursor is compared with; `time` may have been imported."""
    frame = (
        '{"payload":{"$type":"a#sync","seq":9,"time":"2001-01-01T00:00:00Z",'
        '"witnessedAt":"2026-01-01T00:00:00.123456Z"}}'
    )
    assert read_v2(frame, "s").position == Position("9", 1_767_225_600_123_000, "s")


def test_v2_error_frame_is_a_disconnect() -> None:
    """The server closes the stream after it."""
    with pytest.raises(DisconnectedError, match="ConsumerTooSlow"):
        read_v2('{"$type":"error","error":"ConsumerTooSlow"}', "s")
