"""Two models on the same examples: what each predicted before the label was known, and how they differ."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from groundswell.offline.interest_metrics import Quality, quality

Floats = npt.NDArray[np.float64]
MOST_EXAMPLES = 500_000
_EDGE = 1e-6


class Seen(NamedTuple):
    """One record of the examples topic, as far as it matters here.

    Attributes:
        model: Tag.
        event_id: Of the impression.
        user: Whose.
        slate: Of the impression; empty = none.
        kind: first, flip or undo.
        label: As of the record.
        p: What was predicted.
        at_ms: Event time at which the label became known.
    """

    model: str
    event_id: str
    user: str
    slate: str
    kind: str
    label: int
    p: float
    at_ms: int


@dataclass(slots=True)
class _Example:
    user: str
    slate: str
    p: list[float | None]
    label: list[int | None]
    label_ms: list[int]

    @property
    def matched(self) -> bool:
        """Both predicted it, and its label is the same."""
        return None not in self.p and self.label[0] is not None and self.label[0] == self.label[1]


@dataclass(slots=True)
class Pairs:
    """Examples of two models, by impression; the newest ``most`` are kept.

    Attributes:
        models: Tags of both.
        most: Examples at most.
        dropped: How many were let go for newer ones.
    """

    models: tuple[str, str]
    most: int = MOST_EXAMPLES
    dropped: int = 0
    _held: dict[str, _Example] = field(default_factory=dict)

    def take(self, seen: Iterable[Seen]) -> None:
        """Take records in any order; those of other models are passed over. O(1) a record."""
        for one in seen:
            if one.model not in self.models:
                continue
            at = self.models.index(one.model)
            held = self._held.get(one.event_id)
            if held is None:
                if len(self._held) >= self.most:
                    del self._held[next(iter(self._held))]
                    self.dropped += 1
                held = self._held[one.event_id] = _Example(
                    one.user, one.slate, [None, None], [None, None], [-1, -1]
                )
            held.p[at] = one.p
            if one.at_ms >= held.label_ms[at]:
                held.label_ms[at] = one.at_ms
                held.label[at] = None if one.kind == "undo" else one.label

    def matched(self) -> list[_Example]:
        """Return examples that both predicted and that have the same label.

        By event id, so that figures do not depend on the order in which two jobs wrote: sums round by order.
        """
        return [one for _, one in sorted(self._held.items()) if one.matched]

    @property
    def unmatched(self) -> int:
        """Examples that only one of them predicted so far, or whose label is not the same yet."""
        return sum(not one.matched for one in self._held.values())


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two models on the same examples.

    Attributes:
        first: Figures of the first.
        second: Figures of the second.
        unmatched: Examples that were left out.
        users: People whose examples were compared.
        log_loss_change: Mean of second minus first; below 0 = the second is better.
        log_loss_error: Its standard error; examples of one person count as one observation.
        correlation: Of both orders of the examples (Spearman), -1 to 1.
        difference: Mean distance of both predictions, 0 to 1.
    """

    first: Quality
    second: Quality
    unmatched: int
    users: int
    log_loss_change: float
    log_loss_error: float
    correlation: float
    difference: float

    @property
    def verdict(self) -> str:
        """In words: which is better by log-loss beyond two standard errors."""
        change, error = self.log_loss_change, self.log_loss_error
        if not abs(change) > 2.0 * error:  # also when there is nothing to compare
            return "no difference beyond chance"
        return "the second is better" if change < 0 else "the first is better"

    def as_json(self) -> Mapping[str, object]:
        """Return the figures, None for what could not be measured."""
        numbers = {
            name: None if value != value else value  # noqa: PLR0124
            for name in ("log_loss_change", "log_loss_error", "correlation", "difference")
            for value in [getattr(self, name)]
        }
        return {
            "first": self.first.as_json(),
            "second": self.second.as_json(),
            "unmatched": self.unmatched,
            "users": self.users,
            **numbers,
            "verdict": self.verdict,
        }


def compared(pairs: Pairs) -> Comparison:
    """Measure both models on the examples that both predicted. O(n log n)."""
    found = pairs.matched()
    users, slates = [one.user for one in found], [one.slate for one in found]
    labels = [one.label[0] or 0 for one in found]
    scores = [[one.p[at] or 0.0 for one in found] for at in (0, 1)]
    first, second = (quality(users, slates, labels, some) for some in scores)
    y, (p, q) = np.array(labels, float), np.array(scores, float).reshape(2, -1)
    change = losses(y, q) - losses(y, p)
    mean, error, people = clustered_mean(users, change)
    return Comparison(
        first, second, pairs.unmatched, people, mean, error, _spearman(p, q),
        float(np.abs(p - q).mean()) if len(p) else float("nan"),
    )  # fmt: skip


def losses(y: Floats, p: Floats) -> Floats:
    """Return the log-loss of each prediction; 0 and 1 count as a millionth off."""
    p = np.clip(p, _EDGE, 1.0 - _EDGE)
    losses: Floats = -(y * np.log(p) + (1.0 - y) * np.log1p(-p))
    return losses


def clustered_mean(names: list[str], values: Floats) -> tuple[float, float, int]:
    """Return a mean, its standard error over names, and how many names there are. O(n log n).

    Source: the error is that of a ratio of means over clusters, W. G. Cochran, Sampling Techniques, 3rd
    edition, section 2.11, with people as clusters.
    """
    if not names:
        return float("nan"), float("nan"), 0
    _, group = np.unique(np.array(names), return_inverse=True)
    sums, counts = np.bincount(group, values), np.bincount(group)
    mean, k = float(values.mean()), len(counts)
    if k < 2:  # noqa: PLR2004 - one person says nothing of others
        return mean, float("inf"), k
    spread = ((sums - mean * counts) ** 2).sum() * k / (k - 1)
    return mean, float(np.sqrt(spread) / len(values)), k


def _spearman(p: Floats, q: Floats) -> float:
    """Return the correlation of ranks; equal values share theirs."""
    if not len(p):
        return float("nan")
    left, right = (one - one.mean() for one in (_ranks(p), _ranks(q)))
    spread = float(np.sqrt((left**2).sum() * (right**2).sum()))
    return float((left * right).sum()) / spread if spread else float("nan")


def _ranks(values: Floats) -> Floats:
    _, group, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks: Floats = (np.cumsum(counts) - (counts - 1) / 2.0)[group]
    return ranks
