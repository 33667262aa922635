"""Join what a person was shown with what the person did about it, and say which label follows.

All of one person, in order of (event time, event id). An impression waits for its outcome. What was done is a
set of actions in force; an undo takes one out; so a repeated or re-sent action changes nothing. The label is
a function of that set alone:

    0     hide, block, mute or report is in force
    1     else, a positive action is in force
    0     else, a short dwell is in force, or the window ended and the item was examined
    none  else

Each change of the label is told: none -> label is a first example, label -> other label a flip, label -> none
takes the example back. An item counts as examined unless positions say otherwise: it stands at or above the
deepest place of its slate that anything was done to, or something was done to itself.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import msgspec

from state.codec import Codec, StateCorruptError, register

_STRONG: Final = ("hide", "block", "mute", "report")
_ACTS: Final = ("click", "like", "share", "reply", "follow", *_STRONG)
SHOWN, DWELT, UNKNOWN_PLACE = "impression", "dwell", -1
JOINED_ACTIONS: Final = frozenset((SHOWN, DWELT, *_ACTS, *(f"un{name}" for name in _ACTS)))
_BIT: Final = {name: 1 << at for at, name in enumerate((*_ACTS, "short dwell", "long dwell"))}
_STRONG_BITS: Final = sum(_BIT[name] for name in _STRONG)
# Marks beside the actions in force: it waits, something was done to it, its window ended in silence though it
# was examined, it is an action without an impression.
_OPEN, _ACTED, _IGNORED, _ALONE = 1, 2, 4, 8
_MAX_KEPT = 10_000
PIECE: Final = 8


@dataclass(frozen=True, slots=True)
class JoinConfig:
    """How impressions meet outcomes.

    Attributes:
        window_ms: How long an impression waits before silence counts: a session's gap.
        horizon_ms: How long a later action may still change the label.
        positive: Actions that make a positive example: click, like, share, reply, follow.
        long_dwell_ms: A dwell of at least this is positive; 0 = none is.
        short_dwell_ms: A dwell below this is a weak sign against; 0 = none is.
        due_step_ms: Windows end at multiples of this.
        most_kept: Impressions kept of one person; the oldest gives way and counts as if its window ended.
    """

    window_ms: int = 600_000
    horizon_ms: int = 86_400_000
    positive: tuple[str, ...] = ("click", "like", "share", "reply", "follow")
    long_dwell_ms: int = 15_000
    short_dwell_ms: int = 1_000
    due_step_ms: int = 10_000
    most_kept: int = 128

    def __post_init__(self) -> None:
        """Report every setting that is out of range at once.

        Raises:
            ValueError: With one line per setting.
        """
        usable = [name for name in _ACTS if name not in _STRONG]
        checks = (
            (0 < self.window_ms <= self.horizon_ms, "window_ms: expected 1 to horizon_ms"),
            (0 < self.due_step_ms <= self.horizon_ms, "due_step_ms: expected 1 to horizon_ms"),
            (set(self.positive) <= set(usable), f"positive: expected some of {', '.join(usable)}"),
            (self.short_dwell_ms >= 0, "short_dwell_ms: expected 0 (off) or more"),
            (
                self.long_dwell_ms == 0 or self.long_dwell_ms >= self.short_dwell_ms,
                "long_dwell_ms: expected 0 (off) or at least short_dwell_ms",
            ),
            (1 <= self.most_kept <= _MAX_KEPT, f"most_kept: expected 1 to {_MAX_KEPT}"),
        )
        problems = [text for ok, text in checks if not ok]
        if problems:
            raise ValueError("\n".join(problems))


class Deed(msgspec.Struct, array_like=True, gc=False):
    """One thing that a person did or was shown.

    Attributes:
        user: Who.
        at_ms: Event time.
        event_id: Id of the event.
        action: Its name, one of JOINED_ACTIONS.
        item: To what.
        author: Of the item; empty = unknown.
        topics: Of the item.
        decision: Slate that showed it; empty = unknown.
        position: Place on that slate from 0, UNKNOWN_PLACE.
        value: Dwell in ms.
        facts: Counts of the item as known before this moment, as stored bytes; empty = nothing.
        pair: Hash of user and item.
        shard: Of the user.
    """

    user: str
    at_ms: int
    event_id: str
    action: str
    item: str
    author: str = ""
    topics: tuple[str, ...] = ()
    decision: str = ""
    position: int = UNKNOWN_PLACE
    value: float = 0.0
    facts: bytes = b""
    pair: int = 0
    shard: int = 0


class Shown(msgspec.Struct, array_like=True, gc=False):
    """An impression that is kept, or an action without one.

    Attributes:
        number: Counts what was added for the person; says which piece it is stored in.
        event_id: Of the impression, or of the action that came without one.
        at_ms: Its event time.
        item: What was shown.
        decision: Slate; empty = unknown.
        position: Place on the slate, UNKNOWN_PLACE.
        kept: What the model keeps to change its mind later (features, topics). Not looked at here.
        in_force: Actions in force, one bit each.
        marks: What else is known.
    """

    number: int
    event_id: str
    at_ms: int
    item: str
    decision: str
    position: int
    kept: bytes
    in_force: int = 0
    marks: int = 0

    @property
    def alone(self) -> bool:
        """Whether it is an action without an impression."""
        return bool(self.marks & _ALONE)


@dataclass(slots=True)
class JoinState:
    """What is kept of one person.

    Attributes:
        shown: Oldest first; numbers without a gap.
        settled: How many of them, from the oldest, wait no more.
        next_number: Number of the next that is added.
        touched: Pieces that changed since they were stored (`piece_of`).
    """

    shown: list[Shown] = field(default_factory=list)
    settled: int = 0
    next_number: int = 0
    touched: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Change:
    """A label that changed.

    Attributes:
        shown: Of what.
        was: The label before; None = there was none.
        now: The label from now on; None = the example is taken back.
    """

    shown: Shown
    was: int | None
    now: int | None

    @property
    def kind(self) -> str:
        """Return first, flip or undo."""
        return "first" if self.was is None else "undo" if self.now is None else "flip"


_encode = msgspec.msgpack.Encoder().encode
_decoder = msgspec.msgpack.Decoder(list[Shown])


def _decode(raw: bytes) -> list[Shown]:
    try:
        return _decoder.decode(raw)
    except msgspec.MsgspecError as error:
        raise StateCorruptError(f"kept impressions: {error}; restore an older snapshot") from error


CODEC: Final[Codec[list[Shown]]] = register(
    Codec(kind=b"oj", version=1, encode=_encode, decoders={1: _decode})
)


def piece_of(number: int) -> int:
    """Return the piece in which an impression is stored: few together, so that a change writes little."""
    return number // PIECE


def piece(state: JoinState, at: int) -> list[Shown]:
    """Return what a piece holds now. O(1)."""
    first = state.next_number - len(state.shown)
    return state.shown[max(at * PIECE - first, 0) : max((at + 1) * PIECE - first, 0)]


def due_ms(cfg: JoinConfig, at_ms: int) -> int:
    """Return when the window of an impression ends: `settle` is due then.

    >>> due_ms(JoinConfig(window_ms=600_000, due_step_ms=10_000), 1_234)
    610000
    """
    return -(-(at_ms + cfg.window_ms) // cfg.due_step_ms) * cfg.due_step_ms


def take(cfg: JoinConfig, state: JoinState, deed: Deed, keep: Callable[[Deed], bytes]) -> Sequence[Change]:
    """Take the next deed of a person; return the labels that change. O(kept) at worst.

    Args:
        cfg: Settings.
        state: Settled at the deed's moment (`settle`); is changed.
        deed: Not before any earlier one.
        keep: Asks the model what to keep; called once for each new impression and action without one, before
            the change that follows from it is told.
    """
    if deed.action == SHOWN:
        return _show(cfg, state, deed, keep)
    undone = deed.action.removeprefix("un")
    if undone != deed.action:
        return _undo(cfg, state, deed, _BIT[undone])
    bit = _bit_of(cfg, deed)
    found = _find(state.shown, deed)
    crowded_out: Sequence[Change] = ()
    if found is None:
        if bit == 0 or _label_of(cfg, bit, 0) is None:
            return ()  # nothing to learn from, and nothing that it could show as examined
        found = _add(state, deed, keep)
        found.marks |= _ALONE
        crowded_out = _crowded_out(cfg, state)
    was = _label(cfg, found)
    if found.marks & _ACTED and found.in_force & bit == bit:
        return crowded_out  # nothing new
    found.in_force |= bit
    found.marks |= _ACTED
    state.touched.add(piece_of(found.number))
    return (*crowded_out, *_changed(cfg, found, was))


def sign(cfg: JoinConfig, deed: Deed) -> int:
    """Return 1 for a positive action, -1 for the undo of one, else 0."""
    if deed.action == SHOWN:
        return 0
    undone = deed.action.removeprefix("un")
    if undone in cfg.positive:
        return 1 if undone == deed.action else -1
    return int(deed.action == DWELT and 0 < cfg.long_dwell_ms <= deed.value)


def settle(cfg: JoinConfig, state: JoinState, now_ms: int) -> Sequence[Change]:
    """End the windows that are over at a moment, oldest first, and forget what is beyond the horizon."""
    shown = state.shown
    # Moments up to which windows are over (`due_ms` turned round) and before which impressions are forgotten.
    over_ms, gone_ms = now_ms // cfg.due_step_ms * cfg.due_step_ms - cfg.window_ms, now_ms - cfg.horizon_ms
    changes: list[Change] = []
    while state.settled < len(shown) and shown[state.settled].at_ms <= over_ms:
        state.settled += 1
        changes += _close(cfg, state, shown[state.settled - 1])
    gone = 0
    while gone < state.settled and shown[gone].at_ms < gone_ms:
        gone += 1
    if gone:
        del shown[:gone]
        state.settled -= gone
    return changes


def _show(cfg: JoinConfig, state: JoinState, deed: Deed, keep: Callable[[Deed], bytes]) -> Sequence[Change]:
    event_id, item, decision = deed.event_id, deed.item, deed.decision
    for one in state.shown:
        if one.event_id == event_id or (one.item == item and one.decision == decision and decision):
            return ()
    added = _add(state, deed, keep)
    added.marks |= _OPEN
    return _crowded_out(cfg, state)


def _undo(cfg: JoinConfig, state: JoinState, deed: Deed, bit: int) -> Sequence[Change]:
    """Take an action back where it is in force; without it nothing happens."""
    found = _find([one for one in state.shown if one.in_force & bit], deed)
    if found is None:
        return ()
    was = _label(cfg, found)
    found.in_force &= ~bit
    state.touched.add(piece_of(found.number))
    return _changed(cfg, found, was)


def _add(state: JoinState, deed: Deed, keep: Callable[[Deed], bytes]) -> Shown:
    position, number = deed.position if deed.decision else UNKNOWN_PLACE, state.next_number
    added = Shown(number, deed.event_id, deed.at_ms, deed.item, deed.decision, position, keep(deed))
    state.shown.append(added)
    state.next_number = number + 1
    state.touched.add(piece_of(number))
    return added


def _crowded_out(cfg: JoinConfig, state: JoinState) -> Sequence[Change]:
    """Let the oldest go when there are too many."""
    if len(state.shown) <= cfg.most_kept:
        return ()
    changes: Sequence[Change] = ()
    if state.settled:
        state.settled -= 1
    else:
        changes = _close(cfg, state, state.shown[0])
    del state.shown[0]
    return changes


def _close(cfg: JoinConfig, state: JoinState, one: Shown) -> Sequence[Change]:
    """End one window."""
    if not one.marks & _OPEN:
        return ()
    was = _label(cfg, one)
    one.marks &= ~_OPEN
    if _examined(state.shown, one):
        one.marks |= _IGNORED
    state.touched.add(piece_of(one.number))
    return _changed(cfg, one, was)


def _examined(shown: Sequence[Shown], one: Shown) -> bool:
    if one.marks & _ACTED or one.position == UNKNOWN_PLACE:
        return True
    return any(
        other.marks & _ACTED and other.decision == one.decision and other.position >= one.position
        for other in shown
    )


def _find(shown: Sequence[Shown], deed: Deed) -> Shown | None:
    """Return what a deed is about: the item on its slate, else the newest of that item."""
    newest = None
    for one in reversed(shown):
        if one.item == deed.item:
            if not deed.decision or one.decision == deed.decision:
                return one
            newest = newest or one
    return newest


def _bit_of(cfg: JoinConfig, deed: Deed) -> int:
    if deed.action != DWELT:
        return _BIT[deed.action]
    if cfg.long_dwell_ms and deed.value >= cfg.long_dwell_ms:
        return _BIT["long dwell"]
    return _BIT["short dwell"] if deed.value < cfg.short_dwell_ms else 0


def _label(cfg: JoinConfig, one: Shown) -> int | None:
    return _label_of(cfg, one.in_force, one.marks)


def _label_of(cfg: JoinConfig, in_force: int, marks: int) -> int | None:
    if in_force & _STRONG_BITS:
        return 0
    if in_force & _positive_bits(cfg.positive):
        return 1
    return 0 if in_force & _BIT["short dwell"] or marks & _IGNORED else None


@lru_cache(maxsize=8)
def _positive_bits(names: tuple[str, ...]) -> int:
    return sum(_BIT[name] for name in {*names, "long dwell"})


def _changed(cfg: JoinConfig, one: Shown, was: int | None) -> Sequence[Change]:
    now = _label(cfg, one)
    return () if now == was else (Change(one, was, now),)
