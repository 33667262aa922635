"""Take back what people added who no longer count: correct topics from the contributions that were kept.

A decision about a person or a post names topics that it touched within the kept panes. Each of these topics
is counted again, pane by pane, without what is muted now; its rolling count, its history, its alert and its
place in the list are what they would be had the muted part never come. The detector's long baselines are
left alone: they learn at most a few deviations from one burst, and forget it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from state.burst_layout import NEVER, stabilise
from state.contributions import Contributions, joined
from state.exact import LN2, Floats, Ints, decay_rate, ln, power
from state.pane_rows import KEY_SEPARATOR, PaneRows, pane_rows
from state.places import trimmed
from state.ranking import floor
from state.runs import starts
from state.trend_config import TrendConfig
from state.trend_key import HISTORY_PANES, KeyStates, Rows

_PANE_MARK = "\x1e"  # between topic and pane while panes are counted together; no topic holds it
_SAME_RANK = 1e-6  # a stored strength has seven digits; computed again, a place may differ by so much
HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Series:
    """One key, counted again: its kept panes with events, in order of time.

    Attributes:
        panes: Index of each pane.
        y: Count that the detector sees.
        users: Distinct trusted users of the pane.
        contents: Distinct contents.
        top_share: Share of the strongest content.
    """

    panes: Ints
    y: Floats
    users: Ints
    contents: Ints
    top_share: Floats


def recount(kept: Sequence[Contributions], cfg: TrendConfig) -> dict[str, Series]:
    """Count topics over several panes in one go. O(n log n) for all their contributions.

    Args:
        kept: One element per pane, with the topics that matter, muted where they no longer count.
        cfg: Settings.
    """
    marked = [
        replace(part, pane=0, topics=[f"{topic}{_PANE_MARK}{part.pane}" for topic in part.topics])
        for part in kept
        if part.topics
    ]
    if not marked:
        return {}
    rows = pane_rows(joined(marked), cfg.user_cap, cfg.views)
    split = [topic.split(_PANE_MARK) for topic in rows.topics]
    keys = np.array([f"{s[0]}{KEY_SEPARATOR}{scope}" for s, scope in zip(split, rows.scopes, strict=True)])
    panes = np.array([int(s[1]) for s in split], np.int64)
    order = np.lexsort((panes, keys))
    return _series(keys[order], panes[order], rows.take(order))


def _series(keys: npt.NDArray[np.str_], panes: Ints, rows: PaneRows) -> dict[str, Series]:
    out = {}
    first = starts(keys)
    for a, b in zip(first.tolist(), [*first[1:].tolist(), len(keys)], strict=True):
        out[str(keys[a])] = Series(
            panes=panes[a:b],
            y=np.maximum(rows.who.micro[a:b], 0) / 1e6,
            users=rows.who.trusted_users[a:b],
            contents=rows.who.fingerprints[a:b],
            top_share=rows.who.top_share[a:b],
        )
    return out


def revise(
    cfg: TrendConfig,
    states: KeyStates,
    series: Sequence[Series],
    first_kept: int,
    at_ms: int,
    before: Sequence[Series] | None = None,
) -> npt.NDArray[np.bool_]:
    """Correct the states of some keys in place; return which of them had a burst alert that falls.

    Args:
        cfg: Settings.
        states: States of the keys, a row each.
        series: What remains of each key.
        first_kept: Oldest pane that was kept: what happened before is not touched.
        at_ms: Moment of the correction.
        before: What each key was until now. Given it, only the difference counts: a key of which hardly
            anything is taken hardly changes, whatever is normal for it today.
    """
    core, extra = states
    fallen = np.zeros(len(series), np.bool_)
    for i, left in enumerate(series):
        had = before[i] if before is not None else None
        last = int(core["burst"]["last_pane"][i])
        if had is None:
            core["recent"][i] = _recent(cfg, left, last)
            extra["history"][i] = _history(left, last)
        else:
            lost = _recent(cfg, had, last) - _recent(cfg, left, last)
            core["recent"][i] = max(float(core["recent"][i]) - lost, 0.0)
            old, new = _history(had, last), _history(left, last)
            history = np.maximum(extra["history"][i] + (new - old), 0.0)
            extra["history"][i] = np.where(new != old, history, extra["history"][i])
        boosted = _boosted_peak(cfg, core[i])
        fallen[i] = _alert_falls(cfg, core[i], left, first_kept, had)
        if fallen[i]:
            burst = core["burst"][i]
            burst["alert_ago"], burst["peak_score"] = NEVER, 0.0
        if int(core["peak_pane"][i]) >= first_kept:
            if had is None:
                alerting = burst_live(cfg, core[i], at_ms)
                _rank_again(core, i, left, _moments(cfg, left, _normal(cfg, core[i]), boosted=alerting))
            else:
                normal = _normal_at_peak(cfg, core[i], had, boosted=boosted)
                was = _moments(cfg, had, normal, boosted=boosted)
                now = _moments(cfg, left, normal, boosted=boosted and not fallen[i])
                _rank_less(core, i, had, was, now)
        if core["rank"][i] <= floor(cfg.min_strength, at_ms, cfg.half_life_ms):
            core["rank"][i] = 0.0
    return fallen


def alert_pane(core: np.void) -> int:
    """Return the pane of a key's newest burst alert; 0 when there was none."""
    burst = core["burst"]
    return 0 if burst["alert_ago"] == NEVER else int(burst["last_pane"]) - int(burst["alert_ago"])


