"""Laws of the trust in accounts."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from state.trust import LEAST, account_trust

ages, audiences = st.integers(-1, 10_000), st.integers(-1, 10**9)


def _trust(age: int, followers: int, automated: bool = False) -> float:
    return float(account_trust(np.array([age]), np.array([followers]), np.array([automated]))[0])


@given(ages, audiences)
def test_trust_is_in_range(age: int, followers: int) -> None:
    """Between a tenth and one for people, nothing for robots."""
    assert LEAST <= _trust(age, followers) <= 1.0
    assert _trust(age, followers, automated=True) == 0.0


@given(st.integers(0, 100), st.integers(0, 1000), st.integers(0, 100), st.integers(0, 1000))
def test_older_and_better_known_is_never_less(age: int, followers: int, older: int, more: int) -> None:
    """Trust grows with age and with followers."""
    assert _trust(age + older, followers + more) >= _trust(age, followers)


@given(ages, audiences)
def test_unknown_counts_as_settled(age: int, followers: int) -> None:
    """A platform that sends neither loses nothing."""
    assert _trust(-1, -1) == 1.0
    assert _trust(-1, followers) >= _trust(age, followers)
    assert _trust(age, -1) >= _trust(age, followers)
