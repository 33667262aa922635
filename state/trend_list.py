"""The list of one scope and kind: the news of all its shards become places that people see.

A shard knows its own topics; the list knows all of a scope. Here topics that are one thing are merged, those
of one event are linked, a topic needs more people where more are active, and only what a person allowed or
what earned trust enters the list for everybody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log2
from zlib import crc32

import numpy as np
from msgspec.structs import replace

from schemas.served import TrendRecord
from state import crowd, list_review, recent_set, spam_flags
from state.list_merge import Group, groups, squeezed
from state.list_news import ListNews
from state.list_review import PENDING, TRUSTED, Review
from state.list_state import Candidate, ListChange, ListState
from state.list_told import alias, completed, headed, held_back, news_of
from state.moderation import ALLOWED
from state.ranking import current, floor
from state.trend_config import TrendConfig

_SPARE = 1.2  # candidates for each place: names that are merged need none
_NAMES = ("tag", "phrase", "query")  # kinds in which two spellings may be one topic
_REMEMBERED = 10  # reviews for each place


def settle(cfg: TrendConfig, state: ListState, news: ListNews, at_ms: int) -> ListChange:
    """Take the news of a moment into a list, in place, and return what changes for readers.

    O(n^2) in arrays for n candidates, a fifth more than the list has places: some ms. What shards told in
    which order changes nothing.

    Args:
        cfg: Settings.
        state: The list.
        news: Of all shards together.
        at_ms: The moment: the end of a pane, or that of a correction.
    """
    pane = at_ms // cfg.burst.pane_ms - (at_ms % cfg.burst.pane_ms == 0)
    news = completed(state, news)
    _hear(cfg, state, news, pane)
    _bar(state, news, at_ms)
    gone = {r.topic: r for r in news.records if r.rank <= 0.0}
    lowest = floor(cfg.min_strength, at_ms, cfg.half_life_ms)
    order = _cut(cfg, state, lowest)
    strength = [current(state.candidates[t].record.rank, at_ms, cfg.half_life_ms) for t in order]
    found = _groups(cfg, state, order, strength)
    needed = _needed(cfg, state, pane)
    placed = [g for g in found if needed.passes(g.people) or state.candidates[order[g.head]].passed_ms]
    records = {order[g.head]: headed(state, order, g, pane * cfg.burst.pane_ms) for g in placed}
    heads = {g.head for g in placed}
    for group in found:
        for i in group.aliases:
            records[order[i]] = alias(state.candidates[order[i]].record, order[group.head])
        if group.head not in heads:
            records[order[group.head]] = held_back(state.candidates[order[group.head]].record, needed.users)
    state.led_by = {order[i]: order[g.head] for g in found for i in g.aliases}
    ranked = sorted(placed, key=lambda g: (-g.strength, order[g.head]))[: cfg.list_size]
    places = [(order[g.head], _rank(cfg, g, records[order[g.head]], at_ms)) for g in ranked]
    ask = _review(cfg, state, [topic for topic, _ in places], records, gone, at_ms)
    for topic, rank in places:
        records[topic] = replace(records[topic], rank=rank)
    told = news_of(state, {**{r.topic: r for r in news.records}, **records})
    allowed = [(topic, rank) for topic, rank in places if records[topic].review != PENDING]
    asked = [(at, records[topic]) for at, topic in ask]
    denied = sorted(state.denied.items())
    check = crc32(repr((places, allowed, denied)).encode())
    moved, state.written = check != state.written, check
    return ListChange(places, allowed, told, asked, denied, moved)


@dataclass(frozen=True, slots=True)
class _Needed:
    """People that a topic needs where so many are active: the fourth root, between two bounds."""

    active: int
    least: int
    most: int

    def passes(self, people: int) -> bool:
        return people >= self.least and (people >= self.most or people**4 >= self.active)

    @property
    def users(self) -> int:
        need = self.least
        while need < self.most and need**4 < self.active:
            need += 1
        return need


def _hear(cfg: TrendConfig, state: ListState, news: ListNews, pane: int) -> None:
    """Take records and samples into the candidates."""
    keep = cfg.burst.panes(cfg.lists.window_ms)
    state.crowds = {p: c for p, c in state.crowds.items() if p > pane - keep}
    if len(news.crowd.hashes):
        state.crowds[pane] = crowd.union([state.crowds.get(pane, crowd.EMPTY), news.crowd])
    for record in news.records:
        if record.rank <= 0.0:
            state.candidates.pop(record.topic, None)
        else:
            one = state.candidates.setdefault(record.topic, Candidate(record))
            one.record = spam_flags.remembered(one.record, record)
    rows = [i for i, record in enumerate(news.records) if record.rank > 0.0]
    mine = [state.candidates[news.records[i].topic] for i in rows]
    kept = [one.people for one in mine] + [one.contents for one in mine]
    after = recent_set.seen(kept, np.concatenate([news.people[rows], news.contents[rows]]), pane, keep)
    for i, one in enumerate(mine):
        one.people, one.contents = after[i], after[len(mine) + i]


def _bar(state: ListState, news: ListNews, at_ms: int) -> None:
    """Take denials of this scope into account."""
    for topic, until_ms in news.denied:
        state.denied[topic] = until_ms
    state.denied = {topic: until_ms for topic, until_ms in state.denied.items() if until_ms > at_ms}


def _cut(cfg: TrendConfig, state: ListState, lowest: float) -> list[str]:
    """Let the weakest candidates go; return the others, strongest first."""
    order = sorted(state.candidates, key=lambda t: (-state.candidates[t].record.rank, t))
    kept = [t for t in order if state.candidates[t].record.rank > lowest][: round(_SPARE * cfg.list_size)]
    state.candidates = {t: state.candidates[t] for t in kept}
    return kept


def _groups(
    cfg: TrendConfig, state: ListState, order: Sequence[str], strength: Sequence[float]
) -> list[Group]:
    mine = [state.candidates[t] for t in order]
    return groups(
        cfg.lists,
        order,
        strength,
        [one.people for one in mine],
        [one.contents for one in mine],
        [max(recent_set.count(one.people), one.record.recent_users) for one in mine],
        state.led_by,
        names=not mine or mine[0].record.kind in _NAMES,
    )


def _needed(cfg: TrendConfig, state: ListState, pane: int) -> _Needed:
    active = crowd.size(crowd.union(state.crowds[p] for p in sorted(state.crowds) if p <= pane))
    return _Needed(active, cfg.list_min_users, cfg.lists.most_users_needed)


def _rank(cfg: TrendConfig, group: Group, head: TrendRecord, at_ms: int) -> float:
    """Return the rank of a group: that of its only member, or of all members together."""
    if not group.aliases:
        return head.rank
    # Rounded, so that readers are not told of a change that is none.
    return round(log2(group.strength) + at_ms / cfg.half_life_ms, 6)


def _review(
    cfg: TrendConfig,
    state: ListState,
    places: Sequence[str],
    records: dict[str, TrendRecord],
    gone: dict[str, TrendRecord],
    at_ms: int,
) -> list[tuple[int, str]]:
    """Decide who may be shown, in place; return (position, topic) of those that people have to look at."""
    ask = []
    for position, topic in enumerate(places, start=1):
        review = state.reviews.get(topic)
        word = _word(cfg, state, records[topic], at_ms)
        records[topic] = replace(records[topic], review=word)
        if word == PENDING and list_review.must_ask(cfg.lists, position, review, at_ms):
            state.reviews.setdefault(topic, Review()).asked_ms = at_ms
            state.reviews[topic].touched_ms = at_ms
            ask.append((position, topic))
    shown = {topic: records[topic].review for topic in places if records[topic].review != PENDING}
    list_review.shown_now(state.reviews, shown, gone, at_ms)
    list_review.forget(state.reviews, _REMEMBERED * cfg.list_size)
    return ask


def _word(cfg: TrendConfig, state: ListState, record: TrendRecord, at_ms: int) -> str:
    """Return whether people may be shown a topic under all its names; two spellings are one name."""
    if not record.aliases:
        return list_review.verdict(cfg.lists, record, state.reviews.get(record.topic), at_ms)
    words: dict[str, set[str]] = {}
    for name in (record.topic, *record.aliases):
        # What the head has of its aliases, such as flags, stays the head's.
        mine = record if name == record.topic else state.candidates[name].record
        word = list_review.verdict(cfg.lists, mine, state.reviews.get(name), at_ms)
        words.setdefault(squeezed(name), set()).add(word)
    best = [
        ALLOWED if ALLOWED in each else (TRUSTED if TRUSTED in each else PENDING) for each in words.values()
    ]
    return PENDING if PENDING in best else TRUSTED if TRUSTED in best else ALLOWED
