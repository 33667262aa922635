"""Every scorer gives the committed predictions: job, serving and command cannot drift apart."""

import pytest

from tests.support.interest_scores import load, make, score


@pytest.mark.parametrize("at", range(len(load())))
def test_a_stored_case_has_its_probability(at: int) -> None:
    """To the twelfth digit, from stored bytes."""
    case = load()[at]
    assert score(case) == pytest.approx(case.p, rel=1e-12)


def test_the_cases_are_those_of_the_seed() -> None:
    """Learning has not changed either."""
    assert [case.p for case in make()] == pytest.approx([case.p for case in load()], rel=1e-12)
