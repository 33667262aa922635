"""Settle the undos of a minute: deeds leave kept panes, what remains goes into states and lists."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b

import numpy as np

from schemas.served import TrendRecord
from state.contributions import MARKER, Contributions
from state.exact import Ints
from state.kept_pane import KeptPane, PaneCount
from state.moderation import Rules, muted, muting
from state.pane_rows import KEY_SEPARATOR
from state.ranking import floor
from state.retraction import Series, alert_pane, only, recount
from state.runs import starts, sums
from state.scopes import GLOBAL
from state.shard_correction import UNDONE, Restated, restate
from state.trend_config import TrendConfig
from state.trend_engine import KeyStore
from state.trend_key import Rows, loads_many
from state.undo import Found, deletions, find
from state.undo_split import pane_of

_POST = 1.0  # less than one post is nothing that a list shows
Asked = Sequence[tuple[int, Contributions]]


@dataclass(slots=True)
class Settled:
    """What became of the undos of a minute.

    Attributes:
        changes: What kept panes lose, as contributions that add up with the stored ones; oldest first.
        given: For the open pane of some undos, what its close has to bring in, by pane.
        records: For readers, of each listed topic that lost something.
    """

    changes: list[Contributions] = field(default_factory=list)
    given: dict[int, list[Contributions]] = field(default_factory=dict)
    records: list[TrendRecord] = field(default_factory=list)


def levels(cfg: TrendConfig, store: KeyStore, asked: Contributions) -> dict[str, float]:
    """Return what a loss must weigh to be seen, for each topic of some undos that has a state. O(n).

    Each like that is taken back would otherwise have its topic counted again in hours of panes, and that
    costs more than all counting.
    """
    states = store.get([f"{topic}{KEY_SEPARATOR}{GLOBAL}" for topic in asked.topics])
    known = [topic for topic, state in zip(asked.topics, states, strict=True) if state is not None]
    if cfg.undo_share == 0 or GLOBAL not in cfg.views:
        return dict.fromkeys(known if GLOBAL in cfg.views else asked.topics, 0.0)
    if not known:
        return {}
    core, _ = loads_many([state for state in states if state is not None])
    least = np.maximum(cfg.undo_share * core["recent"].astype(np.float64), _POST)
    return dict(zip(known, least.tolist(), strict=True))


def that_matter(asked: Contributions, least: Mapping[str, float]) -> Contributions:
    """Return the undos of topics that may lose something to be seen: much, or what was done to a post."""
    topic, marker = asked.rows["topic"], asked.rows["centi"] == MARKER
    undone = np.bincount(
        topic[~marker], -asked.rows["milli"][~marker] / 1000.0, minlength=len(asked.topics)
    ).astype(np.float64)
    undone[topic[marker]] = np.inf  # what was done to the post is not known yet
    losses = zip(asked.topics, undone.tolist(), strict=True)
    matter = frozenset(name for name, lost in losses if name in least and lost >= least[name])
    return only(asked, matter) if matter else replace(asked, topics=[], rows=asked.rows[:0])


def settle(
    cfg: TrendConfig,
    store: KeyStore,
    rules: Rules,
    asked: Asked,
    kept: Callable[[], Sequence[KeptPane]],
    at_ms: int,
) -> Settled:
    """Settle undos; changes the states and the kept panes in memory.

    O(panes x undos x log rows) to find deeds, and for each topic that lost something as much as counting it
    in the panes in which it lost, once. Undos that find nothing change nothing.

    Args:
        cfg: Settings.
        store: States of the shard's topics.
        rules: What moderators decided: what is muted stays muted.
        asked: (step, undos) of the minute, in the order of steps.
        kept: Answers the closed panes that are kept, oldest first; asked only when it matters.
        at_ms: The moment.
    """
    out, before, changes = Settled(), _Counts(cfg, rules, at_ms), _Changes()
    panes: Sequence[KeptPane] | None = None
    for step, undos in asked:
        own = pane_of(step, cfg.burst.pane_ms)
        # A topic may get its state when this pane closes, and what was deleted must not help it.
        _give(out, own, deletions(undos))
        least = levels(cfg, store, undos)
        mine = that_matter(undos, least)
        if not mine.topics:
            continue
        panes = kept() if panes is None else panes
        closed = [(p.part.pane, p) for p in reversed(panes) if p.part.pane <= own]
        found = find(mine, own, closed)
        _give(out, own, found.back)
        by_number = dict(closed)
        seen = _seen(by_number, found, least)
        before.remember(
            {
                n: (by_number[n], [t for t in _topics(by_number[n], lost.row) if t in seen])
                for n, lost in found.lost.items()
            }
        )
        for number, lost in found.lost.items():
            changes.add(by_number[number].lower(lost))
    out.changes = changes.all()
    if panes and out.changes:
        out.records = _restate(cfg, store, before, panes, changes, at_ms)
    return out


def _seen(kept: Mapping[int, KeptPane], found: Found, least: Mapping[str, float]) -> frozenset[str]:
    """Return the topics that lose enough to be seen."""
    total: dict[str, float] = {}
    for number, lost in found.lost.items():
        part = kept[number].part
        weight = np.bincount(part.rows["topic"][lost.row], lost.milli / 1000.0, minlength=len(part.topics))
        for i in np.flatnonzero(weight).tolist():
            total[part.topics[i]] = total.get(part.topics[i], 0.0) + float(weight[i])
    return frozenset(topic for topic, weight in total.items() if weight > least[topic] or least[topic] == 0.0)


def _give(out: Settled, pane: int, part: Contributions) -> None:
    if part.rows.size:
        out.given.setdefault(pane, []).append(part)


class _Changes:
    """What panes lost, in the order of time."""

    def __init__(self) -> None:
        self._all: list[Contributions] = []

    def add(self, change: Contributions) -> None:
        self._all.append(change)

    def all(self) -> list[Contributions]:
        return sorted(self._all, key=lambda change: change.pane)


class _Counts:
    """What topics were before undos took from them, and what they are, counted under today's rules.

    What a pane's contributions say is counted once, until they change.
    """

    def __init__(self, cfg: TrendConfig, rules: Rules, at_ms: int) -> None:
        self._cfg, self._rules, self._at_ms = cfg, rules, at_ms
        self._token = blake2b(b"/".join(t.tobytes() for t in muting(rules, at_ms)), digest_size=16).digest()
        self._before: dict[int, dict[str, list[PaneCount]]] = {}  # by pane and topic

    def remember(self, changing: Mapping[int, tuple[KeptPane, Sequence[str]]]) -> None:
        """Count topics of panes that are about to change, each only the first time."""
        self._count(list(changing.values()))
        for number, (pane, topics) in changing.items():
            was = self._before.setdefault(number, {})
            for topic in topics:
                was.setdefault(topic, pane.counted[topic])

    def series(
        self, kept: Sequence[KeptPane], store: KeyStore
    ) -> tuple[dict[str, Series], dict[str, Series]]:
        """Return what keys of changed topics were and what they are.

        A key with a place or an alert is there with all its kept panes, others only with those that changed.
        """
        changed = [(p, list(self._before[p.part.pane])) for p in kept if p.part.pane in self._before]
        self._count(changed)
        whole = self._placed(store, kept[0].part.pane)
        every = [(pane, [topic for topic in sorted(whole) if pane.has(topic)]) for pane in kept]
        self._count(every)
        more = [(pane, sorted({*topics, *self._before.get(pane.part.pane, ())})) for pane, topics in every]
        before, after = _Series(), _Series()
        for pane, topics in more:
            was = self._before.get(pane.part.pane, {})
            for topic in topics:
                before.add(pane.part.pane, topic, was.get(topic, pane.counted[topic]))
                after.add(pane.part.pane, topic, pane.counted[topic])
        return before.all(), after.all()

    def _placed(self, store: KeyStore, first_kept: int) -> set[str]:
        """Return the topics of which some scope has a place, or an alert that may fall."""
        found = {
            f"{topic}{KEY_SEPARATOR}{count.scope}"
            for was in self._before.values()
            for topic, counts in was.items()
            for count in counts
        }
        keys = sorted(found)
        known = [(k, raw) for k, raw in zip(keys, store.get(keys), strict=True) if raw is not None]
        core, _ = loads_many([raw for _, raw in known])
        alerted = np.array([alert_pane(one) >= first_kept for one in core], np.bool_)
        lowest = floor(self._cfg.min_strength, self._at_ms, self._cfg.half_life_ms)
        alive = (core["rank"] > lowest) | (alerted & (core["burst"]["peak_score"] > 0.0))
        return {known[i][0].rpartition(KEY_SEPARATOR)[0] for i in np.flatnonzero(alive).tolist()}

    def _count(self, asked: Iterable[tuple[KeptPane, Iterable[str]]]) -> None:
        """Let panes know what they do not know of some of their topics."""
        parts, by_number = [], {}
        for pane, topics in asked:
            if pane.rules != self._token:
                pane.counted.clear()
                pane.rules = self._token
            missing = [topic for topic in topics if topic not in pane.counted]
            if missing:
                part = pane.of_topics(missing)
                parts.append(replace(part, rows=muted(self._rules, part.rows, self._at_ms)))
                by_number[part.pane] = pane
                pane.counted.update((topic, []) for topic in missing)
        for key, series in recount(parts, self._cfg).items():
            topic, _, scope = key.rpartition(KEY_SEPARATOR)
            columns = (series.y, series.users, series.contents, series.top_share)
            for number, *values in zip(series.panes.tolist(), *(c.tolist() for c in columns), strict=True):
                by_number[number].counted[topic].append(PaneCount(scope, *values))


class _Series:
    """Series of keys, put together pane by pane in the order of time."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[list[int], list[PaneCount]]] = {}

    def add(self, pane: int, topic: str, counts: Iterable[PaneCount]) -> None:
        """Add what was counted of a topic in a pane."""
        for count in counts:
            panes, mine = self._found.setdefault(f"{topic}{KEY_SEPARATOR}{count.scope}", ([], []))
            panes.append(pane)
            mine.append(count)

    def all(self) -> dict[str, Series]:
        """Return the series of each key."""
        return {key: _series(np.array(panes, np.int64), mine) for key, (panes, mine) in self._found.items()}


