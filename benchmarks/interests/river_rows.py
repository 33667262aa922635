"""Rows of other libraries: River's models, and Vowpal Wabbit where it is installed."""

from typing import Any

from river import facto, linear_model, optim, reco

from benchmarks.report import SkippedError
from groundswell.offline.interest_rows import Row
from state.online_model import RiverStep

__all__ = ["Biased", "Factors", "RiverStep", "UserRegression", "Wabbit"]
_EDGE = 1e-4
_STARS = 0.5


class Biased:
    """River `reco.BiasedMF`, ten factors, trained on labels of 0 and 1 and cut to probabilities."""

    def __init__(self, seed: int = 1) -> None:
        self._model: Any = reco.BiasedMF(n_factors=10, seed=seed)

    def score(self, row: Row) -> tuple[float, Any]:
        """Return the cut prediction."""
        return min(max(float(self._model.predict_one(row.user, row.item)), _EDGE), 1 - _EDGE), None

    def learn(self, row: Row, scored: tuple[float, Any], step: float) -> None:  # noqa: ARG002
        """Learn the label."""
        if row.label is not None:
            self._model.learn_one(row.user, row.item, float(row.label))


class UserRegression:
    """River `LogisticRegression`, one for each user, on topics and the popularity of the item."""

    def __init__(self) -> None:
        self._models: dict[str, Any] = {}
        self._items: dict[str, list[float]] = {}

    def score(self, row: Row) -> tuple[float, Any]:
        """Return the probability by the user's own model."""
        liked, n = self._items.get(row.item, [0.0, 0.0])
        values = dict.fromkeys(row.topics, 1.0)
        values["item"] = 4.0 * ((liked + 2.5) / (n + 5.0) - _STARS)
        model = self._models.get(row.user)
        p = float(model.predict_proba_one(values)[True]) if model else _STARS
        return min(max(p, _EDGE), 1 - _EDGE), values

    def learn(self, row: Row, scored: tuple[float, Any], step: float) -> None:  # noqa: ARG002
        """Learn the label."""
        if row.label is None:
            return
        model = self._models.get(row.user)
        if model is None:
            model = self._models[row.user] = linear_model.LogisticRegression(
                optim.SGD(0.05), intercept_lr=0.05
            )
            model.learn_one({"item": 1.0}, True, w=0.0)
            model._weights["item"] = 1.0  # noqa: SLF001 - popularity is the starting point
        model.learn_one(scored[1], bool(row.label))
        counts = self._items.setdefault(row.item, [0.0, 0.0])
        counts[0] += row.label
        counts[1] += 1.0


class Factors:
    """River `facto.FMClassifier`, eight factors on user, item and topics; slow, so on part of the rows."""

    def __init__(self, seed: int = 1) -> None:
        self._model: Any = facto.FMClassifier(n_factors=8, seed=seed)

    def score(self, row: Row) -> tuple[float, Any]:
        """Return the probability."""
        values = {f"u{row.user}": 1.0, f"i{row.item}": 1.0} | {f"t{name}": 1.0 for name in row.topics}
        p = float(self._model.predict_proba_one(values)[True])
        return min(max(p, _EDGE), 1 - _EDGE), values

    def learn(self, row: Row, scored: tuple[float, Any], step: float) -> None:  # noqa: ARG002
        """Learn the label."""
        if row.label is not None:
            self._model.learn_one(scored[1], bool(row.label))


class Wabbit:
    """Vowpal Wabbit, logistic loss, FTRL, on user, item, topics and user x topic.

    Raises:
        SkippedError: It is not installed.
    """

    def __init__(self) -> None:
        try:
            from vowpalwabbit import pyvw  # noqa: PLC0415 - optional
        except ModuleNotFoundError:
            raise SkippedError("Vowpal Wabbit is not installed") from None
        self._model: Any = pyvw.Workspace(
            "--quiet --loss_function logistic --link logistic --ftrl --ftrl_alpha 0.4 -b 20"
        )

    def score(self, row: Row) -> tuple[float, Any]:
        """Return the probability."""
        crossed = " ".join(f"{row.user}x{name.replace(' ', '_')}" for name in row.topics)
        names = " ".join(name.replace(" ", "_") for name in row.topics)
        line = f"|u {row.user} |i {row.item} |t {names} |c {crossed}"
        return min(max(float(self._model.predict(line)), _EDGE), 1 - _EDGE), line

    def learn(self, row: Row, scored: tuple[float, Any], step: float) -> None:  # noqa: ARG002
        """Learn the label."""
        if row.label is not None:
            self._model.learn(f"{1 if row.label else -1} {scored[1]}")
