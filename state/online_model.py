"""The one place where River is used: learners whose whole state is a few numbers that can be stored.

Not used for the tags themselves: River's text classifiers keep one dictionary per word and ask all of them
in Python, 5 to 12 ms for a post at 1000 tags where the arrays of `tagger.py` take 0.1 to 0.2 ms, and their
pickles carry no version. What a released state needs of this learner is two numbers, so a newer River can
go on with them.
"""

import math
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

# Here and not where it is used, although SciPy comes with it: imported while Flink opens an operator in
# thread mode, SciPy's native modules wait for ever for the interpreter's lock.
from river import drift, linear_model, optim

from state.interest_config import InterestConfig
from state.interest_features import FEATURES, Features
from state.interest_head import HeadState
from state.residual import Case

_INPUT = "logit"
_LIMIT = 12.0  # of a logit: a probability of 0 or 1 would be infinite


@dataclass(frozen=True, slots=True)
class CalibrationConfig:
    """How fast a calibration learns.

    Attributes:
        learning_rate: Of slope and intercept, for each observation.
    """

    learning_rate: float = 0.02


@dataclass(frozen=True, slots=True)
class CalibrationState:
    """What is stored of a calibration: p(right) = 1 / (1 + exp(-(slope x logit(score) + intercept)))."""

    slope: float = 1.0
    intercept: float = 0.0


class Calibration:
    """Learns how often a score is right, so that a threshold on it means what it says.

    Source: J. Platt, Probabilistic Outputs for Support Vector Machines, 1999, section 2.1, learned online.

    >>> calibration = Calibration(CalibrationConfig(learning_rate=0.1), CalibrationState())
    >>> round(calibration.prob(0.9), 3)
    0.9
    >>> for _ in range(200):
    ...     calibration.learn(0.9, right=False)
    >>> calibration.prob(0.9) < 0.1
    True
    """

    def __init__(self, cfg: CalibrationConfig, state: CalibrationState) -> None:
        self._model: Any = linear_model.LogisticRegression(
            optimizer=optim.SGD(cfg.learning_rate),
            intercept_lr=cfg.learning_rate,
            intercept_init=state.intercept,
            initializer=optim.initializers.Constant(state.slope),
        )
        self._model.learn_one({_INPUT: 1.0}, True, w=0.0)  # weighs nothing: lets River set the slope

    def prob(self, score: float) -> float:
        """Return the probability that something with this score (0 to 1) is right. About 5 us."""
        odds: dict[bool, float] = self._model.predict_proba_one({_INPUT: _logit(score)})
        return float(odds[True])

    def learn(self, score: float, *, right: bool) -> None:
        """Take in whether something with this score was right. About 15 us."""
        self._model.learn_one({_INPUT: _logit(score)}, right)

    def state(self) -> CalibrationState:
        """Return what has to be stored."""
        return CalibrationState(
            slope=float(self._model.weights[_INPUT]), intercept=float(self._model.intercept)
        )


class RiverStep:
    """River's logistic regression as the one that moves the weights of an interest head, for comparisons.

    Serves one head: its weights go into River when it is first seen, and after each step come back. What
    River knows beside the weights lives in memory only. About 14 us a label.
    """

    def __init__(self, learning_rate: float = 0.05) -> None:
        self._learning_rate = learning_rate
        self._head: HeadState | None = None
        self._model: Any = None

    def __call__(self, _cfg: InterestConfig, head: HeadState, values: Features, label: int) -> None:
        """Take one step towards a label."""
        if head is not self._head:
            self._head, self._model = head, _river(self._learning_rate, head)
        self._model.learn_one(dict(zip(FEATURES, values, strict=True)), bool(label))
        weights = self._model._weights  # noqa: SLF001 - `weights` copies
        head.weights[:] = [weights[name] for name in FEATURES]


class RiverResidual:
    """A River logistic regression for each person, on the head's margin and the item's topics.

    Keeps the people of late, at most ``most``; who comes back after that starts with the head alone. About
    40 us a label. For comparisons: its weights live in memory only.
    """

    def __init__(self, learning_rate: float = 0.02, most: int = 10_000) -> None:
        self._learning_rate, self._most = learning_rate, most
        self._people: OrderedDict[str, Any] = OrderedDict()

    def margin(self, case: Case) -> float:
        """Return what the person's own model adds; nothing for a new person."""
        model = self._people.get(case.user)
        if model is None:
            return 0.0
        p = float(model.predict_proba_one(_of_case(case))[True])
        return _logit(p) - case.margin

    def learn(self, case: Case, label: int) -> None:
        """Learn a label in the person's own model."""
        model = self._people.pop(case.user, None)
        if model is None:
            model = linear_model.LogisticRegression(optim.SGD(self._learning_rate), intercept_lr=0.0)
            model.learn_one({_INPUT: 0.0}, True, w=0.0)  # lets River name the weight
            model._weights[_INPUT] = 1.0  # noqa: SLF001 - it starts as the head
            if len(self._people) >= self._most:
                self._people.popitem(last=False)
        self._people[case.user] = model
        model.learn_one(_of_case(case), bool(label))


def _of_case(case: Case) -> dict[str, float]:
    return {_INPUT: case.margin, **{f"t{topic}": 1.0 for topic in case.topics}}


def adwin_changed(values: Iterable[float], delta: float) -> bool:
    """Return whether the newest of some values, about one unit apart, shows that their mean has changed.

    River's `ADWIN` with a look at each value. About 6 us a value.
    """
    test: Any = drift.ADWIN(delta=delta, clock=1)  # type: ignore[no-untyped-call]
    for value in values:
        test.update(value)
    return bool(test.drift_detected)


def page_hinkley_changed(values: Iterable[float], slack: float, threshold: float) -> bool:
    """Return whether the sum of deviations above ``slack`` from the mean so far passes a threshold.

    River's `PageHinkley` on both sides. About 2 us a value.
    """
    test: Any = drift.PageHinkley(min_instances=10, delta=slack, threshold=threshold)
    for value in values:
        test.update(value)
    return bool(test.drift_detected)


def _river(learning_rate: float, head: HeadState) -> Any:
    """Return a River model that starts where a head is."""
    optimizer: Any = optim.AdaGrad(learning_rate, eps=1e-12)  # type: ignore[no-untyped-call]
    model = linear_model.LogisticRegression(optimizer=optimizer, intercept_lr=0.0)
    model.learn_one(dict.fromkeys(FEATURES, 0.0), 0, w=0.0)  # lets River name its weights
    for name, weight in zip(FEATURES, head.weights, strict=True):
        model._weights[name] = weight  # noqa: SLF001 - River has no other way
        optimizer.g2[name] = 1.0  # caution: squared gradients that the first weights count for
    return model


def _logit(score: float) -> float:
    if score <= 0.0 or score >= 1.0:
        return -_LIMIT if score <= 0.0 else _LIMIT
    return max(-_LIMIT, min(_LIMIT, math.log(score / (1.0 - score))))
