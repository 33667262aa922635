"""People who fall silent and people whose taste changes: named in the truth, acted out by everyday talk."""

import numpy as np

from producers.sources.simulate.garden import Garden
from producers.sources.simulate.people import NEVER_MS
from producers.sources.simulate.rng import Ints
from producers.sources.simulate.truth import Plant

LISTED = 1_000  # users named in the truth at most; the count is always exact


def people(garden: Garden) -> None:
    """Name the lapsed users and those who switch."""
    everybody = garden.ground.people
    _entry(garden, "lapsed", np.flatnonzero(everybody.lapse_ms != NEVER_MS), everybody.lapse_ms)
    _entry(garden, "taste_switch", np.flatnonzero(everybody.switch_ms != NEVER_MS), everybody.switch_ms)


def _entry(garden: Garden, kind: str, users: Ints, moment: Ints) -> None:
    if not len(users):
        return
    names, config = garden.ground.topics, garden.config
    listed: list[dict[str, object]] = []
    for user in users[:LISTED].tolist():
        row: dict[str, object] = {"user": f"u{user:010d}", "at_ms": int(moment[user])}
        if kind == "taste_switch":
            row["before"] = [names.plain[t] for t in names.favourites[user]]
            row["after"] = [names.plain[t] for t in names.favourites_later[user]]
        listed.append(row)
    plant = Plant(
        number=len(garden.plants),
        kind=kind,
        topic="",
        spellings=(),
        scope="global",
        start_ms=int(moment[users].min()),
        peak_ms=int(moment[users].min()),
        end_ms=config.end_ms,
        users=len(users),
        events=0,
        expected="",
        details={"users": listed},
    )
    garden.plants.append(plant)
