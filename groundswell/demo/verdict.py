"""What the list found, held against what was planted."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from schemas.served import TrendRecord
from state.topics import normalise

_GRACE_MS = 60 * 60_000  # an alert within an hour of a burst's end still belongs to it
_MINUTE_MS = 60_000
_EXPECTED = ("trend",)


@dataclass(frozen=True, slots=True)
class Plant:
    """One planted thing of the truth file."""

    kind: str
    topic: str
    names: frozenset[str]
    scope: str
    start_ms: int
    end_ms: int
    expected: str


@dataclass(slots=True)
class Verdict:
    """Planted bursts found and missed, alerts that nothing explains, decoys that stayed quiet.

    A burst whose people were banned may have been seen, and must be gone from the lists in the end.
    """

    found: list[dict[str, object]] = field(default_factory=list)
    missed: list[dict[str, object]] = field(default_factory=list)
    false_alerts: list[dict[str, object]] = field(default_factory=list)
    decoys_quiet: int = 0
    decoys_alerted: list[dict[str, object]] = field(default_factory=list)
    bans_removed: int = 0
    bans_still_listed: list[dict[str, object]] = field(default_factory=list)


def read_truth(path: Path) -> list[Plant]:
    """Read the planted topics of a truth file."""
    raw = json.loads(path.read_text(encoding="utf-8"))
    return [_plant(p) for p in cast("list[Mapping[str, object]]", raw["plants"]) if p["topic"]]


def _plant(raw: Mapping[str, object]) -> Plant:
    spellings = cast("list[str]", raw["spellings"])
    return Plant(
        kind=str(raw["kind"]),
        topic=str(raw["topic"]),
        names=frozenset(normalise(s) for s in spellings),
        scope=str(raw["scope"]),
        start_ms=int(cast("int", raw["start_ms"])),
        end_ms=int(cast("int", raw["end_ms"])),
        expected=str(raw["expected"]),
    )


def judge(plants: Sequence[Plant], records: Iterable[TrendRecord], lowest_rank: float = 0.0) -> Verdict:
    """Compare alerts with the truth.

    A burst is found when one of its spellings has an alert, in any scope, between its start and an hour
    after its end. The delay is counted from its start to the end of the alerting pane: that is when a
    reader could know. An alert that no burst explains is false. A rank above ``lowest_rank`` has a place in a
    list now.
    """
    alerts: dict[tuple[str, str, int], int] = {}
    places: dict[str, list[TrendRecord]] = {}
    for record in records:
        places.setdefault(record.topic, []).append(record)
        if record.alert_ms:
            alerts[(record.topic, record.scope, record.alert_ms)] = record.alert_ms + record.pane_ms
    verdict = Verdict()
    explained: set[tuple[str, str, int]] = set()
    for plant in plants:
        mine = {
            key: known_ms
            for key, known_ms in alerts.items()
            if key[0] in plant.names and plant.start_ms <= known_ms <= plant.end_ms + _GRACE_MS
        }
        line: dict[str, object] = {"topic": plant.topic, "kind": plant.kind, "scope": plant.scope}
        if plant.expected == "trend_then_removed":
            explained |= mine.keys()
            still = [r for name in plant.names for r in places.get(name, ()) if r.rank > lowest_rank]
            _judge_ban(verdict, line, still)
        elif plant.expected in _EXPECTED:
            explained |= mine.keys()
            if mine:
                key, known_ms = min(mine.items(), key=lambda item: item[1])
                delay = max(0, known_ms - plant.start_ms) // _MINUTE_MS
                verdict.found.append({**line, "delay_min": delay, "seen_in": key[1]})
            else:
                verdict.missed.append(line)
        elif plant.expected == "either":
            explained |= mine.keys()
        elif mine:
            verdict.decoys_alerted.append({**line, "alerts": len(mine)})
        else:
            verdict.decoys_quiet += 1
    verdict.false_alerts = [
        {"topic": topic, "scope": scope, "at_ms": at_ms}
        for topic, scope, at_ms in sorted(alerts.keys() - explained, key=lambda key: key[2])
    ]
    return verdict


def _judge_ban(verdict: Verdict, line: dict[str, object], records: Sequence[TrendRecord]) -> None:
    """Hold a burst of banned people against the places that it has in the end."""
    left = sorted(record.scope for record in records)
    if left:
        verdict.bans_still_listed.append({**line, "listed_in": left})
    else:
        verdict.bans_removed += 1
