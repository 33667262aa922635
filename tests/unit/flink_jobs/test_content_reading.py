"""Content records become posts by group of languages, labels, or dead letters with a reason."""

import numpy as np
import pyarrow as pa
import pytest

from flink_jobs._shell.raw_batch import BAD_MARK, FIELD_SEPARATOR, RawBatch
from flink_jobs.content.labels import LabelEncoder
from flink_jobs.content.options import ContentOptions
from flink_jobs.content.reading import PostReader, pack, unpack
from schemas.codec import decode_value
from schemas.records import ContentLabelled
from schemas.registry import FileRegistry
from schemas.released import read_schema
from state.content_labels import label
from state.content_posts import OTHER, Post, Readers
from state.language import Languages
from state.near_dup import text_fingerprint
from state.tagger import TaggerConfig
from state.tagger_codec import restore
from tests.support.avro_rows import reference_encode

NOW_MS = 1_767_225_600_000
ROW = {
    "event_id": "e1", "source_ms": NOW_MS, "received_ms": NOW_MS + 5, "actor_id": "ann", "action": "create",
    "item_id": "i1", "topics": ["#Tea", "tea", "東京"], "text": "a cup of tea",
}  # fmt: skip


class Told:
    """An identifier that answers with the first word of a text."""

    version = "told-1"

    def identify(self, texts: pa.StringArray) -> Languages:
        """Return the first word, or und."""
        codes = [(text.split() or ["und"])[0] for text in texts.to_pylist()]
        return Languages(codes, np.full(len(codes), 0.75, np.float32))


def _value(**changed: object) -> bytes:
    return reference_encode(read_schema("content/v1.avsc"), {**ROW, **changed}, 2)


def _read(*values: bytes | None) -> tuple[dict[str, list[Post]], list[list[str]]]:
    n = len(values)
    reader = PostReader(FileRegistry(), Readers(Told(), frozenset({"en", "ja"}), TaggerConfig()))
    numbers = np.arange(n)
    bundles, letters = reader.read(
        RawBatch(["content"] * n, np.zeros(n, np.int64), numbers, np.full(n, NOW_MS), values)
    )
    assert all(letter.startswith(BAD_MARK) for letter in letters)
    return dict(map(unpack, bundles)), [letter[1:].split(FIELD_SEPARATOR) for letter in letters]


def test_posts_are_grouped_by_language_and_keep_their_order() -> None:
    """Languages without a tagger of their own share one; deletes get no label."""
    found, letters = _read(
        _value(event_id="1", text="en one"),
        _value(event_id="2", text="sw two"),
        _value(event_id="3", text="en three", action="edit"),
        _value(event_id="4", action="delete"),
        _value(event_id="5", text="und five", item_lang="ja-JP"),
        _value(event_id="6", text="", item_lang="?"),
    )
    assert {group: [post.event_id for post in some] for group, some in found.items()} == {
        "en": ["1", "3"],
        OTHER: ["2", "6"],
        "ja": ["5"],
    }
    assert letters == []
    assert [(p.lang, p.lang_from, p.learns) for p in (*found["en"], *found["ja"])] == [
        ("en", "model", True),
        ("en", "model", False),
        ("ja", "author", True),
    ]


def test_a_post_carries_what_its_text_tells() -> None:
    """Canonical tags once each, near-duplicate id as hex, words as places in the tagger."""
    found, _ = _read(
        _value(), _value(event_id="e2", share_of="i9", topics=[]), _value(event_id="e3", text="")
    )
    first, shared, empty = found[OTHER]
    assert (first.tags, shared.tags, shared.learns) == (["tea", "東京"], [], False)
    number = int(text_fingerprint(pa.array(["a cup of tea"]))[0])
    assert first.near_dup_id == shared.near_dup_id == f"{number:016x}"
    assert len(first.places) == 2 * 4
    assert (empty.near_dup_id, empty.simhash, empty.places) == ("", 0, b"")
    assert unpack(pack("en", [first])) == ("en", [first])


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (_value()[:-1], "undecodable"),
        (b"\0\0\0\x03\xe7" + _value()[5:], "unreadable"),
        (b"\0\0\0\0\1" + _value()[5:], "unreadable"),  # an engagement record
        (b"\1" + _value()[1:], "unreadable"),
        (b"\0\0", "unreadable"),
        (b"", "unreadable"),
        (None, "unreadable"),
        (_value(actor_id=""), "invalid"),
        (_value(source_ms=NOW_MS + 10**9), "invalid"),
    ],
)
def test_what_cannot_be_labelled_is_a_dead_letter(value: bytes | None, error: str) -> None:
    """Where it came from, the reason and the bytes; its neighbours are not disturbed."""
    found, letters = _read(_value(text="en x"), value, _value(text="en y"))
    assert [post.lang for post in found["en"]] == ["en", "en"]
    ((topic, partition, offset, kind, message, _, raw),) = letters
    assert (topic, partition, offset, kind) == ("content", "0", "1", error)
    assert message
    assert bytes.fromhex(raw) == (value or b"")


