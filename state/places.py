"""Places beside a request's language and region where something trends: a community, or a tag.

A contribution lies either where its request came from, and the usual views see it, or in one place, and only
the list of that place sees it. So what happens in a community counts twice: once as ever, once there.

Both use the same 32 bits of a row. A language needs 15 of its 16 bits: the highest one says that the others,
with those of the region, are the number of a place in the piece's list of names. A region needs 11 of its 16
bits: the highest one says that the content had no words (``state.wordless``).
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from schemas.hashing import hash64
from state.exact import Ints
from state.scopes import PlaceView

MAX_PLACE_CHARS: Final = 64  # moderators can name as much
IN_PLACE: Final = 1 << 15  # of the language
WORDLESS: Final = 1 << 15  # of the region
_REGION_BITS = 16
_REGION = (1 << _REGION_BITS) - 1
_GAPS = re.compile(r"\s+")
_UNFIT = re.compile(r"[{}|\x00-\x20\x7f-\x9f]|^~")
Rows = npt.NDArray[np.void]
Bools = npt.NDArray[np.bool_]


@lru_cache(maxsize=1 << 16)
def community_scope(name: str) -> str:
    """Return the scope of a community, "" for none. Spelling counts; white space becomes ``_``.

    A name that is long, or holds what a scope cannot, is known by its hash: ``community:~``, 16 hex digits.

        >>> community_scope("gardening"), community_scope(" Book  Club "), community_scope("")
        ('community:gardening', 'community:Book_Club', '')
        >>> community_scope("{a}")
        'community:~645a71215d049f03'
    """
    return _scope("community", name)


@lru_cache(maxsize=1 << 16)
def tag_scope(topic: str) -> str:
    """Return the scope of a tag from its canonical form, which holds no ``_``.

    >>> tag_scope("world cup")
    'tag:world_cup'
    """
    return _scope("tag", topic)


def tag_of(scope: str) -> str:
    """Return the canonical tag of a scope; "" when it is another scope, or its tag is known by hash only.

    >>> tag_of(tag_scope("world cup")), tag_of("lang:en")
    ('world cup', '')
    """
    view, _, name = scope.partition(":")
    return name.replace("_", " ") if view == "tag" and not name.startswith("~") else ""


def _scope(view: PlaceView, name: str) -> str:
    fit = _GAPS.sub("_", name.strip())
    if not fit:
        return ""
    if _UNFIT.search(fit) or len(view) + 1 + len(fit) > MAX_PLACE_CHARS:
        fit = f"~{hash64(fit.encode()):016x}"
    return f"{view}:{fit}"


def in_place(rows: Rows) -> Bools:
    """Return which contributions lie in a place."""
    found: Bools = rows["lang"] >= IN_PLACE
    return found


def put(rows: Rows, which: Bools, place: Ints) -> None:
    """Put some contributions into places, by number; they leave language and region. In place."""
    rows["lang"][which] = IN_PLACE | (place >> _REGION_BITS)
    rows["region"][which] = place & _REGION


def numbers(rows: Rows, which: Bools | Ints) -> Ints:
    """Return the numbers of the places of some contributions, all of which lie in one."""
    high = rows["lang"][which].astype(np.int64) - IN_PLACE
    found: Ints = high << _REGION_BITS | rows["region"][which]
    return found


def renamed(rows: Rows, old: Sequence[str], names: Sequence[str]) -> Rows:
    """Return a copy of contributions with the numbers that their places have in another list of names."""
    out = rows.copy()
    if old:
        which, at = in_place(rows), {name: i for i, name in enumerate(names)}
        put(out, which, np.array([at.get(name, 0) for name in old], np.int64)[numbers(rows, which)])
    return out


def trimmed(rows: Rows, names: Sequence[str]) -> tuple[Rows, list[str]]:
    """Return contributions with a list of only those places that they lie in, sorted. O(n log n)."""
    if not names:
        return rows, []
    which = in_place(rows)
    used, code = np.unique(numbers(rows, which), return_inverse=True)
    there = [names[i] for i in used.tolist()]
    order = sorted(range(len(there)), key=there.__getitem__)
    new = np.zeros(len(there), np.int64)
    new[order] = np.arange(len(there))
    out = rows.copy()
    put(out, which, new[code])
    return out, [there[i] for i in order]
