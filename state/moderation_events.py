"""Turn decoded moderation events into decisions."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from msgspec.structs import replace

from state.exact import Ints
from state.moderation import FOREVER_MS, POST_ACTIONS, TOPIC_ACTIONS, USER_ACTIONS, Decision
from state.scopes import GLOBAL
from state.topic_kinds import canonical, typed

_ACTIONS = {"user": USER_ACTIONS, "post": POST_ACTIONS, "topic": TOPIC_ACTIONS}


class ModerationColumns(Protocol):
    """The columns of a decoded batch of moderation events."""

    names: frozenset[str]

    def ints(self, name: str) -> Ints:
        """Return whole numbers."""

    def symbols(self, name: str) -> Ints:
        """Return indexes into an enum's symbols."""

    def strings(self, name: str) -> pa.StringArray:
        """Return texts."""

    def hash64(self, name: str) -> npt.NDArray[np.uint64]:
        """Return a stable hash per record."""

    def present(self, name: str) -> npt.NDArray[np.bool_]:
        """Return where a nullable field has a value."""


def decisions_of(
    columns: ModerationColumns,
    good: npt.NDArray[np.bool_],
    actions: Sequence[str],
    targets: Sequence[str],
    *,
    creators: bool = False,
) -> list[Decision]:
    """Return the decisions that concern trends; one Python step each, since they are few.

    An action that says nothing about its kind of target, such as allowing a user, is left out.

    Args:
        columns: The decoded batch.
        good: Records that passed validation.
        actions: Symbols of the action enum of the batch's schema version.
        targets: Symbols of its target enum.
        creators: Creators are counted: who is banned or silenced is denied as one, too.
    """
    action, kind = columns.symbols("action"), columns.symbols("target_type")
    at_ms, until_ms, ends = columns.ints("source_ms"), columns.ints("until_ms"), columns.present("until_ms")
    names, scopes = columns.strings("target_id"), columns.strings("scope")
    words = columns.hash64("target_id")
    kinds = columns.strings("topic_kind") if "topic_kind" in columns.names else None
    out = []
    for i in np.flatnonzero(good).tolist():
        what, whom = actions[action[i]], targets[kind[i]]
        if what.removeprefix("un") not in _ACTIONS.get(whom, ()):
            continue
        bits = {"user": 16, "post": 32}.get(whom, 64)
        name, ends_ms = names[i].as_py(), int(until_ms[i]) if ends[i] else FOREVER_MS
        decision = Decision(int(at_ms[i]), what, whom, scope=scopes[i].as_py() or GLOBAL, until_ms=ends_ms)
        if whom == "topic":
            out.append(replace(decision, topic=topic_of(name, kinds[i].as_py() if kinds else "tag")))
            continue
        out.append(replace(decision, target=int(words[i]) >> bits))
        if creators and whom == "user":
            back = "un" if what.startswith("un") else ""
            out.append(replace(decision, action=f"{back}deny", kind="topic", topic=topic_of(name, "creator")))
    return out


def topic_of(name: str, kind: str) -> str:
    """Return the topic that a decision names, in any spelling, as it is called inside."""
    return typed(kind, canonical(kind, name))
