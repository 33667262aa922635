"""B4: one day of Wikipedia edits, without a day of history.

Everything is new in the first hours, most edits are by robots, and few pages have three editors. Asked:
which English articles lead, how many of them are robots' work, and whether alerts flood. There is no truth
file; the titles are printed to be read.
"""

import csv
import gzip
import json
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks.report import Part, need
from benchmarks.trends.detectors import DETECTORS
from groundswell.offline.topics_file import evaluate
from state.burst_config import HOUR_MS, Detector
from state.topics import normalise

EDITS = "topics/wikiticker_2015-09-12.jsonl.gz"
PANE_MS, LATENESS_MS = 300_000, 60_000
TOP, FIRST_HOURS = 20, 3


@dataclass(slots=True)
class Pages:
    """English articles by topic: edits, those by robots, and who edited."""

    edits: Counter[str] = field(default_factory=Counter)
    robots: Counter[str] = field(default_factory=Counter)
    editors: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


def run(data: Path) -> Part:
    """Score all detectors; some ten seconds each."""
    file = need(data, EDITS)
    part = Part("B4", "one day of Wikipedia edits without history", DETECTORS)
    pages = read_pages(file)
    measures: dict[str, dict[str, float | int | str]] = defaultdict(dict)
    people = {topic: len(users) for topic, users in pages.editors.items()}
    for name in DETECTORS:
        scores, alerts = judged(file, pages, name)
        top = first(scores, people)
        measures["alerts in 23 hours, all scopes"][name] = int(alerts.sum())
        measures["most alerts in one hour"][name] = int(alerts.max(initial=0))
        measures[f"alerts in the first {FIRST_HOURS} hours"][name] = int(alerts[:FIRST_HOURS].sum())
        measures[f"robots' pages among the first {TOP}"][name] = robots(pages, top)
        measures[f"of the first {TOP}, also first {TOP} by unique editors"][name] = len(
            set(top) & set(first(people, people))
        )
        part.raw[name] = top
        part.notes.append(f"First by {name}: {', '.join(top)}.")
    for measure, values in measures.items():
        part.add(measure, values)
    for title, order in (("edits", dict(pages.edits)), ("unique editors", people)):
        top = first(order, people)
        part.notes.append(
            f"First by {title} ({robots(pages, top)} robots' pages among {TOP}): {', '.join(top)}."
        )
    return part


def read_pages(file: Path) -> Pages:
    """Count edits and editors of the articles of the English edition."""
    pages = Pages()
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            edit = json.loads(line)
            if edit["channel"] != "#en.wikipedia" or edit["namespace"] != "Main":
                continue
            topic = normalise(edit["page"])
            pages.edits[topic] += 1
            pages.robots[topic] += edit["isRobot"] in (True, "true")
            if edit["isRobot"] in (False, "false"):
                pages.editors[topic].add(edit["user"])
    return pages


def judged(file: Path, pages: Pages, name: Detector) -> tuple[dict[str, float], np.ndarray]:
    """Return the highest score of each English article, and the alerts of each hour in all scopes."""
    scores: dict[str, float] = defaultdict(float)
    alerts: Counter[int] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "panes.csv"
        evaluate(file, None, PANE_MS, LATENESS_MS, out, name)
        with out.open(newline="", encoding="utf-8") as lines:
            rows = list(csv.DictReader(lines))
    start_hour = min(int(row["pane_start_ms"]) for row in rows) // HOUR_MS
    for row in rows:
        alerts[int(row["pane_start_ms"]) // HOUR_MS - start_hour] += row["alert"] == "1"
        if row["scope"] == "lang:en" and row["topic"] in pages.edits:
            scores[row["topic"]] = max(scores[row["topic"]], float(row["score"]))
    return scores, np.array([alerts[hour] for hour in range(max(alerts) + 1)])


def first(scores: dict[str, float] | dict[str, int], people: dict[str, int]) -> list[str]:
    """Return the topics with the highest scores above 0; among equals more editors, then the alphabet."""
    some = [topic for topic, score in scores.items() if score > 0]
    return sorted(some, key=lambda topic: (-scores[topic], -people.get(topic, 0), topic))[:TOP]


def robots(pages: Pages, top: list[str]) -> int:
    """Return how many topics were edited mostly by robots."""
    return sum(2 * pages.robots[topic] > pages.edits[topic] for topic in top)
