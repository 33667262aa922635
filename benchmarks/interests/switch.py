"""I6: what users like changes in the middle; how soon is it known again?"""

import random
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.interests import baselines
from benchmarks.interests.progressive import Model, Ours, progressive
from benchmarks.report import Part
from groundswell.offline.interest_metrics import auc
from groundswell.offline.interest_rows import Row
from state.burst_config import HOUR_MS

COLUMNS = ("AUC before", "events 1-5", "6-10", "11-20", "21-40", "41-100", "events to recover")
_BINS = ((0, 5), (5, 10), (10, 20), (20, 40), (40, 100))
_USERS, _EVENTS, _TOPICS, _LIKED, _SWITCH = 200, 200, 20, 4, 100
_SPREAD = 200
_RECOVERED = 0.95  # of how far above chance it was before
_WIDTH = 5


def planted(seed: int) -> list[Row]:
    """Return users who like 4 of 20 topics (70 % against 15 %) and, from their 101st event on, 4 others.

    Users start at different times: nothing that all share can learn when tastes change.
    """
    rng = random.Random(seed)  # noqa: S311 - reproducible, no secret
    names = [f"t{at}" for at in range(_TOPICS)]
    tastes = [rng.sample(names, 2 * _LIKED) for _ in range(_USERS)]
    rows = []
    for at in range(_EVENTS + _SPREAD):
        for user, taste in enumerate(tastes):
            age = at - user * _SPREAD // _USERS
            if not 0 <= age < _EVENTS:
                continue
            liked = taste[:_LIKED] if age < _SWITCH else taste[_LIKED:]
            topic = rng.choice(taste) if rng.random() < 0.7 else rng.choice(names)
            label = int(rng.random() < (0.7 if topic in liked else 0.15))
            item = f"i{rng.randrange(40)}-{topic}"
            rows.append(Row(at * HOUR_MS + user, f"u{user}", item, "", (topic,), "like", label, ""))
    return rows


def run(data: Path) -> Part:  # noqa: ARG001 - nothing is read
    """Run ours and what has only one memory."""
    part = Part("I6", "Planted: 200 users change their taste after 100 events each, five seeds", COLUMNS)
    curves = {}
    makers: dict[str, Any] = {
        "ours": Ours,
        "item x user x topic log-odds": baselines.LogOdds,
        "last topics, one day": baselines.LastTopics,
    }  # fmt: skip
    for name, make in makers.items():
        found = [_curve(make(), seed) for seed in range(1, 6)]
        curve = np.mean(found, axis=0)
        curves[name] = curve
        before = float(curve[_SWITCH - 50 : _SWITCH].mean())
        after = curve[_SWITCH:]
        values = (before, *(float(after[low:high].mean()) for low, high in _BINS), _recovered(after, before))
        part.add(name, dict(zip(COLUMNS, values, strict=True)))
    part.raw["curves"] = curves
    part.notes.append(
        "AUC over all users at the same event of theirs, mean of five seeds. Recovered: five events in a row "
        f"on average {_RECOVERED:.0%} as far above one half as before."
    )
    return part


def _curve(model: Model, seed: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    run_ = progressive(planted(seed), model)
    users = [row.user for row in run_.rows]
    by_user = np.argsort(np.array(users), kind="stable")  # and in order within each
    labels = np.array([row.label for row in run_.rows], float)[by_user].reshape(_USERS, _EVENTS).T
    scores = np.array(run_.scores)[by_user].reshape(_USERS, _EVENTS).T
    return np.array([auc(*pair) for pair in zip(labels, scores, strict=True)])


def _recovered(after: np.ndarray[Any, np.dtype[np.float64]], before: float) -> int | str:
    aim = 0.5 + _RECOVERED * (before - 0.5)
    means = np.convolve(after, np.full(_WIDTH, 1 / _WIDTH), "valid")
    reached = np.flatnonzero(means >= aim)
    return int(reached[0]) if len(reached) else "never"
