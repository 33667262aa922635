"""Numbers of the actions, taken from the released schemas, and how often people do what."""

from typing import cast

import numpy as np

from producers.sources.simulate.rng import Ints
from schemas.released import schema_of


def _symbols(event: str, field: str) -> tuple[str, ...]:
    fields = cast("list[dict[str, object]]", schema_of(event)["fields"])
    kind = next(row["type"] for row in fields if row["name"] == field)
    return tuple(cast("dict[str, list[str]]", kind)["symbols"])


ENGAGEMENT_SYMBOLS = _symbols("engagement", "action")
CONTENT_SYMBOLS = _symbols("content", "action")
MODERATION_SYMBOLS = _symbols("moderation", "action")
TARGET_SYMBOLS = _symbols("moderation", "target_type")

ENGAGE = {name: number for number, name in enumerate(ENGAGEMENT_SYMBOLS)}
CONTENT = {name: number for number, name in enumerate(CONTENT_SYMBOLS)}
MODERATE = {name: number for number, name in enumerate(MODERATION_SYMBOLS)}
TARGET = {name: number for number, name in enumerate(TARGET_SYMBOLS)}

# What follows an impression, as shares of all that follows.
OUTCOMES = {
    "dwell": 0.43,
    "click": 0.22,
    "like": 0.19,
    "share": 0.05,
    "reply": 0.05,
    "follow": 0.025,
    "hide": 0.015,
    "mute": 0.008,
    "block": 0.006,
    "report": 0.006,
}
ABOUT_USER = ("follow", "mute", "block")  # these are done to the author, not to the post

OUTCOME_NUMBERS: Ints = np.array([ENGAGE[name] for name in OUTCOMES])
OUTCOME_SHARES = np.array(list(OUTCOMES.values())) / sum(OUTCOMES.values())
IS_ABOUT_USER = np.isin(np.arange(len(ENGAGE)), [ENGAGE[name] for name in ABOUT_USER])

# Action -> the action that takes it back; 0 = there is none.
UNDO: Ints = np.array([ENGAGE.get(f"un{name}", 0) for name in ENGAGEMENT_SYMBOLS])
UNDO[0] = 0
