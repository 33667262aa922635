"""I5: new users, new items, and users who come back."""

from collections import Counter
from pathlib import Path

from benchmarks.interests import baselines, streams
from benchmarks.interests.progressive import Ours, progressive
from benchmarks.report import Part
from groundswell.offline.interest_rows import Row
from state.burst_config import DAY_MS

NEW_USER = 15
NEW_ITEM = 10
_AWAY_MS = 7 * DAY_MS
COLUMNS = ("rows", "ours AUC", "log-odds AUC", "popularity AUC", "ours calibration")


def run(data: Path) -> Part:
    """Measure parts of one run."""
    rows = streams.films(data)
    groups = segments(rows)
    runs = [progressive(rows, model) for model in (Ours(), baselines.LogOdds(), baselines.Popularity())]
    part = Part("I5", "The same films: who and what is new, who was away", COLUMNS)
    for name, places in groups.items():
        found = [one.quality(places.__contains__) for one in runs]
        aucs = (f"{one.auc:.4f}" for one in found)
        part.add(name, dict(zip(COLUMNS, (len(places), *aucs, found[0].calibration), strict=True)))
    return part


def segments(rows: list[Row]) -> dict[str, set[int]]:
    """Return places of rows by what is special of them; all rows have a label here."""
    users: Counter[str] = Counter()
    items: Counter[str] = Counter()
    seen: dict[str, int] = {}
    back_until: dict[str, int] = {}
    found: dict[str, set[int]] = {
        f"users with fewer than {NEW_USER} events": set(),
        f"items with fewer than {NEW_ITEM} events": set(),
        "first day after 7 days away": set(),
    }
    new_users, new_items, back = found.values()
    for at, row in enumerate(rows):
        if users[row.user] < NEW_USER:
            new_users.add(at)
        if items[row.item] < NEW_ITEM:
            new_items.add(at)
        if row.at_ms - seen.get(row.user, row.at_ms) > _AWAY_MS:
            back_until[row.user] = row.at_ms + DAY_MS
        if row.at_ms < back_until.get(row.user, 0):
            back.add(at)
        users[row.user] += 1
        items[row.item] += 1
        seen[row.user] = row.at_ms
    return found
