"""Stepping and skipping use the same learning rates."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.burst_rates import kept, weight


@given(st.integers(0, 3000), st.sampled_from([0.0, 1.0, 12.0]), st.floats(1.0, 5000.0), st.integers(0, 400))
def test_what_is_kept_is_the_product_of_the_steps(age: int, prior: float, half_life: float, gap: int) -> None:
    """(1 - w1)...(1 - wk), young and old, across the border between them."""
    left = 1.0
    for step in range(gap):
        left *= 1.0 - float(weight(np.array([age + step]), prior, half_life)[0])
    found = float(kept(np.array([age]), prior, half_life, np.array([gap]))[0])
    assert found == pytest.approx(left, rel=1e-9, abs=1e-12)


@given(st.integers(0, 100_000), st.floats(1.0, 5000.0))
def test_weights_fall_to_the_half_life_and_no_further(age: int, half_life: float) -> None:
    """An older key never learns faster, and never slower than its half-life says."""
    older = weight(np.array([age, age + 1]), 0.0, half_life)
    assert older[0] >= older[1] >= 1.0 - 0.5 ** (1.0 / half_life) - 1e-12
    assert older[0] <= 1.0
