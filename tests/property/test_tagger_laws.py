"""The tagger: bounded, the same after any interruption, and better than the most frequent tag."""

from copy import deepcopy

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from state import tag_table
from state.codec import StateCorruptError, StateError
from state.tagger import Tagger, TaggerConfig, suggest, suggest_then_learn, word_places
from state.tagger_codec import CODEC, MAX_NAME_BYTES, max_bytes, restore, store
from state.text_tokens import tokens
from tests.support.content_posts import post_texts

SMALL = TaggerConfig(words=32, tags=4, half_life_posts=5, min_uses=1.0, min_prob=0.0, warm_up_posts=0)
POSTS = st.lists(
    st.tuples(
        st.lists(st.integers(0, 31), max_size=5, unique=True).map(sorted),
        st.lists(st.sampled_from(["a", "b", "c", "d", "e", "東京"]), min_size=1, max_size=3, unique=True),
    ),
    max_size=25,
)


def _feed(tagger: Tagger, posts: list[tuple[list[int], list[str]]]) -> list[object]:
    return [suggest_then_learn(tagger, np.array(places, np.int64), tags) for places, tags in posts]


@settings(deadline=None)
@given(POSTS, st.data())
def test_an_interruption_changes_nothing(
    posts: list[tuple[list[int], list[str]]], data: st.DataObject
) -> None:
    """Stored and restored between any two posts: the same suggestions and the same bytes."""
    whole, parted = restore(SMALL, None), restore(SMALL, None)
    cuts = data.draw(st.sets(st.integers(0, len(posts))))
    for i, post in enumerate(posts):
        if i in cuts:
            parted = restore(SMALL, store(parted))
        assert _feed(whole, [post]) == _feed(parted, [post])
    assert store(whole) == store(parted)


@settings(deadline=None)
@given(POSTS)
def test_predicting_changes_nothing(posts: list[tuple[list[int], list[str]]]) -> None:
    """Only learning does; before anything is learned there is nothing to suggest."""
    tagger = restore(SMALL, None)
    assert suggest(tagger, np.array([1, 2])) == []
    _feed(tagger, posts)
    before = store(tagger)
    for places, _ in posts:
        for name, prob in suggest(tagger, np.array(places, np.int64)):
            assert name in tagger.state.table.places
            assert 0.0 < prob < 1.0
    assert store(tagger) == before


@given(st.lists(st.sampled_from("abcdefgh"), max_size=60))
def test_the_table_keeps_frequent_tags_and_never_undercounts(uses: list[str]) -> None:
    """Space-Saving: true count <= count, count - error <= true count, and a share above 1/slots is kept."""
    table = tag_table.empty(4)
    for tag in uses:
        tag_table.use(table, tag)
    for name, at in table.places.items():
        true = uses.count(name)
        assert table.counts[at] - table.errors[at] <= true <= table.counts[at]
    assert all(tag in table.places for tag in set(uses) if uses.count(tag) > len(uses) / 4)
    assert table.counts.sum() == len(uses)


def test_size_is_bounded_whatever_is_learned() -> None:
    """Thousands of the longest tags, and the state is no larger than promised."""
    cfg = TaggerConfig(words=64, tags=16)
    tagger, rng = restore(cfg, None), np.random.default_rng(2)
    for i in range(3000):
        name = f"{i:04}" + "😀" * 96
        suggest_then_learn(tagger, np.unique(rng.integers(0, 64, 12)), [name])
    assert max(len(name.encode()) for name in tagger.state.table.names) <= MAX_NAME_BYTES
    assert len(store(tagger)) <= max_bytes(cfg)
    assert np.isfinite(tagger.state.weights).all()


def test_topics_are_learned_from_authors_tags() -> None:
    """Four topics in English, seed 4: most suggestions right, and far better than the most frequent tag."""
    cfg = TaggerConfig()
    tagger = restore(cfg, None)
    texts = post_texts(800, np.random.default_rng(4))
    found = tokens(pa.array([text for text, _ in texts], pa.string()))
    for i, (_, tags) in enumerate(texts):
        places = word_places(cfg, found.hashes[found.offsets[i] : found.offsets[i + 1]])
        suggest_then_learn(tagger, places, tags)
    progress = tagger.state.progress
    assert progress.learned == 800
    assert progress.right > 0.85 * progress.judged
    assert progress.suggested_right > 0.95 * progress.suggested
    assert progress.frequent_right < 0.4 * progress.judged


def test_what_was_learned_with_another_shape_is_refused() -> None:
    """Settings that do not fit the state stop the job, with what to do."""
    raw = store(restore(SMALL, None))
    with pytest.raises(StateError, match="32 words and 4 tags, the settings say 64 and 4; set them back"):
        restore(TaggerConfig(words=64, tags=4), raw)
    with pytest.raises(StateCorruptError, match="restore an older snapshot"):
        CODEC.loads(raw + b"x")


def test_a_state_is_independent_of_its_bytes_and_of_copies() -> None:
    """Learning goes on in one of them only."""
    tagger = restore(SMALL, None)
    _feed(tagger, [([1, 2], ["a"])] * 3)
    raw, copied = store(tagger), deepcopy(tagger.state)
    _feed(tagger, [([1, 2], ["b"])] * 3)
    assert store(restore(SMALL, raw)) == raw
    assert copied.progress.learned == 3


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("words", 8),
        ("tags", 5000),
        ("rate", 0.0),
        ("half_life_posts", 0),
        ("min_prob", 1.1),
        ("max_words", 0),
    ],
)
def test_impossible_settings_are_refused(field: str, value: float) -> None:
    """The message names the setting."""
    with pytest.raises(ValueError, match=f"tagger.{field} = "):
        TaggerConfig(**{field: value})
