"""Precision of a ranking, by hand; equal scores have no order."""

import numpy as np
import pytest

from benchmarks.trends.ranking import average_precision, precision_at

TRUE = np.array([True, False, True, False])


def test_average_precision_by_hand() -> None:
    """Hits at ranks 1 and 3: (1/1 + 2/3) / 2. At ranks 2 and 4: (1/2 + 2/4) / 2."""
    assert average_precision(np.array([4.0, 3.0, 2.0, 1.0]), TRUE) == pytest.approx((1 + 2 / 3) / 2)
    assert average_precision(np.array([1.0, 2.0, 3.0, 4.0]), TRUE) == pytest.approx((1 / 2 + 2 / 4) / 2)


def test_equal_scores_are_worth_the_base_rate() -> None:
    """A detector that says nothing is as good as chance, whatever the order of the rows."""
    for true in (TRUE, TRUE[::-1]):
        assert average_precision(np.zeros(4), true) == pytest.approx(0.5)
        assert precision_at(np.zeros(4), true, 1) == pytest.approx(0.5)


def test_precision_of_the_first_by_hand() -> None:
    """One of the first two; of three places within a block of two the expected number."""
    assert precision_at(np.array([4.0, 3.0, 2.0, 1.0]), TRUE, 2) == pytest.approx(0.5)
    assert precision_at(np.array([4.0, 3.0, 2.0, 2.0]), TRUE, 3) == pytest.approx(1.5 / 3)


def test_a_short_list_does_not_fill_the_places() -> None:
    """Four rows cannot fill eight places."""
    assert precision_at(np.array([4.0, 3.0, 2.0, 1.0]), TRUE, 8) == pytest.approx(2 / 8)
