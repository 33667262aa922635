"""What each action is worth as a sign that a topic lives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

MAX_WEIGHT = 100.0  # 16-bit hundredths hold 327

_ENGAGEMENT = {
    "share": 0.7, "reply": 0.7, "follow": 0.5, "search": 0.5,
    "like": 0.3, "click": 0.1, "dwell": 0.05, "impression": 0.02,
}  # fmt: skip
_CONTENT = {"create": 1.0, "edit": 0.0}
_UNDO = {
    "engagement": {f"un{name}": name for name in ("share", "reply", "follow", "search", "like", "click")},
    "content": {"delete": "create"},
}


class ActionWeightError(ValueError):
    """A weight names an unknown action or is out of range."""


@dataclass(frozen=True, slots=True)
class ActionWeights:
    """Weight of each positive action, by event; an undo is worth the negative of its action.

    Actions that are absent or weigh 0 are not counted at all. hide, block, mute and report say that a
    user turns away from an item: they belong to interests, not to trends, and cannot be given a weight.

    Attributes:
        engagement: Weight of each engagement, 0 to 100; 0 or absent = not counted.
        content: Weight of a new content and of an edit, 0 to 100; 0 or absent = not counted. A deletion takes
            the creation back.
    """

    engagement: Mapping[str, float] = field(default_factory=lambda: MappingProxyType(_ENGAGEMENT))
    content: Mapping[str, float] = field(default_factory=lambda: MappingProxyType(_CONTENT))

    def __post_init__(self) -> None:
        """Refuse unknown actions and absurd weights, all at once."""
        problems = [
            f"weights.{event}.{name} = {value!r}: expected one of {', '.join(known)} with 0 to {MAX_WEIGHT:g}"
            for event, table, known in (
                ("engagement", self.engagement, _ENGAGEMENT),
                ("content", self.content, _CONTENT),
            )
            for name, value in table.items()
            if name not in known or not 0 <= value <= MAX_WEIGHT
        ]
        if problems:
            raise ActionWeightError("\n".join(problems))

    def milli(self, event: str, symbols: Sequence[str]) -> npt.NDArray[np.int64]:
        """Return the weight x 1000 of each enum symbol of an event; 0 = not counted."""
        table = self.engagement if event == "engagement" else self.content if event == "content" else {}
        undo = _UNDO.get(event, {})
        return np.array(
            [round(1000 * (table.get(name, 0.0) - table.get(undo.get(name, ""), 0.0))) for name in symbols],
            np.int64,
        )
