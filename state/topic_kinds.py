"""Kinds of topics: one spine for all of them, one list for each.

Inside, a topic of another kind than tag carries its kind in front of its name, with a control character
between them that no name can hold. Shards, sketch and detector see names and need to know nothing of kinds;
where topics leave for readers, the two are taken apart again.
"""

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from schemas.served import KINDS, Kind
from state.links import canonical_link
from state.topics import normalise

__all__ = ["AUDIENCE_KINDS", "KINDS", "Kind", "canonical", "kind_of", "kind_problems", "name_of", "typed"]
# A post, a creator and a query are one content by nature: there, each person counts as a content.
AUDIENCE_KINDS: Final = ("post", "creator", "query")
_spelling = lru_cache(maxsize=1 << 16)(normalise)
_MARK = "\x1d"
_CONTROLS = MappingProxyType({c: None for c in range(0xA0) if unicodedata.category(chr(c)) == "Cc"})


def typed(kind: str, name: str) -> str:
    """Return a topic of a kind as it is called inside; "" stays "".

    >>> typed("tag", "tea"), len(typed("post", "p1"))
    ('tea', 7)
    """
    return name if kind == "tag" or not name else f"{kind}{_MARK}{name}"


def kind_of(topic: str) -> str:
    """Return the kind of a topic.

    >>> kind_of("tea"), kind_of(typed("link", "https://a.example/"))
    ('tag', 'link')
    """
    kind, mark, _ = topic.partition(_MARK)
    return kind if mark else "tag"


def name_of(topic: str) -> str:
    """Return the name of a topic, as readers see it.

    >>> name_of("tea"), name_of(typed("link", "https://a.example/"))
    ('tea', 'https://a.example/')
    """
    return topic.rpartition(_MARK)[2]


def canonical(kind: str, text: str) -> str:
    """Return the name of what a text calls a topic of a kind, "" when it is none. O(length).

    Tags, phrases and queries have one spelling (`state.topics`), links one form (`state.links`); ids of posts
    and people stay as they are, without control characters.

        >>> canonical("query", " World_Cup "), canonical("link", "HTTPS://A.example"), canonical("post", "P1")
        ('world cup', 'https://a.example/', 'P1')
    """
    if kind == "link":
        return canonical_link(text)
    if kind in {"post", "creator"}:
        return (text if text.isprintable() else text.translate(_CONTROLS)).strip()
    return _spelling(text)


def kind_problems(kinds: Sequence[str]) -> list[str]:
    """Return what is wrong with a choice of kinds; nothing when it can be used."""
    if not kinds or len(set(kinds)) < len(kinds) or not set(kinds) <= set(KINDS):
        return [f"kinds = {tuple(kinds)!r}: expected each of some of {', '.join(KINDS)} once"]
    return []
