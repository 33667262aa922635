"""What moderators decided: who and what no longer counts, and which topics may not be shown.

Every shard keeps all decisions about people and posts, and those about its own topics. A decision takes
effect at a moment of event time a few seconds after it was made, so that a wave of bans is one step, and
never between two results that carry the same time.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt
from msgspec.structs import replace

from schemas.served import TrendRecord
from state.codec import Codec, StateCorruptError, register
from state.contributions import MARKER, Rows
from state.scopes import GLOBAL
from state.topic_kinds import typed

STEP_MS: Final = 10_000
ALLOWED: Final = "allowed"  # TrendRecord.review
FOREVER_MS: Final = 1 << 62
MOST_TARGETS: Final = 200_000  # the oldest leave: who was banned so long ago sends no events
USER_ACTIONS: Final = ("ban", "silence")
POST_ACTIONS: Final = ("delete",)
TOPIC_ACTIONS: Final = ("deny", "allow")


class Decision(msgspec.Struct, frozen=True, array_like=True):
    """One decision.

    Attributes:
        at_ms: When it was made, event time.
        action: An action of the moderation event, such as ban or undeny.
        kind: user, post or topic.
        target: Hash of a user (48 bits) or post (32 bits); 0 for a topic.
        topic: Canonical topic; empty for others.
        scope: Where it holds; global = everywhere.
        until_ms: When it ends by itself.
    """

    at_ms: int
    action: str
    kind: str
    target: int = 0
    topic: str = ""
    scope: str = GLOBAL
    until_ms: int = FOREVER_MS


@dataclass(slots=True)
class Rules:
    """What holds now, and what will.

    Attributes:
        users: Hash of each person who does not count -> until when.
        posts: The same for posts.
        denied: (topic, scope) that must not be shown -> until when.
        allowed: (topic, scope) that a person approved -> until when.
        due: Decisions that have not taken effect, with their moment.
    """

    users: dict[int, int] = field(default_factory=dict)
    posts: dict[int, int] = field(default_factory=dict)
    denied: dict[tuple[str, str], int] = field(default_factory=dict)
    allowed: dict[tuple[str, str], int] = field(default_factory=dict)
    due: list[tuple[int, Decision]] = field(default_factory=list)

    def denies(self, topic: str, scope: str, at_ms: int) -> bool:
        """Return whether a topic must not be shown in a scope."""
        return _holds(self.denied, topic, scope, at_ms)

    def approves(self, topic: str, scope: str, at_ms: int) -> bool:
        """Return whether a person allowed a topic in a scope."""
        return _holds(self.allowed, topic, scope, at_ms)


def moment_of(decision: Decision, watermark_ms: int) -> int:
    """Return when a decision takes effect: within ten seconds of event time, one ms after a whole second.

    Panes end at whole seconds, so what a decision changes and what a pane says never have the same time.
    """
    at_ms = max(decision.at_ms, watermark_ms)
    return -(-at_ms // STEP_MS) * STEP_MS + 1


def take_effect(rules: Rules, now_ms: int) -> list[Decision]:
    """Apply the decisions that are due, in the order in which they were made; return them. In place."""
    now = sorted((d for moment, d in rules.due if moment <= now_ms), key=lambda d: d.at_ms)
    rules.due = [(moment, d) for moment, d in rules.due if moment > now_ms]
    for decision in now:
        _apply(rules, decision)
    return now


def _apply(rules: Rules, decision: Decision) -> None:
    undone = decision.action.startswith("un")
    action = decision.action.removeprefix("un")
    if decision.kind == "topic":
        table = rules.denied if action == "deny" else rules.allowed
        key = decision.topic, decision.scope
        if undone:
            table.pop(key, None)
        else:
            table[key] = decision.until_ms
            # The newer word of the two holds.
            (rules.allowed if action == "deny" else rules.denied).pop(key, None)
        return
    people = rules.users if decision.kind == "user" else rules.posts
    people.pop(decision.target, None)
    if not undone:
        people[decision.target] = decision.until_ms
        if len(people) > MOST_TARGETS:
            del people[next(iter(people))]


def muted(rules: Rules, rows: Rows, at_ms: int) -> Rows:
    """Return contributions in which people and posts that do not count have no weight. O(n log m).

    They stay as events and users of their pane, which is a plain count; what the detector and the list see
    is without them.
    """
    gone = np.zeros(len(rows), np.bool_)
    for name, targets in zip(("user", "item"), muting(rules, at_ms), strict=True):
        if targets.size:
            gone |= np.isin(rows[name].astype(np.int64), targets)
    gone &= rows["centi"] != MARKER
    if not gone.any():
        return rows
    out = rows.copy()
    out["centi"][gone] = 0
    return out


def muting(rules: Rules, at_ms: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the people and posts that do not count now."""
    return _targets(rules.users, at_ms), _targets(rules.posts, at_ms)


def approved(rules: Rules, records: list[TrendRecord], at_ms: int) -> list[TrendRecord]:
    """Return records in which those that a person allowed say so."""
    if not rules.allowed:
        return records
    return [
        replace(record, review=ALLOWED)
        if rules.approves(typed(record.kind, record.topic), record.scope, at_ms)
        else record
        for record in records
    ]


def touched(decisions: Iterable[Decision], rows: Rows) -> npt.NDArray[np.bool_]:
    """Return which contributions are by people or on posts that decisions are about."""
    asked = list(decisions)
    found = np.zeros(len(rows), np.bool_)
    for name, kind in (("user", "user"), ("item", "post")):
        targets = np.array([d.target for d in asked if d.kind == kind], np.int64)
        if targets.size:
            found |= np.isin(rows[name].astype(np.int64), targets)
    out: npt.NDArray[np.bool_] = found & (rows["centi"] != MARKER)
    return out


def _targets(table: Mapping[int, int], at_ms: int) -> npt.NDArray[np.int64]:
    return np.array([target for target, until_ms in table.items() if until_ms > at_ms], np.int64)


def _holds(table: Mapping[tuple[str, str], int], topic: str, scope: str, at_ms: int) -> bool:
    return any(table.get((topic, where), 0) > at_ms for where in (scope, GLOBAL))


_Stored = tuple[
    dict[int, int],
    dict[int, int],
    list[tuple[str, str, int]],
    list[tuple[str, str, int]],
    list[tuple[int, Decision]],
]
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_Stored)


def _encode(rules: Rules) -> bytes:
    tables = ([(t, s, until) for (t, s), until in table.items()] for table in (rules.denied, rules.allowed))
    return _encoder.encode((rules.users, rules.posts, *tables, rules.due))


def _decode_v1(payload: bytes) -> Rules:
    try:
        users, posts, denied, allowed, due = _decoder.decode(payload)
    except msgspec.MsgspecError as error:
        raise StateCorruptError(f"not moderation rules: {error}; restore an older snapshot") from error
    return Rules(users, posts, {(t, s): u for t, s, u in denied}, {(t, s): u for t, s, u in allowed}, due)


CODEC: Final[Codec[Rules]] = register(Codec(kind=b"mr", version=1, encode=_encode, decoders={1: _decode_v1}))

_decision_decoder = msgspec.msgpack.Decoder(Decision)


def dumps_decision(decision: Decision) -> bytes:
    """Encode a decision on its way to the shards."""
    return _encoder.encode(decision)


def loads_decision(raw: bytes) -> Decision:
    """Decode a decision.

    Raises:
        StateCorruptError: Not a decision.
    """
    try:
        return _decision_decoder.decode(raw)
    except msgspec.MsgspecError as error:
        raise StateCorruptError(f"not a decision: {error}; restore an older snapshot") from error
