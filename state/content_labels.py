"""Labels of posts: what their texts tell, and the tags that the author gave or that a tagger suggests."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from state.content_posts import Post
from state.tagger import Suggestions, Tagger, suggest, suggest_then_learn

LABEL_VERSION: Final = 1  # raise it when labels of the same text may come out differently
TAG_MODEL: Final = "softmax-1"


@dataclass(frozen=True, slots=True)
class Label:
    """The label of one post.

    Attributes:
        post: What was read from the post.
        tags: (tag, probability), the likeliest first.
        tags_from: author, model, or unknown when there are none.
        learned: Posts that the tagger had learned from before this one.
    """

    post: Post
    tags: Suggestions
    tags_from: str
    learned: int


def label(tagger: Tagger, posts: Sequence[Post]) -> list[Label]:
    """Label posts of one group of languages, in their order; the tagger learns from those with tags.

    Each post is predicted before it is learned, so the result does not depend on how posts are cut into
    batches. 0.1 to 0.2 ms for a post with tags, 0.03 ms for one without.
    """
    return [_one(tagger, post) for post in posts]


def _one(tagger: Tagger, post: Post) -> Label:
    places = np.frombuffer(post.places, "<u2").astype(np.int64)
    learned = tagger.state.progress.learned
    if not post.tags:
        found = suggest(tagger, places)
        return Label(post, found, "model" if found else "unknown", learned)
    if post.learns:
        suggest_then_learn(tagger, places, post.tags)
    return Label(post, [(tag, 1.0) for tag in post.tags], "author", learned)
