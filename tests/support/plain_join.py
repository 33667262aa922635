"""What becomes of everything a person was shown, said the long way: the whole history at once, no state."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from state.outcome_join import Deed, JoinConfig

NEGATIVE = ("hide", "block", "mute", "report")


@dataclass
class PlainShown:
    """One impression, or an action without one."""

    deed: Deed
    waits: bool
    history: list[tuple[int, str, bool]] = field(default_factory=list)  # when, what, whether in force


def final_labels(cfg: JoinConfig, deeds: Sequence[Deed]) -> dict[str, int | None]:
    """Return the last label of everything shown, by event id; within the horizon and without a cap."""
    shown: list[PlainShown] = []
    seen: set[str] = set()
    for deed in sorted(deeds, key=lambda one: (one.at_ms, one.event_id)):
        if deed.event_id in seen:
            continue
        seen.add(deed.event_id)
        if deed.action == "impression":
            same = [one for one in shown if deed.decision and _is(one, deed)]
            if not same:
                shown.append(PlainShown(deed, waits=True))
            continue
        undo = deed.action.startswith("un")
        name = _name(cfg, deed, deed.action.removeprefix("un"))
        about = [one for one in shown if one.deed.item == deed.item]
        if undo:
            about = [one for one in about if name in _in_force(one)]
        exact = [one for one in about if deed.decision and one.deed.decision == deed.decision]
        target = (exact or about or [None])[-1]
        if target is None and not undo and (name in NEGATIVE or name in (*cfg.positive, "long", "short")):
            target = PlainShown(deed, waits=False)
            shown.append(target)
        if target is not None:
            target.history.append((deed.at_ms, name, not undo))
    return {one.deed.event_id: _label(cfg, one, shown) for one in shown}


def _is(one: PlainShown, deed: Deed) -> bool:
    return (one.deed.decision, one.deed.item) == (deed.decision, deed.item)


def _name(cfg: JoinConfig, deed: Deed, action: str) -> str:
    if action != "dwell":
        return action
    if cfg.long_dwell_ms and deed.value >= cfg.long_dwell_ms:
        return "long"
    return "short" if deed.value < cfg.short_dwell_ms else "some"


def _in_force(one: PlainShown) -> set[str]:
    out: set[str] = set()
    for _, name, now in one.history:
        out = out | {name} if now else out - {name}
    return out


def _label(cfg: JoinConfig, one: PlainShown, shown: Sequence[PlainShown]) -> int | None:
    have = _in_force(one)
    if have & set(NEGATIVE):
        return 0
    if have & {*cfg.positive, "long"}:
        return 1
    if "short" in have:
        return 0
    return 0 if one.waits and _examined(cfg, one, shown) else None


def _examined(cfg: JoinConfig, one: PlainShown, shown: Sequence[PlainShown]) -> bool:
    step = cfg.due_step_ms
    end_ms = -(-(one.deed.at_ms + cfg.window_ms) // step) * step

    def acted(other: PlainShown) -> bool:
        """Return whether something was done to it in time; an undo is no new sign."""
        return any(at_ms < end_ms and now for at_ms, _, now in other.history)

    if acted(one) or not one.deed.decision or one.deed.position < 0:
        return True
    return any(
        acted(other)
        for other in shown
        if other.deed.decision == one.deed.decision and other.deed.position >= one.deed.position
    )