def _series(panes: Ints, counts: Sequence[PaneCount]) -> Series:
    return Series(
        panes=panes,
        y=np.array([c.y for c in counts]),
        users=np.array([c.users for c in counts], np.int64),
        contents=np.array([c.contents for c in counts], np.int64),
        top_share=np.array([c.top_share for c in counts]),
    )


def _topics(pane: KeptPane, row: Ints) -> list[str]:
    return [pane.part.topics[i] for i in np.unique(pane.part.rows["topic"][row]).tolist()]


def _restate(
    cfg: TrendConfig,
    store: KeyStore,
    counts: _Counts,
    kept: Sequence[KeptPane],
    changes: _Changes,
    at_ms: int,
) -> list[TrendRecord]:
    """Bring the difference into the states of keys for which there is one."""
    had, left = counts.series(kept, store)
    changed = {key: series for key, series in left.items() if not _same(series, had[key])}
    gone = _gone(kept, changes.all())
    counted = Restated(
        changed, kept[0].part.pane, lambda keys, extra: _forget(keys, extra, gone), had, UNDONE
    )
    return restate(cfg, store, counted, at_ms)


def _same(a: Series, b: Series) -> bool:
    return all(
        np.array_equal(getattr(a, name), getattr(b, name)) for name in ("y", "users", "contents", "top_share")
    )