def burst_live(cfg: TrendConfig, core: np.void, at_ms: int) -> bool:
    """Return whether a key's burst alert is in force."""
    since = at_ms // cfg.burst.pane_ms - alert_pane(core)
    return bool(core["burst"]["peak_score"] > 0 and since < cfg.burst.panes(cfg.burst.hold_ms))


def _fade(cfg: TrendConfig) -> float:
    return decay_rate(cfg.recent_half_life_ms / cfg.burst.pane_ms)


def _recent(cfg: TrendConfig, left: Series, last: int) -> float:
    """Return the rolling count at a pane."""
    to_now = power(_fade(cfg), np.maximum(last - left.panes[-1:], 0))
    return float((_rolling(cfg, left)[-1:] * to_now).sum())


def _rolling(cfg: TrendConfig, left: Series) -> Floats:
    """Return the rolling count after each pane."""
    out = np.zeros(len(left.panes))
    total = 0.0
    gaps = np.diff(left.panes, prepend=left.panes[:1])
    for i, (kept, y) in enumerate(zip(power(_fade(cfg), gaps).tolist(), left.y.tolist(), strict=True)):
        total = total * kept + y
        out[i] = total
    return out


def _history(left: Series, last: int) -> npt.NDArray[np.float32]:
    out = np.zeros(HISTORY_PANES, np.float32)
    place = left.panes - (last - HISTORY_PANES + 1)
    there = (place >= 0) & (place < HISTORY_PANES)
    out[place[there]] = left.y[there]
    return out


def _alert_falls(cfg: TrendConfig, core: np.void, left: Series, first_kept: int, had: Series | None) -> bool:
    """Return whether an alert of the kept time would not have been given for what remains."""
    given = alert_pane(core)
    if core["burst"]["peak_score"] <= 0 or given < first_kept:
        return False
    enough, lifted = _alert_passes(cfg, core, left, given)
    if had is None:
        return not lifted
    # What is normal has grown since the alert: only a test that was passed until now can be failed by a loss.
    had_enough, had_lifted = _alert_passes(cfg, core, had, given)
    nothing = not left.y[left.panes >= given - cfg.burst.panes(HOUR_MS)].any()
    return nothing or (had_enough and not enough) or (had_lifted and not lifted)


def _alert_passes(cfg: TrendConfig, core: np.void, left: Series, given: int) -> tuple[bool, bool]:
    """Return whether panes around an alert have enough people and contents, and whether they are lifted."""
    gate = cfg.burst
    during = (left.panes >= given - gate.panes(HOUR_MS)) & (left.panes <= given + gate.panes(gate.hold_ms))
    normal = max(float(core["base"]), 0.0)
    enough = during & (
        (left.users >= gate.min_users)
        & (left.contents >= gate.min_fingerprints)
        & (left.top_share <= gate.max_top_share)
    )
    return bool(enough.any()), bool((enough & (left.y >= gate.min_lift * normal)).any())


