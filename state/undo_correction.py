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
from state.retraction import Series, only, recount
from state.runs import starts, sums
from state.scopes import GLOBAL
from state.shard_correction import UNDONE, Restated, restate
from state.trend_config import TrendConfig
from state.trend_engine import KeyStore
from state.trend_key import Rows
from state.undo import deletions, find
from state.undo_split import pane_of

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


def with_state(cfg: TrendConfig, store: KeyStore, asked: Contributions) -> Contributions:
    """Return the undos of topics that have a state: the others have nothing that could be corrected. O(n)."""
    if GLOBAL not in cfg.views:
        return asked
    states = store.get([f"{topic}{KEY_SEPARATOR}{GLOBAL}" for topic in asked.topics])
    known = frozenset(t for t, state in zip(asked.topics, states, strict=True) if state is not None)
    return only(asked, known) if known else replace(asked, topics=[], rows=asked.rows[:0])


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
        mine = with_state(cfg, store, undos)
        if not mine.topics:
            continue
        panes = kept() if panes is None else panes
        closed = [(p.part.pane, p) for p in reversed(panes) if p.part.pane <= own]
        found = find(mine, own, closed)
        _give(out, own, found.back)
        by_number = dict(closed)
        touched = {t for n, lost in found.lost.items() for t in _topics(by_number[n], lost.row)}
        before.remember(panes, touched)
        for number, lost in found.lost.items():
            changes.add(by_number[number].lower(lost))
    out.changes = changes.all()
    if panes and out.changes:
        out.records = _restate(cfg, store, before, panes, changes, at_ms)
    return out


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
    """Series of topics, counted under today's rules; what a pane's contributions say is counted once."""

    def __init__(self, cfg: TrendConfig, rules: Rules, at_ms: int) -> None:
        self._cfg, self._rules, self._at_ms = cfg, rules, at_ms
        self._token = blake2b(b"/".join(t.tobytes() for t in muting(rules, at_ms)), digest_size=16).digest()
        self.series: dict[str, Series] = {}
        self._topics: set[str] = set()

    def remember(self, kept: Sequence[KeptPane], topics: set[str]) -> None:
        """Count topics as they are now, each only the first time."""
        new = topics - self._topics
        self._topics |= new
        self.series.update(self.of(kept, new))

    def again(self, kept: Sequence[KeptPane]) -> dict[str, Series]:
        """Count the same topics as they are now."""
        return self.of(kept, self._topics)

    def of(self, kept: Sequence[KeptPane], topics: Iterable[str]) -> dict[str, Series]:
        """Return what remains of each key of some topics, as ``recount`` does."""
        names = sorted(topics)
        self._count(kept, names)
        found: dict[str, tuple[list[int], list[PaneCount]]] = {}
        for pane in kept:
            for name in names:
                for count in pane.counted.get(name, ()):
                    panes, counts = found.setdefault(f"{name}{KEY_SEPARATOR}{count.scope}", ([], []))
                    panes.append(pane.part.pane)
                    counts.append(count)
        return {key: _series(np.array(panes, np.int64), counts) for key, (panes, counts) in found.items()}

    def _count(self, kept: Sequence[KeptPane], names: Sequence[str]) -> None:
        """Let panes know what they did not know of some topics."""
        parts, by_number = [], {}
        for pane in kept:
            if pane.rules != self._token:
                pane.counted.clear()
                pane.rules = self._token
            missing = [name for name in names if pane.has(name) and name not in pane.counted]
            if missing:
                part = pane.of_topics(missing)
                parts.append(replace(part, rows=muted(self._rules, part.rows, self._at_ms)))
                by_number[part.pane] = pane
                pane.counted.update((name, []) for name in missing)
        for key, series in recount(parts, self._cfg).items():
            topic, _, scope = key.rpartition(KEY_SEPARATOR)
            columns = (series.y, series.users, series.contents, series.top_share)
            for number, *values in zip(series.panes.tolist(), *(c.tolist() for c in columns), strict=True):
                by_number[number].counted[topic].append(PaneCount(scope, *values))


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
    before: _Counts,
    kept: Sequence[KeptPane],
    changes: _Changes,
    at_ms: int,
) -> list[TrendRecord]:
    """Bring the difference into the states of keys for which there is one."""
    after = before.again(kept)
    changed = {key: series for key, series in after.items() if not _same(series, before.series[key])}
    gone = _gone(kept, changes.all())
    counted = Restated(
        changed, kept[0].part.pane, lambda keys, extra: _forget(keys, extra, gone), before.series, UNDONE
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
