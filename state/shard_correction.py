"""Bring moderators' decisions, and whatever else is taken back, into the states and lists of one shard."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from schemas.served import TrendRecord
from state.contributions import Contributions
from state.moderation import Decision, Rules, approved, muted, touched
from state.pane_rows import KEY_SEPARATOR
from state.ranking import floor
from state.retraction import Series, alert_pane, burst_live, only, recount, revise
from state.scopes import GLOBAL
from state.topic_kinds import kind_of, name_of
from state.trend_config import TrendConfig
from state.trend_engine import KeyStore
from state.trend_key import KeyStates, Rows, dumps_many, loads_many

WITHDRAWN = "withdrawn"
CORRECTED = "corrected"
DENIED = "denied"
REVIEWED = "reviewed"
UNDONE = "undone"
APPROVALS = ("allow", "unallow")


def correct(
    cfg: TrendConfig,
    store: KeyStore,
    rules: Rules,
    decisions: Sequence[Decision],
    kept: Iterable[Contributions],
    at_ms: int,
) -> list[TrendRecord]:
    """Take decisions that have just taken effect into the shard's states; return what changed for readers.

    O(n log n) for the kept contributions of the topics that are touched; nothing else is read.

    Args:
        cfg: Settings.
        store: States of the shard's topics.
        rules: With the decisions applied.
        decisions: What is new.
        kept: Contributions of the last panes, one element per pane, in order of time.
        at_ms: Moment of the correction.

    Returns:
        A record for each listed topic whose place changed; rank 0 = it leaves the list.
    """
    about_people = [d for d in decisions if d.kind != "topic"]
    out = _withdraw(cfg, store, rules, about_people, list(kept), at_ms) if about_people else []
    about_topics = [d for d in decisions if d.kind == "topic"]
    for decision in about_topics:
        if decision.action == "deny":
            out += _deny(cfg, store, decision)
        elif decision.action in APPROVALS:
            out += _review(cfg, store, decision, at_ms)
    return approved(rules, out, at_ms)


def _withdraw(
    cfg: TrendConfig,
    store: KeyStore,
    rules: Rules,
    decisions: Sequence[Decision],
    kept: Sequence[Contributions],
    at_ms: int,
) -> list[TrendRecord]:
    topics = frozenset(
        part.topics[i]
        for part in kept
        for i in np.unique(part.rows["topic"][touched(decisions, part.rows)]).tolist()
    )
    if not topics:
        return []
    mine = [only(part, topics) for part in kept]
    series = recount([replace(p, rows=muted(rules, p.rows, at_ms)) for p in mine], cfg)
    return restate(
        cfg,
        store,
        Restated(series, kept[0].pane, lambda _, extra: _forget_people(extra, rules, at_ms)),
        at_ms,
    )


@dataclass(frozen=True, slots=True)
class Restated:
    """Keys that were counted again.

    Attributes:
        series: What remains of each key.
        first_kept: Oldest pane that was kept.
        forget: Takes people who no longer count out of the samples of keys, in place.
        before: What each key was until now; None = unknown (``retraction.revise``).
        why: What its record says of a topic that stays.
    """

    series: Mapping[str, Series]
    first_kept: int
    forget: Callable[[Sequence[str], Rows], None]
    before: Mapping[str, Series] | None = None
    why: str = CORRECTED


def restate(cfg: TrendConfig, store: KeyStore, counted: Restated, at_ms: int) -> list[TrendRecord]:
    """Bring what was counted again into the states; return a record for each key that has or had a place."""
    names = list(counted.series)
    found = {key: raw for key, raw in zip(names, store.get(names), strict=True) if raw is not None}
    if not found:
        return []
    keys = list(found)
    core, extra = loads_many(list(found.values()))
    was_listed = core["rank"] > 0.0
    counted.forget(keys, extra)
    before = None if counted.before is None else [counted.before[key] for key in keys]
    fallen = revise(
        cfg, (core, extra), [counted.series[key] for key in keys], counted.first_kept, at_ms, before
    )
    store.put(dict(zip(keys, dumps_many(core, extra, np.ones(len(keys), np.bool_)), strict=True)))
    # A moderator's word about a burst is told even when its topic stays, for what it usually is.
    gone = (core["rank"] <= 0.0) | (fallen & (before is None))
    return [
        _record(cfg, key, (core[i : i + 1], extra[i : i + 1]), at_ms, WITHDRAWN if gone[i] else counted.why)
        for i, key in enumerate(keys)
        if was_listed[i]
    ]


def _forget_people(extra: Rows, rules: Rules, at_ms: int) -> None:
    """Take muted people out of the samples that tell five people from one."""
    gone = [user >> 16 for user, until_ms in rules.users.items() if until_ms > at_ms]
    muted_users = np.isin(extra["user"], np.array(gone, np.uint32))
    extra["user"][muted_users] = 0
    extra["user_pane"][muted_users] = 0


def _deny(cfg: TrendConfig, store: KeyStore, decision: Decision) -> list[TrendRecord]:
    """Take a topic out of every list that the decision is about."""
    keys = _keys_of(store, decision)
    if not keys:
        return []
    core, extra = loads_many([raw for raw in store.get(keys) if raw is not None])
    listed = core["rank"] > 0.0
    core["rank"], core["peak_strength"] = 0.0, 0.0
    store.put(dict(zip(keys, dumps_many(core, extra, np.ones(len(keys), np.bool_)), strict=True)))
    return [
        _record(cfg, key, (core[i : i + 1], extra[i : i + 1]), decision.at_ms, DENIED)
        for i, key in enumerate(keys)
        if listed[i]
    ]


def _review(cfg: TrendConfig, store: KeyStore, decision: Decision, at_ms: int) -> list[TrendRecord]:
    """Tell every list that a decision about a listed topic concerns; its states stay as they are."""
    keys = _keys_of(store, decision)
    if not keys:
        return []
    core, extra = loads_many([raw for raw in store.get(keys) if raw is not None])
    return [
        _record(cfg, key, (core[i : i + 1], extra[i : i + 1]), at_ms, REVIEWED)
        for i, key in enumerate(keys)
        if core["rank"][i] > floor(cfg.min_strength, at_ms, cfg.half_life_ms)
    ]


def _keys_of(store: KeyStore, decision: Decision) -> list[str]:
    """Return the keys of the topic that a decision is about, in the scopes for which it holds."""
    split = ((key, *key.rpartition(KEY_SEPARATOR)[::2]) for key in store.known())
    return sorted(
        key for key, topic, scope in split if topic == decision.topic and decision.scope in (GLOBAL, scope)
    )


def _record(cfg: TrendConfig, key: str, state: KeyStates, at_ms: int, why: str) -> TrendRecord:
    """Return what readers learn of a corrected topic."""
    topic, _, scope = key.rpartition(KEY_SEPARATOR)
    core, extra = state[0][0], state[1][0]
    pane_ms = cfg.burst.pane_ms
    history = np.round(extra["history"].astype(np.float64), 2).tolist()
    alerting = burst_live(cfg, core, at_ms)
    return TrendRecord(
        topic=name_of(topic),
        kind=kind_of(topic),
        scope=scope,
        pane_start_ms=int(core["burst"]["last_pane"]) * pane_ms,
        pane_ms=pane_ms,
        observed=history[-1],
        expected=round(max(float(core["base"]), 0.0), 3),
        score=0.0,
        z=0.0,
        users=int((extra["user"] != 0).sum()),
        events=0,
        recent_users=int((extra["user"] != 0).sum()),
        first_seen_ms=int(core["first_pane"]) * pane_ms,
        peak_ms=int(core["peak_pane"]) * pane_ms,
        peak_strength=round(float(core["peak_strength"]), 3),
        rank=float(core["rank"]),
        alert_ms=alert_pane(core) * pane_ms if alerting else 0,
        alert=alerting,
        reasons=(why,),
        history=tuple(history),
    )