@dataclass(frozen=True, slots=True)
class _Moments:
    """How strong a key was after each pane.

    Attributes:
        strength: As the list counts it.
        rank: Place in the list.
        fits: Enough people, and enough above normal, for a place.
    """

    strength: Floats
    rank: Floats
    fits: npt.NDArray[np.bool_]


def _moments(cfg: TrendConfig, left: Series, normal: float, *, boosted: bool) -> _Moments:
    surprise = stabilise(_rolling(cfg, left)) - normal
    hour = cfg.burst.panes(HOUR_MS)
    users = np.array([left.users[max(0, k - hour + 1) : k + 1].max() for k in range(len(left.panes))])
    strength = np.maximum(surprise, 0.1) ** 2 * (cfg.alert_boost if boosted else 1.0)
    return _Moments(
        strength=strength,
        rank=ln(strength) / LN2 + left.panes * _per_pane(cfg),
        fits=(surprise >= cfg.list_min_surprise) & (users >= cfg.list_min_users),
    )


def _normal(cfg: TrendConfig, core: np.void) -> float:
    """Return today's normal level of the rolling count, stabilised."""
    panes_in_memory = 1.0 / (1.0 - _fade(cfg))
    return float(stabilise(np.array([float(core["base"]) * panes_in_memory]))[0])


def _normal_at_peak(cfg: TrendConfig, core: np.void, had: Series, *, boosted: bool) -> float:
    """Return what was normal at a key's strongest moment: its strength then tells how far it was above it.

    A burst teaches the base what is normal; measured by that, what remains of the burst would be nothing.
    """
    at = np.flatnonzero(had.panes == int(core["peak_pane"]))
    if not at.size:
        return _normal(cfg, core)
    strength = float(core["peak_strength"]) / (cfg.alert_boost if boosted else 1.0)
    return float(stabilise(_rolling(cfg, had))[at[0]] - np.sqrt(strength))


def _boosted_peak(cfg: TrendConfig, core: np.void) -> bool:
    """Return whether a key's burst alert was in force at its strongest moment."""
    since = int(core["peak_pane"]) - alert_pane(core)
    return bool(core["burst"]["peak_score"] > 0 and 0 <= since < cfg.burst.panes(cfg.burst.hold_ms))


def _per_pane(cfg: TrendConfig) -> float:
    return cfg.burst.pane_ms / cfg.half_life_ms


def _rank_again(core: Rows, i: int, left: Series, now: _Moments) -> None:
    """Give a key the strongest moment of what remains; never a higher place than it had."""
    if not now.fits.any():
        _leave(core, i)
        return
    best = int(np.where(now.fits, now.rank, -np.inf).argmax())
    if now.rank[best] < core["rank"][i]:
        core["rank"][i] = now.rank[best]
        core["peak_pane"][i] = left.panes[best]
        core["peak_strength"][i] = now.strength[best]


def _rank_less(core: Rows, i: int, had: Series, was: _Moments, now: _Moments) -> None:
    """Lower a key by what it lost: to the strongest moment of what remains; none was above its place."""
    if was.fits.any() and not now.fits.any():
        _leave(core, i)
        return
    old = float(core["rank"][i])
    ranks = np.minimum(was.rank, old) + np.minimum(now.rank - was.rank, 0.0)
    best = int(ranks.argmax())
    if old <= 0.0 or ranks[best] > old - _SAME_RANK:
        return
    above = float(was.rank[best]) - old
    core["rank"][i] = ranks[best]
    core["peak_pane"][i] = had.panes[best]
    core["peak_strength"][i] = now.strength[best] * (decay_rate(1.0 / above) if above > 0.0 else 1.0)


def _leave(core: Rows, i: int) -> None:
    core["rank"][i] = 0.0
    core["peak_strength"][i] = 0.0


def only(part: Contributions, topics: frozenset[str]) -> Contributions:
    """Return the contributions of some topics. O(n)."""
    kept = np.array([name in topics for name in part.topics], np.bool_)
    if kept.all():
        return part
    number = np.cumsum(kept) - 1
    rows, places = trimmed(part.rows[kept[part.rows["topic"]]], part.places)
    rows["topic"] = number[rows["topic"]]
    names = [name for name, keep in zip(part.topics, kept.tolist(), strict=True) if keep]
    return replace(part, topics=names, rows=rows, places=places)
