"""Find topics of a list that are one thing under several names, and those that belong to one event."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from state.exact import Floats
from state.list_config import ListConfig
from state.recent_set import RecentSet, containment, jaccard, shared

MOST_RELATED = 5
_STAYS = 0.5  # the name that led keeps the lead while it has this share of the strongest one's strength


@dataclass(frozen=True, slots=True)
class Group:
    """Topics that are one.

    Attributes:
        head: Number of the topic that gives the name.
        aliases: Numbers of the others, strongest first.
        strength: Of all together: what they share counts once.
        people: Distinct people of all together, about.
        related: Numbers of the heads of other groups of the same event, most shared first.
    """

    head: int
    aliases: tuple[int, ...]
    strength: float
    people: int
    related: tuple[int, ...]


@lru_cache(maxsize=1 << 16)
def squeezed(topic: str) -> str:
    """Return a topic without what spelling adds: spaces, hyphens, apostrophes; itself if nothing is left.

    >>> squeezed("court ruling") == squeezed("court-ruling") == "courtruling"
    True
    """
    return "".join(c for c in topic if c.isalnum()) or topic


def groups(
    cfg: ListConfig,
    topics: Sequence[str],
    strength: Sequence[float],
    people: Sequence[RecentSet],
    contents: Sequence[RecentSet],
    counted: Sequence[int],
    led_by: Mapping[str, str],
    *,
    names: bool,
) -> list[Group]:
    """Group the topics of a list. O(n^2) in arrays.

    Names that differ only in spelling are one. So are names that stand on the same contents: then
    whoever said one said the other. A small topic inside a large one is not the large one; it is related.

    Args:
        cfg: Settings.
        topics: Names, strongest first.
        strength: Of each, now.
        people: Of each, of the last hour.
        contents: The same.
        counted: People of each, at least.
        led_by: Alias to head, of the time before: names do not change for a trifle.
        names: Topics are names. Others, such as posts, are what they are: nothing is merged.
    """
    n = len(topics)
    if not n:
        return []
    both_people, below_people = shared(people)
    both_contents, below_contents = shared(contents)
    same = (jaccard(both_contents, below_contents) >= cfg.merge_overlap) & (both_contents >= cfg.compare_min)
    if cfg.merge_overlap >= 1.0 or not names:
        same[:] = False
    overlap = containment(both_people, below_people)
    part = np.where(both_people >= cfg.compare_min, overlap, 0.0)
    alike = containment(both_contents, below_contents)
    related = np.maximum(part, np.where(both_contents >= cfg.compare_min, alike, 0.0))
    members = _members([squeezed(topic) if names else topic for topic in topics], same)
    heads = [_head(group, topics, strength, led_by) for group in members]
    leading = frozenset(heads)
    close = related >= cfg.relate_overlap
    alone = ~(close.sum(axis=1) > close.diagonal())
    return [
        Group(
            head=head,
            aliases=tuple(i for i in group if i != head),
            strength=_together(group, strength, overlap),
            people=round(_together(group, counted, overlap)),
            related=() if alone[head] else _related(head, leading, related, cfg.relate_overlap),
        )
        for head, group in zip(heads, members, strict=True)
    ]


def _members(spelling: Sequence[str], same: npt.NDArray[np.bool_]) -> list[list[int]]:
    """Put each topic to the first group whose strongest member it equals."""
    linked = (same.sum(axis=1) > same.diagonal()).tolist()
    first_of: dict[str, int] = {}
    out: list[list[int]] = []
    for i, word in enumerate(spelling):
        at = first_of.get(word)
        if at is None and linked[i]:
            at = next((k for k, group in enumerate(out) if same[i, group[0]]), None)
        if at is None:
            at = len(out)
            out.append([])
        first_of.setdefault(word, at)
        out[at].append(i)
    return out


def _head(
    group: Sequence[int], topics: Sequence[str], strength: Sequence[float], led_by: Mapping[str, str]
) -> int:
    leaders = {led_by.get(topics[i], topics[i]) for i in group if topics[i] in led_by}
    led = [i for i in group if topics[i] in leaders and strength[i] >= _STAYS * strength[group[0]]]
    return led[0] if led else group[0]


def _together(group: Sequence[int], values: Sequence[float], overlap: Floats) -> float:
    """Return the sum of what each adds to those before it."""
    if len(group) == 1:
        return values[group[0]]
    total = 0.0
    for k, i in enumerate(group):
        shared_part = max((float(overlap[i, j]) for j in group[:k]), default=0.0)
        total += values[i] * (1.0 - shared_part)
    return total


def _related(head: int, heads: frozenset[int], related: Floats, least: float) -> tuple[int, ...]:
    near = [i for i in np.flatnonzero(related[head] >= least).tolist() if i != head and i in heads]
    order = sorted(near, key=lambda i: (-related[head, i], i))
    return tuple(order[:MOST_RELATED])