def _gone(kept: Sequence[KeptPane], changes: Iterable[Contributions]) -> Mapping[str, set[tuple[int, int]]]:
    """Return (sampled user, pane) of those who lost all their weight for a topic in a pane, by topic."""
    by_number = {pane.part.pane: pane for pane in kept}
    out: dict[str, set[tuple[int, int]]] = {}
    for change in changes:
        left = by_number[change.pane].of_topics(change.topics).rows
        for i, topic in enumerate(change.topics):
            alive = _alive(left[left["topic"] == i])
            lost = change.rows["user"][change.rows["topic"] == i]
            users = np.unique(lost[~np.isin(lost, alive)] >> np.uint64(16)).tolist()
            out.setdefault(topic, set()).update((int(user), change.pane) for user in users)
    return out


def _alive(rows: Rows) -> Rows:
    """Return the users who have weight left on some content, undos of the same pane taken into account."""
    rows = rows[rows["centi"] != MARKER]
    rows = rows[np.lexsort((rows["fingerprint"], rows["user"]))]
    pair = starts(rows["user"], rows["fingerprint"])
    return rows["user"][pair][sums(rows["centi"].astype(np.int64), pair) > 0]


def _forget(keys: Sequence[str], extra: Rows, gone: Mapping[str, set[tuple[int, int]]]) -> None:
    """Take people who left out of the samples, where they were last seen in a pane that they left."""
    for i, key in enumerate(keys):
        left = gone.get(key.rpartition(KEY_SEPARATOR)[0], set())
        user, pane = extra["user"][i], extra["user_pane"][i]
        for k, seen in enumerate(zip(user.tolist(), pane.tolist(), strict=True)):
            if seen in left:
                user[k] = pane[k] = 0