def _post(**changed: object) -> Post:
    base: dict[str, object] = {
        "event_id": "e", "source_ms": NOW_MS, "received_ms": 0, "actor_id": "ann", "item_id": "i",
        "lang": "en", "lang_prob": 0.9, "lang_from": "model", "near_dup_id": "0f", "simhash": -5, "tags": [],
        "learns": True, "places": np.array([3, 9], "<u2").tobytes(),
    }  # fmt: skip
    return Post(**{**base, **changed})  # type: ignore[arg-type]


def test_labels_become_records_of_the_topic() -> None:
    """Authors' tags as they are, suggestions with a probability, the versions of all models."""
    cfg = TaggerConfig(min_uses=2.0, warm_up_posts=30)
    tagger = restore(cfg, None)
    tagged = [_post(event_id=f"t{i}", tags=["tea"]) for i in range(30)]
    labels = label(tagger, [_post(event_id="before"), *tagged, _post(event_id="after")])
    records = LabelEncoder(FileRegistry(), "told-1").encode("en", labels)
    assert [(key, at_ms) for key, _, at_ms in records] == [(b"i", NOW_MS)] * 32
    found = [decode_value(value, FileRegistry())[1] for _, value, _ in records]
    before, first, after = found[0], found[1], found[-1]
    assert isinstance(before, ContentLabelled)
    assert isinstance(first, ContentLabelled)
    assert isinstance(after, ContentLabelled)
    assert (before.tags, before.tags_from, before.tag_model_posts) == ((), "unknown", 0)
    assert ([(tag.tag, tag.prob) for tag in first.tags], first.tags_from) == ([("tea", 1.0)], "author")
    assert [tag.tag for tag in after.tags] == ["tea"]
    assert 0.5 <= after.tags[0].prob <= 1.0
    assert (after.tags_from, after.tag_model_posts, after.tag_model) == ("model", 30, "softmax-1:en")
    assert (after.lang, after.lang_prob, after.near_dup_id, after.simhash) == ("en", 0.9, "0f", -5)
    assert (after.label_version, after.lang_model) == (1, "told-1")


def test_a_label_says_who_asked_from_where() -> None:
    """What counting a label needs goes with it, from the event to the record."""
    who = {"lang": "en-us", "region": "US", "account_age_days": 7, "followers": 3, "automated": True}
    found, _ = _read(_value(**who, share_of="i9"), _value(action="edit"))
    labels = label(restore(TaggerConfig(), None), found[OTHER])
    values = [value for _, value, _ in LabelEncoder(FileRegistry(), "told-1").encode(OTHER, labels)]
    shared, edited = (decode_value(value, FileRegistry())[1] for value in values)
    assert isinstance(shared, ContentLabelled)
    assert isinstance(edited, ContentLabelled)
    assert (shared.action, shared.share_of, shared.request_lang) == ("create", "i9", "en-us")
    assert (shared.request_region, shared.account_age_days, shared.followers) == ("US", 7, 3)
    assert shared.automated
    assert (edited.action, edited.share_of, edited.account_age_days) == ("edit", "", -1)


def test_edits_and_copies_teach_nothing() -> None:
    """A post is learned once, and a copied one not at all."""
    tagger = restore(TaggerConfig(), None)
    (found,) = label(tagger, [_post(tags=["tea"], learns=False)])
    assert (found.tags, tagger.state.progress.learned) == ([("tea", 1.0)], 0)


def test_impossible_settings_are_told_together() -> None:
    """Every line names its setting."""
    with pytest.raises(ValueError, match=r"(?s)topics is empty.*bundle_ms.*checkpoint_ms"):
        ContentOptions(topics=(), bundle_ms=0, checkpoint_ms=1)
