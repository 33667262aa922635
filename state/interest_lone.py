"""Labels of rows that stand alone, of no slate: whether they say what is liked more than what."""

from dataclasses import dataclass
from typing import Final

_MOST_TO_ONE: Final = 100  # labels of which at least one has to be of the rarer kind


@dataclass(slots=True)
class LoneLabels:
    """Counts of the labels of rows that stand alone.

    Ratings come with both labels, and the head learns from them. Purchases and views of a log are all
    positive: they tell much of their user, but a head that learns from them learns to say yes.

    Attributes:
        pos: Positive labels.
        neg: Negative labels.

    >>> lone = LoneLabels()
    >>> [lone.teaches(label) for label in (1, 1, 0, 1)]
    [False, False, True, True]
    """

    pos: int = 0
    neg: int = 0

    def teaches(self, label: int) -> bool:
        """Count a label and return whether the head may learn from it: both kinds are at least 1 % so far."""
        self.pos += label
        self.neg += 1 - label
        return _MOST_TO_ONE * min(self.pos, self.neg) >= self.pos + self.neg
