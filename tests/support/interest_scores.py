"""Golden predictions: stored bytes of user, item and head, and the probability that any scorer must give.

Job, serving and command are held to them. `python -m tests.support.interest_scores` writes new ones.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from state import interest_head, interest_stats, interest_user_codec
from state.interest_config import InterestConfig
from state.interest_features import FEATURES
from state.interest_head import HeadState
from state.interest_model import About, learn, predict
from state.interest_stats import ItemStats
from state.interest_user import UserState

FILE = Path(__file__).parents[1] / "golden" / "interest" / "scores.json"
_START_MS = 1_772_150_400_000
_HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Case:
    """One prediction.

    Attributes:
        user: Bytes of kind ``iu`` as hex; empty = never seen.
        head: Bytes of kind ``ih`` as hex.
        item: Bytes of kind ``ii`` as hex; empty = unknown.
        creator: The same.
        topics: Topics of the item.
        item_id: Its id.
        at_ms: Moment of the prediction, UTC.
        p: The probability.
    """

    user: str
    head: str
    item: str
    creator: str
    topics: list[str]
    item_id: str
    at_ms: int
    p: float


def load() -> list[Case]:
    """Return the committed cases."""
    return [Case(**case) for case in json.loads(FILE.read_text("utf-8"))]


def score(case: Case) -> float:
    """Return what this build says of a case."""
    user = interest_user_codec.CODEC.loads(bytes.fromhex(case.user)) if case.user else None
    item, creator = (
        interest_stats.CODEC.loads(bytes.fromhex(raw)) if raw else None for raw in (case.item, case.creator)
    )
    head = interest_head.CODEC.loads(bytes.fromhex(case.head))
    about = About(tuple(case.topics), item, creator, (), case.item_id)
    return predict(InterestConfig(), head, user, about, case.at_ms).p


def make() -> list[Case]:
    """Return cases from a seed: a user who learns, asked about known and unknown things, now and later."""
    rng, cfg, head, user = np.random.default_rng(7), InterestConfig(), HeadState(), UserState()
    names, cases = ["tea", "cats", "東京", "@ana"], []
    for step in range(40):
        at_ms = _START_MS + step * 7 * _HOUR_MS
        topics = tuple(str(name) for name in rng.choice(names, int(rng.integers(3)), replace=False))
        item = ItemStats(float(rng.uniform(0, 9)), 9.0, 0.5, 1.0, at_ms) if rng.random() < 0.7 else None
        about = About(topics, item, item if step % 5 == 0 else None, (), f"i{rng.integers(9)}")
        scored = predict(cfg, head, user, about, at_ms)
        if step % 4 == 0:
            asked_ms = at_ms + int(rng.choice((0, _HOUR_MS, 999 * _HOUR_MS)))
            stored = interest_stats.CODEC.dumps(item).hex() if item else ""
            case = Case(
                user=interest_user_codec.CODEC.dumps(user).hex() if step else "",
                head=interest_head.CODEC.dumps(head).hex(),
                item=stored,
                creator=stored if about.creator else "",
                topics=list(topics),
                item_id=about.item_id,
                at_ms=asked_ms,
                p=predict(cfg, head, user if step else None, about, asked_ms).p,
            )
            cases.append(case)
        learn(cfg, head, user, topics, scored, label=int(rng.integers(2)), at_ms=at_ms, item=about.item_id)
    assert len(FEATURES) == len(head.weights)
    return cases


if __name__ == "__main__":
    cells = [{name: getattr(case, name) for name in Case.__slots__} for case in make()]
    FILE.write_text(json.dumps(cells, indent=1, ensure_ascii=False) + "\n", "utf-8")
