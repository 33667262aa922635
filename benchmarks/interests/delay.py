"""I8: likes that come late: known at once (an oracle), dropped, learned twice, or turned."""

from collections.abc import Iterator
from dataclasses import dataclass
from heapq import heappop, heappush
from pathlib import Path
from typing import Final

from benchmarks.report import Part, need
from groundswell.offline.interest_metrics import quality
from groundswell.offline.interests import Replay
from state import interest_model, interest_stats
from state.burst_config import DAY_MS, MINUTE_MS
from state.interest_model import About, Scored
from state.interest_stats import ItemStats
from state.interest_user import Receipt, UserState, remember

COLUMNS = ("AUC", "RIG", "log-loss", "calibration")
HORIZON_MS: Final = DAY_MS
WAIT_MS: Final = 10 * MINUTE_MS


@dataclass(frozen=True, slots=True)
class View:
    """A view of an item, and when its user first carted, marked or bought it; -1 = not within a day."""

    at_ms: int
    user: str
    item: str
    category: str
    liked_ms: int


@dataclass(frozen=True, slots=True)
class Scheme:
    """What is done with a label.

    Attributes:
        wait_ms: Time until a view without a like counts as a negative.
        late: What a later like does: "drop", "again" (learned as one more example) or "flip".
        oracle: The label is known at the view.
    """

    wait_ms: int = 0
    late: str = "drop"
    oracle: bool = False


SCHEMES: Final = {
    "oracle": Scheme(oracle=True),
    "wait 10 min, drop": Scheme(WAIT_MS, "drop"),
    "wait 24 h": Scheme(HORIZON_MS, "drop"),
    "at once, uncorrected": Scheme(0, "again"),
    "at once, flip": Scheme(0, "flip"),
    "wait 10 min, flip": Scheme(WAIT_MS, "flip"),
}


def run(data: Path) -> Part:
    """Run every scheme over the same views."""
    views = views_of(data)
    part = Part("I8", "Late likes (Taobao: a view, then cart, mark or purchase within 24 h)", COLUMNS)
    for name, scheme in SCHEMES.items():
        scores = predictions(views, scheme)
        labels = [int(view.liked_ms >= 0) for view in views]
        found = quality([view.user for view in views], [""] * len(views), labels, scores)
        figures = (found.auc, found.rig, found.log_loss, found.calibration)
        part.add(name, dict(zip(COLUMNS, (f"{value:.4f}" for value in figures), strict=True)))
    part.notes.append(f"{len(views)} views, {sum(view.liked_ms >= 0 for view in views)} liked within a day.")
    return part


def views_of(data: Path) -> list[View]:
    """Return all views, in order, with what became of them."""
    with need(data, "taobao-815/dev.csv").open(encoding="utf-8") as lines:
        events = [line.strip().split(",") for line in lines]
    liked: dict[tuple[str, str], list[int]] = {}
    for user, item, _, action, unix_s in events:
        if action != "pv":
            liked.setdefault((user, item), []).append(int(unix_s) * 1000)
    found = []
    for user, item, category, action, unix_s in events:
        if action == "pv":
            at_ms = int(unix_s) * 1000
            later = [one for one in liked.get((user, item), ()) if at_ms <= one <= at_ms + HORIZON_MS]
            found.append(View(at_ms, user, item, category, min(later, default=-1)))
    return found


def predictions(views: list[View], scheme: Scheme) -> list[float]:
    """Return the prediction of each view. What is due is learned before the next view is predicted."""
    shop = _Shop(scheme)
    for at, view in enumerate(views):
        shop.until(view.at_ms)
        shop.show(at, view)
    return [shop.shown[at][1].p for at in range(len(views))]


class _Shop:
    """The state of one scheme, and what is still to come."""

    def __init__(self, scheme: Scheme) -> None:
        self.scheme, self.known = scheme, Replay()
        self.due: list[tuple[int, int, int]] = []  # time, view, label
        self.shown: dict[int, tuple[View, Scored]] = {}
        self.learned: dict[int, Receipt] = {}

    def show(self, at: int, view: View) -> None:
        """Predict a view and plan what becomes of it."""
        known = self.known
        about = About(
            (view.category,), known.items.get(view.item), None, [known.topics.get(view.category)], view.item
        )
        user = known.users.setdefault(view.user, UserState())
        self.shown[at] = view, interest_model.predict(known.cfg, known.head, user, about, view.at_ms)
        remember(known.cfg, user, view.item)  # to view is to meet
        for due_ms, label in self._plan(view):
            heappush(self.due, (due_ms, at, label))
        if self.scheme.oracle or not self.scheme.wait_ms:
            self.until(view.at_ms)

    def _plan(self, view: View) -> Iterator[tuple[int, int]]:
        if self.scheme.oracle:
            yield view.at_ms, int(view.liked_ms >= 0)
            return
        end_ms = view.at_ms + self.scheme.wait_ms
        in_time = 0 <= view.liked_ms <= end_ms and self.scheme.wait_ms > 0
        if self.scheme.late == "drop":
            yield end_ms, int(in_time)
            return
        if not in_time:
            yield end_ms, 0
        if view.liked_ms >= 0:
            yield max(view.liked_ms, view.at_ms + 1), 1

    def until(self, now_ms: int) -> None:
        """Learn all that is due by now."""
        while self.due and self.due[0][0] <= now_ms:
            _, at, label = heappop(self.due)
            self._learn(at, label)

    def _learn(self, at: int, label: int) -> None:
        known, (view, scored) = self.known, self.shown[at]
        user, topics = known.users[view.user], (view.category,)
        if at in self.learned and self.scheme.late == "flip":
            self.learned[at] = interest_model.flip(
                known.cfg, known.head, user, topics, scored, self.learned[at], view.item
            )
            pos, n = 1.0, 0.0
        else:
            self.learned[at] = interest_model.learn(
                known.cfg, known.head, user, topics, scored, label=label, at_ms=view.at_ms, item=view.item
            )
            pos, n = float(label), 1.0
        for counts, name in ((known.items, view.item), (known.topics, view.category)):
            interest_stats.add(known.cfg, counts.setdefault(name, ItemStats()), pos, n, view.at_ms)
